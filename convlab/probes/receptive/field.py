"""The receptive field of an output unit: the pixels on which it can depend, found exactly.

That is the theoretical field, of the architecture: weights that happen to be 0 hide nothing. How
much a network with its own weights makes of each pixel is in `effective_field`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

import torch
from torch import Tensor, nn

from ...memory import require
from ...numbers import number
from .dependence import Dependence

Position = tuple[int, ...]  # a number per axis


@dataclass(frozen=True)
class ReceptiveField:
    """What one output unit sees of an image; tuples have an entry per axis.

    `stride` is None along an axis where there is none for all units: the outputs have no such
    axis, the border hides it, the network enlarges, or it joins branches of other strides.
    The border of the image can cut a field off, and then `size` is only what is left of it.
    `cut` says whether it touches the border, before and after: a field that does not is whole.
    """

    unit: Position
    pixels: Tensor  # bools (*in_size): those that the unit can depend on, at least one
    stride: tuple[int | None, ...]  # from the field of a unit to that of the next; None if not one

    def __str__(self) -> str:
        """What is seen, in a line: `36 pixels in 6 × 6 from (12, 12) on, stride 2 × 2`."""
        strides = " × ".join("?" if stride is None else str(stride) for stride in self.stride)
        cut = "; the border cuts it" if any(map(any, self.cut)) else ""
        size = " × ".join(map(str, self.size))
        return f"{self.count} pixels in {size} from {self.first} on, stride {strides}{cut}"

    def __repr__(self) -> str:
        return f"<ReceptiveField of unit {self.unit}: {self}>"

    @property
    def first(self) -> Position:
        return tuple(int(seen[0]) for seen in self._places)

    @property
    def last(self) -> Position:
        return tuple(int(seen[-1]) for seen in self._places)

    @property
    def size(self) -> Position:
        """Pixels from the first to the last, with those between them that are not seen."""
        return tuple(int(seen[-1] - seen[0]) + 1 for seen in self._places)

    @property
    def count(self) -> int:
        """Pixels that are seen."""
        return int(self.pixels.sum())

    @property
    def cut(self) -> tuple[tuple[bool, bool], ...]:
        ends = zip(self.first, self.last, self.pixels.shape, strict=True)
        return tuple((first == 0, last == length - 1) for first, last, length in ends)

    @property
    def padding(self) -> tuple[int | None, ...]:
        """Pixels before the image at which the field of unit 0 begins; None if not seen."""
        if len(self.unit) != len(self.stride):
            return (None,) * len(self.stride)  # a classifier's unit has no place in the image
        axes = zip(self.unit, self.first, self.stride, self.cut, strict=True)
        return tuple(
            None if stride is None or before else unit * stride - first
            for unit, first, stride, (before, _) in axes
        )

    @property
    def _places(self) -> list[Tensor]:
        """Along each axis, the places where a pixel is seen, in order."""
        places = torch.nonzero(self.pixels)
        return [places[:, axis].unique() for axis in range(self.pixels.ndim)]


def receptive_field(network: nn.Module, x: Tensor, unit: Position | None = None) -> ReceptiveField:
    """The field of one output position, in all its channels, or of the middle one.

    x is (N, C, *pixels) and the output (N, O, *positions), in one to three dimensions, or (N, O)
    with the unit (). Of x only shape and type count, and of its examples the first. For layers of
    kernel k, dilation d, stride s and padding p, one after another, a field that no border cuts
    has along each axis

        size    1 + Σ_l (k_l - 1) d_l j_l    with the stride so far    j_l = Π_{i<l} s_i
        stride  Π_l s_l
        padding Σ_l p_l j_l

    (Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks, 2019).
    Here it comes from the operations that run, through branches, attention and all: see
    `Dependence`, which has the errors, and tells channels apart. The network stays as it was, and
    runs in its mode: batch norm in train mode, and instance, layer or group norm in any, read the
    whole image. Raises ValueError for an x or a unit that is not one, and for a unit that depends
    on no pixel.

        >>> network = nn.Sequential(nn.Conv2d(1, 4, 3, dilation=2), nn.MaxPool2d(2))
        >>> field = receptive_field(network, torch.zeros(1, 1, 28, 28))
        >>> print(field)
        36 pixels in 6 × 6 from (12, 12) on, stride 2 × 2
        >>> field.unit, field.first, field.size, field.count, field.stride
        ((6, 6), (12, 12), (6, 6), 36, (2, 2))
    """
    dependence, positions = _follow(network, x)
    unit = tuple(length // 2 for length in positions) if unit is None else tuple(unit)
    _check_unit(unit, positions)
    pixels = _pixels(dependence, unit)
    if not pixels.any():
        raise ValueError(f"the unit {unit} depends on no pixel: it has no field, choose another")
    strides = [_stride(dependence, pixels, unit, axis) for axis in range(pixels.ndim)]
    return ReceptiveField(unit, pixels, tuple(strides))


def receptive_fields(network: nn.Module, x: Tensor) -> Tensor:
    """The pixels of every output position, bools (*positions, *pixels), as in `receptive_field`.

    Raises NotEnoughMemory before it allocates.

        >>> receptive_fields(nn.Conv1d(1, 1, 2), torch.zeros(1, 1, 4)).int()
        tensor([[1, 1, 0, 0],
                [0, 1, 1, 0],
                [0, 0, 1, 1]], dtype=torch.int32)
    """
    dependence, positions = _follow(network, x)
    pixels = x.shape[2:]
    require(2 * prod(positions) * prod(pixels), f"the fields of {number(prod(positions))} units")
    each = [_pixels(dependence, unit) for unit in product(*map(range, positions))]
    return torch.stack(each).reshape(*positions, *pixels)


def _follow(network: nn.Module, x: Tensor) -> tuple[Dependence, Position]:
    if x.ndim not in (3, 4, 5) or not x.numel():
        raise ValueError(
            f"x should be (N, C, *pixels) with one to three axes, not {tuple(x.shape)}"
        )
    dependence = Dependence.of(network, x[:2])  # batch norm in train mode can need a second one
    if dependence.y.ndim < 2:
        raise ValueError(
            f"the output should be (N, O, *positions), not {tuple(dependence.y.shape)}"
        )
    return dependence, tuple(dependence.y.shape[2:])


def _check_unit(unit: Position, positions: Position) -> None:
    fits = len(unit) == len(positions)
    if not fits or not all(0 <= at < size for at, size in zip(unit, positions, strict=True)):
        raise ValueError(
            f"no output unit {unit} among {positions}: give one index per axis, from 0"
        )


def _pixels(dependence: Dependence, unit: Position) -> Tensor:
    """Those that any channel of the unit reads in any channel, of the first example."""
    outputs = torch.zeros(dependence.y.shape, dtype=torch.bool)
    outputs[0].movedim(0, -1)[unit] = True
    return dependence.inputs(outputs).flatten(0, 1).any(dim=0)


def _stride(dependence: Dependence, pixels: Tensor, unit: Position, axis: int) -> int | None:
    """How far fields move from unit to unit, if the neighbours and two far units agree."""
    positions = dependence.y.shape[2:]
    if len(positions) != pixels.ndim:
        return None
    here, last = unit[axis], positions[axis] - 1
    others = {here - 1, here + 1, here // 2, (here + last + 1) // 2} & set(range(last + 1))
    strides: set[Fraction] = set()
    for other in others - {here}:
        there = _pixels(dependence, (*unit[:axis], other, *unit[axis + 1 :]))
        strides |= {Fraction(by, other - here) for by in _moves(pixels, there, axis)}
    stride = strides.pop() if len(strides) == 1 else Fraction(0)
    return int(stride) if stride and stride.denominator == 1 else None


def _moves(pixels: Tensor, others: Tensor, axis: int) -> list[int]:
    """By how many pixels the beginning and the end move, of those that no border cuts off."""
    here, there = (torch.nonzero(each)[:, axis] for each in (pixels, others))
    if not len(there):
        return []
    ends = (int(here.min()), int(there.min())), (int(here.max()), int(there.max()))
    return [
        new - old
        for (old, new), border in zip(ends, (0, pixels.shape[axis] - 1), strict=True)
        if border not in (old, new)
    ]
