"""An image file as grey pixels, with notes on what reading it took, or one line on why not."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import PIL.Image
from PIL import UnidentifiedImageError
from PIL.Image import DecompressionBombError, DecompressionBombWarning
from torch import Tensor

from ..errors import UsageError, nearest
from .grey import grey


@dataclass(frozen=True)
class Image:
    """A grey image (H, W), black 0 and white 1, and what had to be done to read it."""

    pixels: Tensor
    name: str
    notes: tuple[str, ...] = ()


def read(path: Path, at_least: tuple[int, int] = (1, 2)) -> Image:
    """The image at `path` in grey, no smaller than `at_least` (height, width) pixels.

    Raises UsageError for a file that is missing, unreadable, empty, broken, enormous or too small.
    """
    check_file(path)
    try:
        pixels, notes = _decode(path)
    except (DecompressionBombError, DecompressionBombWarning) as error:
        raise UsageError(_too_large(path, error)) from error
    except UnidentifiedImageError as error:
        raise UsageError(
            f"{path} is not an image that Pillow can read, or is cut short; give a PNG or JPEG"
        ) from error
    except Exception as error:  # on a broken file a decoder may raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(f"{path} is a damaged image ({reason}); export it again") from error
    if not all(extreme.isfinite() for extreme in pixels.aminmax()):
        raise UsageError(f"{path} has pixels that are no finite numbers; replace them")
    _check_size(path, pixels, at_least)
    return Image(pixels, path.name, notes)


def check_file(path: Path) -> None:
    """Raise UsageError unless there is a file at `path` that may be read and is not empty."""
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name one file in it")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is not a regular file; copy its content into one")
        with path.open("rb") as stream:
            if not stream.read(1):
                raise UsageError(f"{path} is empty (0 bytes); copy or download it again")
    except FileNotFoundError as error:
        raise UsageError(f"no file {path}; {_way_to(path)}") from error
    except PermissionError as error:
        raise UsageError(f"{path} may not be read; change its permissions") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{str(path)!r} cannot be opened: {reason}; check the path") from error


def _decode(path: Path) -> tuple[Tensor, tuple[str, ...]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # doubts about metadata, where the pixels are sound
        warnings.simplefilter("error", DecompressionBombWarning)
        # A stream, for given a path Pillow 13 maps a plain TIFF and mistakes its sides if turned.
        with path.open("rb") as stream, PIL.Image.open(stream) as image:
            return grey(image)


def _too_large(path: Path, error: Exception) -> str:
    count = re.search(r"\d+", str(error))  # known to nobody else: the image was never made
    size = f"{int(count[0]):,} pixels" if count else "more pixels"
    limit = f"{PIL.Image.MAX_IMAGE_PIXELS:,}"
    return f"{path} is enormous: {size}, where {limit} are allowed; scale it down"


def _check_size(path: Path, pixels: Tensor, at_least: tuple[int, int]) -> None:
    for size, least, side in zip(pixels.shape, at_least, ("high", "wide"), strict=True):
        if size < least:
            noun = "pixel" if size == 1 else "pixels"
            raise UsageError(
                f"{path} is {size} {noun} {side}; the kernel needs {least}: give a larger image"
            )


def _way_to(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {path.parent} either"
    try:
        near = nearest(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:  # a folder may be entered and yet not listed
        near = ""
    return f"did you mean {near}?" if near else "check the path"
