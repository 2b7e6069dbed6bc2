"""Grey images and arrays to files, each written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import PIL.Image
import PIL.ImageFile
import torch
from numpy.typing import NDArray
from torch import Tensor

from .errors import DataError

BAND = 64  # rows
BLOCK = 2**22  # bytes, else 2**16, after which Pillow waits for its turn where Python is busy
COMPRESSION = 1  # of PNG: a fifth of the time of the usual 6, and a sixth more bytes


def check_place(path: Path) -> None:
    """Raise DataError unless an image, or for `.npy` an array, can be written to that path."""
    if path.suffix != ".npy":
        _format(path)
    with _part(path) as part:
        part.touch()
        if path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))


def write_grey(path: Path, pixels: Tensor) -> None:
    """Write pixels (H, W) in [0, 1] as an image of 8 bits, in the format of the path's suffix.

    Raises DataError for a suffix or a folder that cannot be written, ValueError for other pixels.
    """
    _write_bands(path, pixels.detach().cpu().split(BAND))


def _write_bands(path: Path, bands: Iterable[Tensor]) -> None:
    """As `write_grey`, of rows that are made a few at a time: fresh memory is slow memory."""
    kind = _format(path)
    PIL.ImageFile.MAXBLOCK = BLOCK
    image = PIL.Image.fromarray(torch.cat([*map(_levels, bands)]).numpy())
    _write(path, lambda stream: image.save(stream, format=kind, compress_level=COMPRESSION))


def write_signed(path: Path, values: Tensor) -> None:
    """Write (H, W) as it is to a `.npy`; else its size |value|, white from 1 on, as `write_grey`.

    Raises DataError for a suffix or a folder that cannot be written.
    """
    if path.suffix == ".npy":
        write_array(path, values.numpy())
    else:
        _write_bands(path, (band.abs().clamp_(max=1) for band in values.split(BAND)))


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array of numbers as `.npy`.

    Raises DataError for another suffix, or a folder that cannot be written.
    """
    if path.suffix != ".npy":
        raise DataError(f"{path}: an array is written as .npy, not {path.suffix!r}; rename it")
    _write(path, lambda stream: np.save(stream, array, allow_pickle=False))


def _levels(pixels: Tensor) -> Tensor:
    levels = (pixels * 255.0).round_()
    low, high = levels.aminmax()
    if levels.ndim != 2 or not (low >= 0 and high <= 255):  # nor if either is no number
        raise ValueError(f"pixels {tuple(pixels.shape)} are not (H, W) within [0, 1]; scale them")
    return levels.byte()


def _format(path: Path) -> str:
    """Pillow's name of the format that the suffix asks for."""
    kind = PIL.Image.registered_extensions().get(path.suffix.lower(), "")
    if kind not in PIL.Image.SAVE:
        raise DataError(f"{path}: no image format has the suffix {path.suffix!r}; name it .png")
    return kind


def _write(path: Path, save: Callable[[BinaryIO], None]) -> None:
    """Save beside `path` and move there in one step, so that nobody meets half a file."""
    with _part(path) as part:
        with part.open("wb") as stream:
            save(stream)
        part.replace(path)


@contextmanager
def _part(path: Path) -> Iterator[Path]:
    """A file beside `path` that is gone afterwards; what the system refuses as a DataError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or " ".join(str(error).split())
        raise DataError(f"{path} cannot be written: {reason}; choose another place") from error
