"""A Pillow image of any mode as grey pixels, black 0 and white 1, at the depth it is stored in."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import ImageCms, ImageOps
from PIL.ExifTags import Base as Exif
from PIL.Image import Image, alpha_composite, new
from torch import Tensor

from . import tiff

BAND = 64  # rows
DEEP = ("TIFF", "PNG", "PPM", "JPEG2000")  # formats whose deep integers are known to be read right


def grey(image: Image) -> tuple[Tensor, tuple[str, ...]]:
    """The first frame's pixels (H, W), turned upright, and notes on what reading them took.

    Eight-bit colour becomes grey by Pillow's `L`, (299 R + 587 G + 114 B) / 1000, and is divided
    by 255. Deeper integers are divided by the largest that their depth can hold, and floats are
    taken as they are. Transparency lies over white.
    """
    bits, tags, notes = _bits(image), dict(getattr(image, "tag_v2", {})), _notes(image)
    upright = _upright(image, notes)
    if upright.mode == "F":
        values = np.asarray(upright)
        notes.append(f"floats from {values.min():g} to {values.max():g}, taken as they are")
    elif upright.mode.startswith("I") or tiff.number(tags) == tiff.SIGNED:
        values = _deep_pixels(upright, bits, tags)
        notes.append(f"{bits} bits per pixel kept")
    else:
        if _see_through(upright):
            notes.append("transparency over white")
        levels = torch.from_numpy(np.require(_flatten(upright).convert("L"), requirements="W"))
        return levels.float().div_(255), tuple(notes)
    return torch.from_numpy(np.array(values, dtype=np.float32)), tuple(notes)


def unknown(image: Image) -> str:
    """Why the numbers of this image would not be understood; nothing if they would."""
    if image.format == "EPS":  # Pillow would have Ghostscript execute it
        return "is a program (EPS), which is not executed here"
    deep = image.mode.startswith("I") and image.format not in (*DEEP, None)
    return f"holds whole numbers as {image.format} does, which are not known here" if deep else ""


def _bits(image: Image) -> int:
    """The depth of an integer image; only a TIFF can hold more or fewer than 16 bits here."""
    return int(getattr(image, "tag_v2", {}).get(tiff.BITS, (16,))[0])


def _notes(image: Image) -> list[str]:
    """What the file says of itself, to be asked before decoding makes Pillow forget it."""
    notes = []
    if (frames := getattr(image, "n_frames", 1)) > 1:
        notes.append(f"first of {frames} frames")
    return notes


def _upright(image: Image, notes: list[str]) -> Image:
    try:
        orientation = image.getexif().get(Exif.Orientation)  # a TIFF forgets it once decoded
        turned = orientation in range(2, 9)
        upright = ImageOps.exif_transpose(image) if turned else image  # it copies all others
    except SyntaxError:
        image.load()  # raises again, unless only the EXIF is at fault
        notes.append("its EXIF is broken and was passed over")
        return image
    if turned:
        notes.append("turned by its EXIF orientation")
    return upright


def _deep_pixels(image: Image, bits: int, tags: dict[int, Any]) -> NDArray[np.float64]:
    stored = np.asarray(image)
    signed = tiff.number(tags) == tiff.SIGNED
    if signed and stored.dtype == np.uint8:  # for Pillow all that has 8 bits is unsigned
        stored = stored.view(np.int8)
    values = stored.astype(np.float64)
    white = 2 ** (bits - signed) - 1
    if not signed:
        values %= white + 1  # Pillow keeps 32 unsigned bits in a signed integer
    if tags.get(tiff.PHOTOMETRIC) == tiff.WHITE_IS_ZERO:
        values = white - values
    if "transparency" in image.info:
        values[values == image.info["transparency"]] = white
    grey: NDArray[np.float64] = values / white
    return grey


def coloured(image: Image) -> bool:
    """Whether any pixel is not grey; asked band by band, which ends early in a photograph."""
    if image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I"):
        return False
    width, height = image.size
    bands = (
        image.crop((0, top, width, min(top + BAND, height))) for top in range(0, height, BAND)
    )
    pixels = (np.asarray(_flatten(band).convert("RGB")) for band in bands)
    return any((band[..., :2] != band[..., 1:]).any() for band in pixels)


def _see_through(image: Image) -> bool:
    if not image.has_transparency_data:
        return False
    return image.convert("RGBA").getchannel("A").getextrema() != (255, 255)


def _flatten(image: Image) -> Image:
    """The image without transparency, in a mode that Pillow can turn into grey."""
    if image.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(*profiles, "LAB", "RGB")
        return transform.apply(image)
    if not image.has_transparency_data:
        return image
    return alpha_composite(new("RGBA", image.size, "white"), image.convert("RGBA"))
