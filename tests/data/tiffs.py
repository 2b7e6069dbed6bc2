"""TIFF files of any layout, written by hand: Pillow writes few of them."""

from __future__ import annotations

import struct
import zlib
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

KINDS = {"u": 1, "i": 2, "f": 3}  # of numbers, by the letter that numpy has for them
LETTERS = {1: "B", 3: "H", 4: "I"}  # of struct, by the number that TIFF has for a type
Order = Literal["<", ">"]
Tags = dict[int, tuple[int, list[int]]]


def tiff(
    pixels: NDArray[Any],
    *,
    separate: bool = False,
    order: Order = "<",
    compressed: bool = False,
    more: Tags | None = None,
) -> bytes:
    """The pixels (H, W, C) in one strip, or with `separate` one after another for each channel."""
    height, width, channels = pixels.shape
    ordered = pixels.astype(pixels.dtype.newbyteorder(order))
    planes = [ordered[..., c] for c in range(channels)] if separate else [ordered]
    strips = [plane.tobytes() for plane in planes]
    if compressed:
        strips = [zlib.compress(strip) for strip in strips]
    tags: Tags = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [8 * pixels.dtype.itemsize] * channels),
        259: (3, [8 if compressed else 1]),
        262: (3, [2 if channels >= 3 else 1]),
        273: (4, [0] * len(strips)),
        277: (3, [channels]),
        278: (4, [height]),
        279: (4, [len(strip) for strip in strips]),
        284: (3, [2 if separate else 1]),
        339: (3, [KINDS[pixels.dtype.kind]] * channels),
        **({338: (3, [2])} if channels in (2, 4) else {}),
        **(more or {}),
    }
    return _file(tags, strips, order)


def _file(tags: Tags, strips: list[bytes], order: str) -> bytes:
    start = 8 + 2 + 12 * len(tags) + 4
    places = [start + sum(map(len, strips[:number])) for number in range(len(strips))]
    tags = {**tags, 273: (4, places)}
    entries, beyond = b"", b"".join(strips)
    beyond += b"\0" * (len(beyond) % 2)
    for tag, (kind, values) in sorted(tags.items()):
        data = struct.pack(order + LETTERS[kind] * len(values), *values)
        if len(data) > 4:
            data, beyond = struct.pack(order + "I", start + len(beyond)), beyond + data
            beyond += b"\0" * (len(beyond) % 2)
        entries += struct.pack(order + "HHI", tag, kind, len(values)) + data.ljust(4, b"\0")
    head = {"<": b"II", ">": b"MM"}[order] + struct.pack(order + "HIH", 42, 8, len(tags))
    return head + entries + b"\0" * 4 + beyond


def as_grey(pixels: NDArray[Any]) -> NDArray[np.float64]:
    """What the pixels (H, W, C) are in grey (H, W), white 1, transparency over white."""
    white = 1 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
    shares = pixels / white
    colour = shares[..., :3] @ [0.299, 0.587, 0.114] if pixels.shape[2] >= 3 else shares[..., 0]
    opacity = shares[..., -1] if pixels.shape[2] in (2, 4) else 1
    grey: NDArray[np.float64] = colour * opacity + 1 - opacity
    return grey
