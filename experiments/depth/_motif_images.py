"""Images with two parts beside each other, a bar and a dashed bar, and what windows see of them.

In the images of class 0 the bar is left, in those of class 1 the dashed bar. They come in pairs
that differ in nothing else: the same places, the same clutter of scattered pixels around.

The edges of an image join (it is a torus), so that each of its pixels is the middle of a whole
window. Of the windows of k x k pixels, k < `columns`, a pair has the same bag:

1. No window touches both parts, because they span `columns` > k columns.
2. No window that touches a part touches clutter, because k - 1 <= MOAT pixels around are empty.
3. So the windows that touch a part hold it in an empty surrounding, once at each offset, on
   whichever side it stands. All others are the same in both images.

The mean over all positions of a function of the window is then the same for both, to the last bit
where no sum is rounded; whoever sees only such means is right about one of each pair.
"""

from __future__ import annotations

from collections import Counter

import torch
from torch import Generator, Tensor
from torch.nn.functional import pad

from convlab.streams import Data

SIDE = 16  # of an image, in pixels
MOAT = 4  # empty pixels around the parts
BAR, DASHED = (1, 1, 1, 1, 1), (1, 0, 1, 0, 1)  # a column each, from top to bottom
HEIGHT = len(BAR)
BRIGHT = 4.0  # a pixel: with 1, means over 256 positions would be too small to learn from
DENSITY = 0.05  # of the clutter


def paired_images(number: int, columns: int, generator: Generator) -> Data:
    """So many images (2 N, 1, H, W) of class 0, and after them their partners of class 1."""
    clutter = (torch.rand(number, SIDE, SIDE, generator=generator) < DENSITY).float()
    clutter[:, : HEIGHT + 2 * MOAT, : columns + 2 * MOAT] = 0
    shifts = torch.randint(SIDE, (number, 2), generator=generator)
    classes = [
        moved(with_parts(clutter, columns, *parts), shifts)
        for parts in ((BAR, DASHED), (DASHED, BAR))
    ]
    x = BRIGHT * torch.cat(classes).unsqueeze(1)
    return Data(x, torch.arange(2).repeat_interleave(number))


def with_parts(
    clutter: Tensor, columns: int, left: tuple[int, ...], right: tuple[int, ...]
) -> Tensor:
    images = clutter.clone()
    for part, column in ((left, MOAT), (right, MOAT + columns - 1)):
        images[:, MOAT : MOAT + HEIGHT, column] = torch.tensor(part, dtype=images.dtype)
    return images


def moved(images: Tensor, shifts: Tensor) -> Tensor:
    """Each image (N, H, W) by its own shift, down and right; what leaves comes in opposite."""
    each = zip(images, shifts.tolist(), strict=True)
    return torch.stack([image.roll((down, right), (0, 1)) for image, (down, right) in each])


def windows(images: Tensor, size: int) -> Tensor:
    """All windows of an odd size (N, H W, size²), one around each pixel of images (N, 1, H, W)."""
    wrapped = pad(images, (size // 2,) * 4, mode="circular")
    return wrapped.squeeze(1).unfold(1, size, 1).unfold(2, size, 1).flatten(3).flatten(1, 2)


def windows_not_shared(data: Data, size: int) -> int:
    """How many windows the images have that their partners lack, each counted as often as it is.

    The bags are compared as bags: window by window, with nothing supposed about the images.
    """
    ones, others = data.x.chunk(2)
    each = zip(windows(ones, size), windows(others, size), strict=True)
    return sum((_bag(one) - _bag(other)).total() for one, other in each)


def _bag(seen: Tensor) -> Counter[tuple[float, ...]]:
    return Counter(map(tuple, seen.tolist()))
