"""Multiply-adds as a number with a meaning, and those of windows in closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from ..layers.windows import Windows, live_taps


@dataclass(frozen=True)
class MultiplyAdds:
    """Products that are added up; a bias is added to them, but is no product.

    Nominal ones count the zeros of the padding, effective ones what meets a real pixel.
    """

    nominal: int = 0
    effective: int = 0

    def __add__(self, other: MultiplyAdds) -> MultiplyAdds:
        return MultiplyAdds(self.nominal + other.nominal, self.effective + other.effective)


def without_padding(count: int) -> MultiplyAdds:
    """So many, none of them with a zero of the padding."""
    return MultiplyAdds(count, count)


def of_windows(kernels: int, windows: Windows) -> MultiplyAdds:
    """Of so many kernels, each with one channel, at every position of a convolution.

        nominal    kernels · P K            P positions, K taps
        effective  kernels · Π_axes Σ_k |{p : 0 ≤ stride p + dilation k - margin < size}|

    where padding that repeats pixels (circular, reflect, replicate) counts as pixels.

        >>> of_windows(1, Windows.over([10], 3, 1, padding=1, dilation=1, padding_mode="zeros"))
        MultiplyAdds(nominal=30, effective=28)
    """
    nominal = kernels * prod(windows.out_size) * prod(windows.kernel_size)
    return MultiplyAdds(nominal, kernels * windows.live_taps)


def of_transposed_windows(
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
