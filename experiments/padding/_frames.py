"""Sizes of maps behind layers of torch, rules that foretell them, and frames put by hand."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import conv2d, pad

Widths = tuple[int, int]  # pixels added before the first row or column, and behind the last


def same_frame(side: int, kernel: int, stride: int) -> Widths:
    """What `padding='same'` of Keras adds to an axis: the odd pixel comes last."""
    windows = -(-side // stride)
    total = max((windows - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def framed(x: Tensor, widths: Widths) -> Tensor:
    """The image (N, C, H, W) written into a larger one of zeros, by so much in both axes."""
    before, behind = widths
    height, width = x.shape[-2:]
    larger = x.new_zeros(*x.shape[:2], before + height + behind, before + width + behind)
    larger[..., before : before + height, before : before + width] = x
    return larger


def size_behind(side: int, kernel: int, stride: int, padding: int | Widths) -> int:
    """The side of what a convolution of torch makes of an image; 0 where no kernel fits."""
    image = torch.zeros(1, 1, side, side)
    if not isinstance(padding, int):
        image, padding = framed(image, padding), 0
    if side < 1 or image.shape[-1] + 2 * padding < kernel:
        return 0
    weight = torch.zeros(1, 1, kernel, kernel)
    return conv2d(image, weight, stride=stride, padding=padding).shape[-1]


def sizes(side: int, kernel: int, stride: int, padding: int, layers: int) -> list[int]:
    """The sides of the maps behind so many layers, the image's own first."""
    found = [side]
    for _ in range(layers):
        found.append(size_behind(found[-1], kernel, stride, padding))
    return found


def accepts_same(stride: int) -> bool:
    """Whether PyTorch makes a layer that keeps the size at that stride."""
    try:
        nn.Conv2d(1, 1, 3, stride=stride, padding="same")
    except ValueError:
        return False
    return True


def share_with_pixels(side: int, kernel: int, stride: int, padding: int) -> float:
    """The share of windows that read a pixel of the image at all."""
    ones = torch.ones(1, 1, side, side)
    read = conv2d(ones, torch.ones(1, 1, kernel, kernel), stride=stride, padding=padding)
    return float((read > 0).double().mean())


def keeping(side: int, kernel: int, stride: int) -> int:
    """The least padding on all sides with which no fewer windows than pixels fit in a row."""
    return -(-((side - 1) * stride + kernel - side) // 2)


Convolve = Callable[[Tensor, Tensor], Tensor]  # of an image and a kernel


def differing(first: Convolve, second: Convolve, image: Tensor, kernel: Tensor) -> int:
    """How many outputs differ; all of the larger map where the sizes do."""
    one, other = first(image, kernel), second(image, kernel)
    if one.shape != other.shape:
        return max(one.numel(), other.numel())
    return int((one != other).sum())


def by_torch(mode: str, padding: int) -> Convolve:
    """A layer of torch that frames the image itself, by zeros or by its own pixels."""

    def convolve(image: Tensor, kernel: Tensor) -> Tensor:
        if mode == "zeros":
            return conv2d(image, kernel, padding=padding)
        return conv2d(pad(image, (padding,) * 4, mode=mode), kernel)

    return convolve


def by_hand(widths: Widths, stride: int = 1) -> Convolve:
    """Zeros are written around the image, then the kernel slides over all of it."""
    return lambda image, kernel: conv2d(framed(image, widths), kernel, stride=stride)


def whole(shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Whole numbers from 1 to 9, so that no sum is rounded."""
    return torch.randint(1, 10, shape, generator=generator).double()
