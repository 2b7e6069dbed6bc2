"""What a TIFF may hold that Pillow reads wrongly without a word, to be refused instead.

A TIFF lays its numbers out in hundreds of ways. Those refused here were found by writing every
combination of depth, kind of number, channels, planes, byte order and compression.
"""

from __future__ import annotations

import sys
from typing import Any

from PIL.Image import Image

SUBFILE, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 258, 259, 262, 266  # the tags
PLANES, SUBSAMPLING, SAMPLE_FORMAT, DNG_VERSION = 284, 530, 339, 50706
UNCOMPRESSED, SEPARATE, PREVIEW = 1, 2, 1  # values of these
WHITE_IS_ZERO, LUMINANCE_AND_COLOUR = 0, 6
UNSIGNED, SIGNED, FLOAT = 1, 2, 3


def misread(image: Image, start: bytes) -> str:
    """Why Pillow would read this TIFF wrongly; nothing if it would not, or for another format.

    `start` is how the file begins. To be asked before decoding makes Pillow forget the tags.
    """
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        return ""
    if tags.get(SUBFILE, 0) & PREVIEW or DNG_VERSION in tags or start[8:10] == b"CR":
        size = " x ".join(map(str, image.size[::-1]))
        return f"begins with a preview of {size} pixels, as raw photographs do"
    plain = tags.get(COMPRESSION, UNCOMPRESSED) == UNCOMPRESSED
    if tags.get(PLANES) == SEPARATE and not _planes_are_read(image, tags, plain):
        return "holds its channels one after another, in a way that is not known here"
    if tags.prefix == b"MM" and not plain and depth(tags) > 8 and not _in_native_order(image):
        return "is compressed and big-endian, which is not known here at this depth"
    if photometric(tags) == LUMINANCE_AND_COLOUR and plain and _subsampled(tags):
        return "holds less colour than pixels, uncompressed, which is not known here"
    if photometric(tags) == WHITE_IS_ZERO and number(tags) == FLOAT:
        return "holds floats of which 0 is white"
    return ""


def depth(tags: Any) -> int:
    """Bits per channel."""
    return int(max(tags.get(BITS, (1,))))


def photometric(tags: Any) -> int:
    """What the numbers mean; the tag is required, and Pillow reads its absence as 0."""
    return int(tags.get(PHOTOMETRIC, WHITE_IS_ZERO))


def number(tags: Any) -> int:
    """UNSIGNED, SIGNED or FLOAT."""
    return int(tags.get(SAMPLE_FORMAT, (UNSIGNED,))[0])


def _planes_are_read(image: Image, tags: Any, plain: bool) -> bool:
    """Uncompressed ones as plain 8 or 32 bits, black 0, whatever they are; and LA never."""
    if image.mode in ("LA", "La", "PA"):
        return False
    native = {"little": b"II", "big": b"MM"}[sys.byteorder]
    plainly = depth(tags) == 8 or (depth(tags) == 32 and tags.prefix == native)
    upright = tags.get(FILL_ORDER, 1) == 1 and photometric(tags) != WHITE_IS_ZERO
    return not plain or (plainly and upright)


def _in_native_order(image: Image) -> bool:
    """Whether Pillow asks its decoder for numbers in the order that this gives them in."""
    return str(getattr(image, "tile", [(0, 0, 0, ("",))])[0][3][0]).endswith("N")


def _subsampled(tags: Any) -> bool:
    return tuple(tags.get(SUBSAMPLING, (2, 2))) != (1, 1)
