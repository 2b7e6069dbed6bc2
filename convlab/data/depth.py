"""How deep the channels of an image file are, where Pillow reads them all as eight bits."""

from __future__ import annotations

from typing import BinaryIO

from PIL.Image import Image

HEADER = 2**20  # bytes, in which the depth stands
CODESTREAM = (
    b"\xff\x4f\xff\x51"  # how a JPEG 2000 begins: its size, then the depth of each channel
)
AV1 = b"av1C"  # the box of an AVIF that holds its depth


def bits_lost(image: Image, stream: BinaryIO) -> int:
    """The bits per channel of a file that is read at 8, if they are more; else 0.

    To be asked before decoding makes Pillow forget how the file is laid out.
    """
    if image.mode.startswith(("I", "F")):
        return 0  # kept
    ask = {"JPEG2000": _of_jpeg_2000, "AVIF": _of_avif}.get(image.format or "")
    bits = ask(_header(stream)) if ask else _of_layout(image)
    return bits if bits > 8 else 0


def _of_layout(image: Image) -> int:
    """As Pillow says how it decodes: `RGB;16B`, `SGI16`, `BC6H`, or how far a PPM counts."""
    for name, _, _, layout in getattr(image, "tile", []):
        if name == "SGI16" or ";16" in str(layout) or "BC6" in str(layout):
            return 16
        if name.startswith("ppm") and isinstance(layout, tuple):
            return int(layout[1]).bit_length()
    return 8


def _header(stream: BinaryIO) -> bytes:
    place = stream.tell()
    stream.seek(0)
    header = stream.read(HEADER)
    stream.seek(place)
    return header


def _of_jpeg_2000(header: bytes) -> int:
    start = header.find(CODESTREAM) + len(CODESTREAM)
    channels = int.from_bytes(header[start + 36 : start + 38], "big")
    depths = header[start + 38 : start + 38 + 3 * channels : 3]  # less one, and a bit for the sign
    return max(((each & 0x7F) + 1 for each in depths), default=8)


def _of_avif(header: bytes) -> int:
    start = header.find(AV1)
    flags = header[start + 6] if 0 <= start < len(header) - 6 else 0
    return (12 if flags & 0x20 else 10) if flags & 0x40 else 8
