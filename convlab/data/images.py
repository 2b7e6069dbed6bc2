"""An image file as grey pixels, with notes on what reading it took, or one line on why not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import PIL.Image
from PIL import UnidentifiedImageError
from PIL.Image import DecompressionBombError, DecompressionBombWarning
from torch import Tensor

from .. import memory
from ..errors import UsageError, nearest
from ..foreign import printable
from ..numbers import number
from .depth import bits_lost
from .fits import misread_fits
from .grey import coloured, grey, unknown
from .tiff import misread

PER_PIXEL = 24  # bytes of memory while it is read and its edges are found
ALWAYS = 89_478_485  # pixels that Pillow allows by itself


@dataclass(frozen=True)
class Image:
    """A grey image (H, W), black 0 and white 1, and what had to be done to read it."""

    pixels: Tensor
    name: str
    notes: tuple[str, ...] = ()
    coloured: bool = False  # in the file


def read(path: Path, at_least: tuple[int, int] = (1, 2)) -> Image:
    """The image at `path` in grey, no smaller than `at_least` (height, width) pixels.

    Raises UsageError for a file that is missing, unreadable, empty, broken, too small, of a kind
    that would be misread, or of more pixels than half of the memory holds.
    """
    with _opened(path) as (image, stream):
        lost = bits_lost(image, stream)
        pixels, notes = grey(image)
        found = coloured(image)
    if lost:
        notes = (f"{lost} bits per channel, read as 8", *notes)
    if not all(extreme.isfinite() for extreme in pixels.aminmax()):
        raise UsageError(f"{printable(path)} has pixels that are no finite numbers; replace them")
    _check_size(path, pixels, at_least)
    return Image(pixels, printable(path.name), notes, found)


def check(path: Path) -> None:
    """Raise UsageError for a file that is no image, as far as can be told without decoding it."""
    with _opened(path):
        pass


def title(path: Path) -> str:
    """The name of an image, which is that of its file without suffix, safe to print."""
    return printable(path.stem)


def most_pixels() -> int:
    """Of an image: as many as half of the machine's memory holds, or what Pillow always allows."""
    return int(max(ALWAYS, min(memory.physical(), 2**44) / 2 / PER_PIXEL))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[PIL.Image.Image, BinaryIO]]:
    """The image, not yet decoded; whatever is wrong with it, also within, is a UsageError."""
    check_file(path)
    try:
        # A stream, for given a path Pillow 13 maps a plain TIFF and mistakes its sides if turned.
        with _allowing(most_pixels()), path.open("rb") as stream:
            start = stream.read(16)
            stream.seek(0)
            with PIL.Image.open(stream) as image:
                if reason := (
                    misread(image, start) or misread_fits(image, stream) or unknown(image)
                ):
                    raise UsageError(f"{printable(path)} {reason}; export it as a plain PNG")
                yield image, stream
    except (DecompressionBombError, DecompressionBombWarning) as error:
        raise UsageError(_too_large(path, error)) from error
    except UsageError:
        raise
    except UnidentifiedImageError as error:
        raise UsageError(
            f"{printable(path)} is not an image that Pillow can read, or is cut short; give a PNG "
            "or JPEG"
        ) from error
    except Exception as error:  # on a broken file a decoder may raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UsageError(
            f"{printable(path)} is a damaged image ({printable(reason)}); export it again"
        ) from error


@contextmanager
def _allowing(pixels: int) -> Iterator[None]:
    """What is within may be so large; Pillow raises for more, and is silent on all else."""
    before = PIL.Image.MAX_IMAGE_PIXELS
    PIL.Image.MAX_IMAGE_PIXELS = pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # doubts about metadata, where the pixels are sound
            warnings.simplefilter("error", DecompressionBombWarning)
            yield
    finally:
        PIL.Image.MAX_IMAGE_PIXELS = before


def check_file(path: Path) -> None:
    """Raise UsageError unless there is a file at `path` that may be read and is not empty."""
    name = printable(path)
    try:
        if path.is_dir():
            raise UsageError(f"{name} is a folder; name one file in it")
        if path.exists() and not path.is_file():
            raise UsageError(f"{name} is not a regular file; copy its content into one")
        with path.open("rb") as stream:
            if not stream.read(1):
                raise UsageError(f"{name} is empty (0 bytes); copy or download it again")
    except FileNotFoundError as error:
        if path.is_symlink():
            target = printable(path.readlink())
            raise UsageError(
                f"{name} is a link to {target}, which is not there; mend the link"
            ) from error
        raise UsageError(f"no file {name}; {_way_to(path)}") from error
    except PermissionError as error:
        raise UsageError(f"{name} may not be read; change its permissions") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"'{name}' cannot be opened: {reason}; check the path") from error


def _too_large(path: Path, error: Exception) -> str:
    count = re.search(r"\d+", str(error))  # known to nobody else: the image was never made
    size = f"{number(int(count[0]))} pixels" if count else "more pixels"
    return (
        f"{printable(path)} is enormous: {size}, where this machine's memory allows "
        f"{number(most_pixels())}; scale it down, or use a larger machine"
    )


def _check_size(path: Path, pixels: Tensor, at_least: tuple[int, int]) -> None:
    for size, least, side in zip(pixels.shape, at_least, ("high", "wide"), strict=True):
        if size < least:
            noun = "pixel" if size == 1 else "pixels"
            raise UsageError(
                f"{printable(path)} is {size} {noun} {side}; the kernel needs {least}: give a "
                "larger image"
            )


def _way_to(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {printable(path.parent)} either"
    try:
        near = nearest(
            path.name, [entry.name for entry in path.parent.iterdir() if entry.exists()]
        )
    except OSError:  # a folder may be entered and yet not listed
        near = ""
    return f"did you mean {printable(near)}?" if near else "check the path"
