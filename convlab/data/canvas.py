"""Small images placed on larger canvases, and canvases shifted around their borders."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def digits_on_canvas(
    images: Tensor, side: int, rows: range, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Each image (N, C, h, w) on a black canvas (N, C, side, side), and where: (N, 2) top, left.

    The top row is drawn uniformly from `rows`, the left column from all that fit. Raises
    ValueError where an image would not fit.
    """
    count, channels, height, width = images.shape
    if not rows or min(rows) < 0 or max(rows) + height > side or width > side:
        raise ValueError(
            f"images of {height} x {width} at {rows} do not fit on {side} x {side} pixels"
        )
    chosen = torch.randint(len(rows), (count,), generator=generator)
    top = rows.start + rows.step * chosen
    left = torch.randint(side - width + 1, (count,), generator=generator)

    canvas = images.new_zeros(count, channels, side, side)
    image = torch.arange(count).view(-1, 1, 1, 1)
    channel = torch.arange(channels).view(-1, 1, 1)
    row = top.view(-1, 1, 1, 1) + torch.arange(height).view(-1, 1)
    column = left.view(-1, 1, 1, 1) + torch.arange(width)
    canvas[image, channel, row, column] = images
    return canvas, torch.stack((top, left), dim=1)


def shift_images(x: Tensor, rows: int, columns: int) -> Tensor:
    """The images (..., H, W) moved down and right; what leaves at a border enters opposite it."""
    return x.roll((rows, columns), dims=(-2, -1))
