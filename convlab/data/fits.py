"""What a FITS may hold that Pillow reads wrongly without a word, to be refused instead."""

from __future__ import annotations

from typing import BinaryIO

import PIL
from PIL.Image import Image

OLD = int(PIL.__version__.split(".")[0]) < 13  # of Pillow: it takes floats in the wrong order
PLAIN = {b"BSCALE": 1.0, b"BZERO": 0.0}  # a number is what is stored · BSCALE + BZERO
CARD = 80  # bytes of a line of the header


def misread_fits(image: Image, stream: BinaryIO) -> str:
    """Why Pillow would read this FITS wrongly; nothing if it would not, or for another format.

    To be asked before decoding makes Pillow forget where the header ends.
    """
    if image.format != "FITS":
        return ""
    place = stream.tell()
    stream.seek(0)
    header = stream.read(image.tile[0][2])  # type: ignore[attr-defined]
    stream.seek(place)
    cards = (header[start : start + CARD] for start in range(0, len(header), CARD))
    scaled = any(
        _value(card) != PLAIN[key] for card in cards if (key := card[:8].rstrip()) in PLAIN
    )
    if scaled:
        return "holds numbers that are to be scaled (BSCALE, BZERO)"
    if OLD and image.mode == "F":
        return "holds floats, whose bytes Pillow reads in the wrong order before its version 13"
    return ""


def _value(card: bytes) -> float:
    return float(card[10:].split(b"/")[0].replace(b"D", b"E"))
