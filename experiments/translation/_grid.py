"""The grid of `downsampling` and `consistency`: paddings, ways to halve, heads. No torch."""

from __future__ import annotations

from itertools import product

PADDINGS = CIRCULAR, ZEROS, REFLECT, VALID = "circular", "zeros", "reflect", "valid"
HALVINGS = NONE, STRIDE, MAX, AVERAGE, BLUR, POLYPHASE = (
    "none",
    "stride 2",
    "max 2",
    "average 2",
    "blur",
    "polyphase",
)
HEADS = MEAN, MAXIMUM, FLATTENED = "average", "maximum", "flattened"
POOLED = MEAN, MAXIMUM  # heads that forget the place
Cell = tuple[str, str, str]  # padding, halving, head
CELLS: tuple[Cell, ...] = tuple(product(PADDINGS, HALVINGS, HEADS))
USUAL: Cell = (ZEROS, MAX, FLATTENED)
STEP = 4  # pixels per output, where the image is halved twice
REACH = 4  # pixels that an image is shifted by at most: as far as there is black around a digit


def named(cell: Cell) -> str:
    return ", ".join(cell)
