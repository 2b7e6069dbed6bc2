"""Multiply-adds as a number with a meaning, and those of windows in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from ..layers.windows import Windows


@dataclass(frozen=True)
class MultiplyAdds:
    """Products that are added up; a bias is added to them, but is no product.

    Nominal ones count the zeros of the padding, effective ones what meets a real pixel.
    """

    nominal: int = 0
    effective: int = 0

    def __add__(self, other: MultiplyAdds) -> MultiplyAdds:
        return MultiplyAdds(self.nominal + other.nominal, self.effective + other.effective)


def all_real(count: int) -> MultiplyAdds:
    """So many, none of them with a zero of the padding."""
    return MultiplyAdds(count, count)


def windowed(kernels: int, windows: Windows) -> MultiplyAdds:
    """Of so many kernels, each with one channel, at every position of a convolution.

        nominal    kernels · P K            P positions, K taps
        effective  kernels · Π_axes Σ_k |{p : 0 ≤ stride p + dilation k - margin < size}|

    where padding that repeats pixels (circular, reflect, replicate) counts as pixels.

        >>> windowed(1, Windows.over([10], 3, 1, padding=1, dilation=1, padding_mode="zeros"))
        MultiplyAdds(nominal=30, effective=28)
    """
    nominal = kernels * prod(windows.out_size) * prod(windows.kernel_size)
    if windows.padding_mode != "zeros":
        return all_real(nominal)
    margins = [before for before, _ in windows.margins]
    axes = windows.out_size, windows.in_size, windows.kernel_size, windows.stride
    return MultiplyAdds(nominal, kernels * live_taps(*axes, windows.dilation, margins))


def spread_out(
    kernels: int,
    in_size: Sequence[int],
    out_size: Sequence[int],
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
    padding: Sequence[int],
) -> MultiplyAdds:
    """Of so many kernels in a transposed convolution: every input pixel times every tap.

        nominal    kernels · P K            P input pixels, K taps
        effective  kernels · Π_axes Σ_k |{p : 0 ≤ stride p + dilation k - padding < out_size}|

    The others are cut off with the padding.
    """
    landing = live_taps(in_size, out_size, kernel_size, stride, dilation, padding)
    return MultiplyAdds(kernels * prod(in_size) * prod(kernel_size), kernels * landing)


def live_taps(*axes: Sequence[int]) -> int:
    """Π_axes Σ_k |{p < positions : 0 ≤ stride p + dilation k - margin < size}|.

    The arguments, each with one number per axis: positions, size, taps, stride, dilation, margin.

        >>> live_taps([10], [10], [3], [1], [1], [1])
        28
    """
    return prod(_live_taps(*axis) for axis in zip(*axes, strict=True))


def _live_taps(
    positions: int, size: int, taps: int, stride: int, dilation: int, margin: int
) -> int:
    """Along one axis, in a time that does not grow with its length."""
    first = [max(0, -((dilation * tap - margin) // stride)) for tap in range(taps)]
    last = [(size - 1 + margin - dilation * tap) // stride for tap in range(taps)]
    between = zip(first, last, strict=True)
    return sum(max(0, min(positions - 1, end) - start + 1) for start, end in between)
