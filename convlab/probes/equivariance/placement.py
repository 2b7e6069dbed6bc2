"""Where the outputs of a network stand over its pixels, and where a shift of these takes them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import torch
from torch import Tensor, nn

from ..receptive import receptive_field
from .undisturbed import Network

Shift = tuple[int, ...]  # pixels along each axis of the image
Stride = tuple[int | Fraction, ...]  # pixels per output along each axis; 1/2 where it is enlarged


@dataclass(frozen=True)
class Placement:
    """The axes of an image (N, C, *pixels) beside those of its outputs (N, O, *positions).

    Where the outputs of an axis fill it, they go around it as its pixels do. Where they do not,
    as without padding, those at the ends have left the image, and have no partner.
    """

    pixels: Shift
    positions: Shift
    strides: Stride

    @classmethod
    def of(cls, network: Network, x: Tensor, y: Tensor, stride: Stride | None = None) -> Placement:
        """Of x and y = network(x), with this stride, or one that is found.

        That is pixels / positions, if it or its inverse is whole on every axis; else, of a
        module, that of its `receptive_field`. Raises ValueError where there is none.
        """
        if y.ndim != x.ndim or y.ndim < 3 or not x.numel() or not y.numel():
            raise ValueError(
                f"outputs {tuple(y.shape)} of images {tuple(x.shape)} are not (N, O, *positions) "
                "of (N, C, *pixels): look at a layer before, or measure `invariance`"
            )
        pixels, positions = tuple(x.shape[2:]), tuple(y.shape[2:])
        if stride is None:
            stride = _divide(pixels, positions) or _observed_stride(network, x, y)
        if len(stride) != len(pixels) or min(stride) <= 0:
            raise ValueError(f"stride should be {len(pixels)} numbers above 0, not {stride}")
        return cls(pixels, positions, stride)

    def shifts(self, shift: Shift) -> list[Shift]:
        """What outputs move by: one shift if it is whole, else its neighbours on each axis."""
        check_shift(shift, len(self.pixels))
        sides = zip(shift, self.pixels, strict=True)
        shorter = [(by + side // 2) % side - side // 2 for by, side in sides]
        axes = [
            sorted({by // stride, -(-by // stride)})
            for by, stride in zip(shorter, self.strides, strict=True)
        ]
        return list(product(*axes))

    def partners(self, after: Tensor, before: Tensor, shift: Shift) -> tuple[Tensor, Tensor]:
        """Of outputs after and before a shift by so many outputs, those that both have.

        The second are still where they were before: `move` takes them to the first.
        """
        for axis, by in enumerate(shift, start=2):
            left = self.positions[axis - 2] - abs(by)
            if self.around(axis - 2):
                continue
            if left <= 0:
                raise ValueError(
                    f"a shift by {by} outputs leaves none of {self.positions} on axis "
                    f"{axis - 2}: take a smaller shift or a larger image"
                )
            after, before = (
                each.narrow(axis, start, left)
                for each, start in ((after, max(by, 0)), (before, max(-by, 0)))
            )
        return after, before

    def move(self, before: Tensor, shift: Shift) -> Tensor:
        """Partners before a shift, where they should be after it."""
        around = [by if self.around(axis) else 0 for axis, by in enumerate(shift)]
        return before.roll(around, dims=tuple(range(2, before.ndim)))

    def depths(self, shift: Shift) -> Tensor:
        """How deep each output lies, from 1, under both borders: (*positions).

        One border is where the image ends, the other where the shift has moved it. Only along
        axes that are shifted do outputs count; without a shift all lie as deep as can be.
        """
        depth = torch.full(self.positions, max(self.positions))
        for axis, by in enumerate(shift):
            if by:
                along = _depths(self.positions[axis], by)
                depth = depth.minimum(along.view(-1, *[1] * (len(shift) - axis - 1)))
        return depth

    def around(self, axis: int) -> bool:
        return self.positions[axis] * self.strides[axis] == self.pixels[axis]


def check_shift(shift: Shift, axes: int) -> None:
    if len(shift) != axes:
        raise ValueError(f"the shift {shift} should have a number for each of {axes} axes")


def shift_image(x: Tensor, shift: Shift) -> Tensor:
    """x (N, C, *pixels), with what leaves it at a border back at the one opposite."""
    if x.ndim < 3 or not x.numel():
        raise ValueError(f"x should be (N, C, *pixels) with an image, not {tuple(x.shape)}")
    check_shift(shift, x.ndim - 2)
    return x.roll(shift, dims=tuple(range(2, x.ndim)))


def _depths(length: int, shift: int) -> Tensor:
    """How deep each of `length` outputs lies, from 1, seen from the ends before and after."""
    index = torch.arange(length)
    move = (index - shift) % length
    each = torch.stack((index, length - 1 - index, move, length - 1 - move))
    return each.amin(dim=0) + 1


def _divide(pixels: Shift, positions: Shift) -> Stride | None:
    ratios = tuple(map(Fraction, pixels, positions))
    return ratios if all(1 in ratio.as_integer_ratio() for ratio in ratios) else None


def _observed_stride(network: Network, x: Tensor, y: Tensor) -> Stride:
    """The stride of the receptive field."""
    problem = (
        f"outputs {tuple(y.shape)} of images {tuple(x.shape)} have no whole number of pixels "
        "each: give `stride`, the pixels from an output to the next along each axis"
    )
    if not isinstance(network, nn.Module):
        raise ValueError(problem)
    try:
        found = receptive_field(network, x).stride
    except ValueError as error:
        raise ValueError(problem) from error
    stride = tuple(by for by in found if by is not None)
    if len(stride) < len(found):
        raise ValueError(problem)
    return stride
