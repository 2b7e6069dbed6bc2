"""The edge kernels by name, and a kernel as a user writes it, checked. Imports no torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from ..errors import nearest
from ..numbers import number

Kernel = tuple[tuple[float, ...], ...]  # rows of equal length

KERNELS: dict[str, Kernel] = {
    "left-right": ((-1, 1),),
    "up-down": ((-1,), (1,)),
    "sobel": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
}
LARGEST = 31  # rows, and columns, of a kernel
STRONGEST = 1e6  # the greatest weight: float32 then has room for every image of 8 bits


def read_kernel(text: str) -> Kernel:
    """The kernel of that name, or the rows that are written out.

    Raises ValueError for another name and for rows that are no kernel.

        >>> read_kernel("[[0, 1], [2, 3]]")
        ((0.0, 1.0), (2.0, 3.0))
        >>> read_kernel("up-down")
        ((-1,), (1,))
    """
    if text in KERNELS:
        return KERNELS[text]
    if not text.lstrip().startswith("["):
        raise ValueError(f"no kernel {text!r}; {_way_to(text)}")
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(
            f"{_short(text)} is no list of rows of numbers; write it as [[0, 1], [2, 3]]"
        ) from None
    return _check(rows if rows and isinstance(rows[0], list) else [rows], text)


def check_rows(kernel: Kernel) -> None:
    """Raise ValueError unless these are rows of finite numbers, equally long and not empty."""
    try:
        lengths = {len(row) for row in kernel}
        sound = len(lengths) == 1 and all(isfinite(weight) for row in kernel for weight in row)
    except TypeError:  # no rows, or no numbers
        sound = False
    if not sound or 0 in lengths:
        raise ValueError(f"{kernel!r} is no kernel: rows of finite numbers, equally long, are")


def taps(kernel: Kernel) -> list[tuple[tuple[int, int], float]]:
    """((rows down, columns right), weight) of every weight that is not 0."""
    return [
        ((down, right), weight)
        for down, row in enumerate(kernel)
        for right, weight in enumerate(row)
        if weight
    ]


def output_size(size: Sequence[int], kernel: Kernel) -> tuple[int, int]:
    """(P, Q): as many rows and columns as the kernel has places in the image."""
    height, width = size
    return height - len(kernel) + 1, width - len(kernel[0]) + 1


def _check(rows: list[Any], text: str) -> Kernel:
    quote = _short(text)
    if not all(isinstance(row, list) and all(map(_is_weight, row)) for row in rows):
        raise ValueError(
            f"{quote} holds something other than numbers from {number(-STRONGEST)} to "
            f"{number(STRONGEST)}; write rows of such, as in [[0, 1], [2, 3]]"
        )
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        raise ValueError(f"{quote} has rows of {sorted(lengths)} numbers; make them equally long")
    if max(len(rows), *lengths) > LARGEST:
        size = f"{len(rows)} x {max(lengths)}"
        raise ValueError(f"{quote} is {size}; a kernel has at most {LARGEST} rows and columns")
    if not any(map(any, rows)):
        raise ValueError(f"{quote} has no weight but 0 and sees nothing; change one of them")
    return tuple(tuple(map(float, row)) for row in rows)


def _as_text(value: Any) -> Any:
    """The rows that a YAML may hold, as the text that a command line has."""
    return json.dumps(value) if isinstance(value, list) else value


def _as_it_is(text: str) -> str:
    read_kernel(text)
    return text


KernelText = Annotated[str, BeforeValidator(_as_text), AfterValidator(_as_it_is)]


def _is_weight(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and -STRONGEST <= value <= STRONGEST  # which NaN is not


def _way_to(name: str) -> str:
    close = nearest(name, KERNELS)
    hint = f"did you mean {close}? There are: " if close else "there are: "
    return f"{hint}{', '.join(KERNELS)}, or rows such as [[0, 1], [2, 3]]"


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
