"""Grey images and arrays to files, each written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import PIL.Image
import PIL.ImageFile
import torch
from numpy.typing import NDArray
from torch import Tensor

from .. import files
from ..errors import UsageError

BAND = 64  # rows
BLOCK = 2**22  # bytes, else 2**16, after which Pillow waits for its turn where Python is busy
COMPRESSION = 1  # of PNG: a fifth of the time of the usual 6, and a sixth more bytes


def check_place(path: Path) -> None:
    """Raise UsageError unless an image, or for `.npy` an array, can be written to that path."""
    if path.suffix != ".npy":
        _format(path)
    files.check_place(path)


def _write_bands(path: Path, bands: Iterable[Tensor]) -> None:
    """An image of 8 bits of rows in [0, 1], made a few at a time: fresh memory is slow memory."""
    kind = _format(path)
    PIL.ImageFile.MAXBLOCK = BLOCK
    image = PIL.Image.fromarray(torch.cat([*map(_levels, bands)]).numpy())
    _write(path, lambda stream: image.save(stream, format=kind, compress_level=COMPRESSION))


def write_signed(path: Path, values: Tensor) -> None:
    """Write (H, W) as it is to a `.npy`; else its size |value|, white from 1 on, in 8 bits.

    Raises UsageError for a suffix or a folder that cannot be written.
    """
    if path.suffix == ".npy":
        write_array(path, values.numpy())
    else:
        _write_bands(path, (band.abs().clamp_(max=1) for band in values.split(BAND)))


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array of numbers as `.npy`.

    Raises UsageError for another suffix, or a folder that cannot be written.
    """
    if path.suffix != ".npy":
        raise UsageError(f"{path}: an array is written as .npy, not {path.suffix!r}; rename it")
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
        raise UsageError(f"{path}: no image format has the suffix {path.suffix!r}; name it .png")
    return kind


def _write(path: Path, save: Callable[[BinaryIO], None]) -> None:
    def into(unfinished: Path) -> None:
        with unfinished.open("wb") as stream:
            save(stream)

    files.write(path, into)
