"""Where the windows of a convolution lie on its input: whole numbers only, no tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from math import prod
from operator import index
from typing import Any, SupportsIndex

Size = SupportsIndex | Sequence[SupportsIndex]
MARGIN_LIMIT = {"zeros": None, "circular": 0, "reflect": -1, "replicate": None}  # over the input


@dataclass(frozen=True)
class Windows:
    """A kernel slid over an input: one number per axis, but for words and margins.

    The window at position p sees the pixels stride p + dilation k - margin, one for each
    tap k of the kernel. Raises ValueError where a number is out of range or no window fits.
    """

    in_size: tuple[int, ...]  # pixels
    kernel_size: tuple[int, ...]  # taps
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[int, ...] | str  # pixels on both sides, or "same" or "valid"
    padding_mode: str

    # made of the fields above
    span: tuple[int, ...] = field(init=False, repr=False, compare=False)
    margins: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False)
    padded_size: tuple[int, ...] = field(init=False, repr=False, compare=False)
    out_size: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("in_size", "kernel_size", "stride", "dilation"):
            if min(getattr(self, name)) < 1:
                raise ValueError(f"{name} should be 1 or more, not {getattr(self, name)}")
        _check_padding(self.padding, self.stride)
        for name in ("span", "margins", "padded_size", "out_size"):  # each of those before it
            object.__setattr__(self, name, getattr(self, f"_{name}")())  # frozen for all others
        _check_mode(self)
        if min(self.out_size) < 1:
            raise ValueError(
                f"a kernel of {size_text(self.kernel_size)} taps spans {size_text(self.span)} "
                f"pixels, but the padded input has {size_text(self.padded_size)}: enlarge in_size "
                "or padding, or shrink kernel_size or dilation"
            )

    @classmethod
    def over(
        cls,
        in_size: Sequence[int],
        kernel_size: Size,
        stride: Size,
        padding: Size | str,
        dilation: Size,
        padding_mode: str,
    ) -> Windows:
        """The windows over `in_size`, where a single number stands for all axes."""
        dims = len(in_size)
        return cls(
            in_size=tuple(in_size),
            kernel_size=per_axis("kernel_size", kernel_size, dims),
            stride=per_axis("stride", stride, dims),
            dilation=per_axis("dilation", dilation, dims),
            padding=padding if isinstance(padding, str) else per_axis("padding", padding, dims),
            padding_mode=padding_mode,
        )

    def changed(self, **changes: Any) -> Windows:
        """The same but for some fields, where a single number stands for all axes."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.init}
        return Windows.over(**(given | changes))

    def stacked(self, count: int) -> Windows:
        """As many inputs, each under its own windows: an axis in front, with one tap at each."""
        padding = self.padding if isinstance(self.padding, str) else (0, *self.padding)
        return Windows(
            in_size=(count, *self.in_size),
            kernel_size=(1, *self.kernel_size),
            stride=(1, *self.stride),
            dilation=(1, *self.dilation),
            padding=padding,
            padding_mode=self.padding_mode,
        )

    def _span(self) -> tuple[int, ...]:
        """The pixels from the first tap of a window to its last."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel_size, self.dilation, strict=True))

    def _margins(self) -> tuple[tuple[int, int], ...]:
        """The pixels added before and after each axis; `same` puts an odd one after, as torch."""
        if self.padding == "same":
            return tuple(((span - 1) // 2, span // 2) for span in self.span)
        if isinstance(self.padding, str):
            return ((0, 0),) * len(self.in_size)
        return tuple((margin, margin) for margin in self.padding)

    def _padded_size(self) -> tuple[int, ...]:
        return tuple(n + sum(m) for n, m in zip(self.in_size, self.margins, strict=True))

    def _out_size(self) -> tuple[int, ...]:
        """The positions along each axis."""
        axes = zip(self.padded_size, self.span, self.stride, strict=True)
        return tuple((padded - span) // stride + 1 for padded, span, stride in axes)

    @property
    def live_taps(self) -> int:
        """The taps of all windows together that see a pixel of the input, not a zero beside it."""
        return self.live_taps_by((1,) * len(self.in_size))

    def live_taps_by(self, block: Sequence[int]) -> int:
        """Those of one kernel for each block of positions: any of its windows may see a pixel."""
        if self.padding_mode != "zeros":
            counts = (-(-p // size) for p, size in zip(self.out_size, block, strict=True))
            return prod(counts) * prod(self.kernel_size)
        margins = [before for before, _ in self.margins]
        axes = self.out_size, self.in_size, self.kernel_size, self.stride, self.dilation
        return live_taps(*axes, margins, block)


def live_taps(*axes: Sequence[int]) -> int:
    """Π_axes Σ_k |{p < positions : 0 ≤ stride p + dilation k - margin < size}|.

    The arguments, each with one number per axis: positions, size, taps, stride, dilation, margin
    and, if they are not 1, the positions of a block: then the blocks of these p are counted.

        >>> live_taps([10], [10], [3], [1], [1], [1])
        28
    """
    return prod(_live_taps(*axis) for axis in zip(*axes, strict=True))


def _live_taps(
    positions: int, size: int, taps: int, stride: int, dilation: int, margin: int, block: int = 1
) -> int:
    """Along one axis, in a time that does not grow with its length."""
    first = [max(0, -((dilation * tap - margin) // stride)) for tap in range(taps)]
    end = [(size - 1 + margin - dilation * tap) // stride for tap in range(taps)]
    last = [min(positions - 1, position) for position in end]
    between = zip(first, last, strict=True)
    return sum(stop // block - start // block + 1 for start, stop in between if start <= stop)


def per_axis(name: str, value: Size, dims: int) -> tuple[int, ...]:
    """One number for each of `dims` axes; raises ValueError, with `name`, for any other count.

    A number is what Python takes for an index, so also one of numpy; any other raises TypeError.
    """
    try:
        values = (index(value),) * dims  # type: ignore[arg-type]  # that it may be several
    except TypeError:
        values = _several(name, value)
    if len(values) != dims:
        raise ValueError(f"{name} should be one number or {dims}, one per axis, not {values}")
    return values


def _several(name: str, value: Any) -> tuple[int, ...]:
    try:
        return tuple(map(index, value))
    except TypeError:
        message = f"{name} should be a whole number or several, not {value!r}"
        raise TypeError(message) from None


def size_text(numbers: Sequence[int]) -> str:
    """The numbers as people write a size: 28 x 28."""
    return " x ".join(map(str, numbers))


def _check_padding(padding: tuple[int, ...] | str, stride: tuple[int, ...]) -> None:
    valid = padding in ("same", "valid") if isinstance(padding, str) else min(padding) >= 0
    if not valid:
        raise ValueError(
            f"padding should be 'same', 'valid' or numbers from 0 up, not {padding!r}"
        )
    if padding == "same" and max(stride) > 1:
        raise ValueError(f"padding 'same' needs stride 1, not {stride}: give padding in pixels")


def _check_mode(windows: Windows) -> None:
    mode = windows.padding_mode
    if mode not in MARGIN_LIMIT:
        raise ValueError(f"padding_mode should be one of {', '.join(MARGIN_LIMIT)}, not {mode!r}")
    limit = MARGIN_LIMIT[mode]
    widest = tuple(max(margin) for margin in windows.margins)
    if limit is not None and any(
        m > n + limit for m, n in zip(widest, windows.in_size, strict=True)
    ):
        raise ValueError(
            f"{mode} padding of {size_text(widest)} pixels needs a larger input than "
            f"{size_text(windows.in_size)}: shrink padding or use 'zeros'"
        )
