"""Grey images and arrays to files, each written whole or not at all."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from io import BytesIO
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
from ..foreign import printable

ARRAY = ".npy"
BAND = 64  # rows
BLOCK = 2**22  # bytes, else 2**16, after which Pillow waits for its turn where Python is busy
WRITES: dict[str, dict[str, Any]] = {  # the formats that hold 8 bits of grey, and how they do
    "PNG": {"compress_level": 1},  # a fifth of the time of the usual 6, and a sixth more bytes
    "AVIF": {"quality": 100},  # without loss, for grey
    "JPEG": {"quality": 95},  # the only one with a loss, of a few levels
    "WEBP": {"lossless": True},
    **{name: {} for name in ("BMP", "DDS", "DIB", "GIF", "JPEG2000", "PCX", "PPM", "SGI")},
    **{name: {} for name in ("TGA", "TIFF")},
}
NOT_GREY = (".pbm", ".pfm")  # of PPM: one holds bits, the other floats


def check_place(path: Path) -> None:
    """Raise UsageError unless an image, or for `.npy` an array, can be written to that path."""
    if path.suffix.lower() != ARRAY:
        _format(path)
    files.check_place(path)


def check_size(path: Path, height: int, width: int) -> None:
    """Raise UsageError unless the format that the path asks for has room for such an image."""
    if path.suffix.lower() != ARRAY:
        for side in ((1, width), (height, 1)):
            _encode(path, torch.zeros(side), BytesIO())


def _encode(path: Path, levels: Tensor, stream: BinaryIO) -> None:
    """Levels (H, W) of 8 bits in the format that the path asks for."""
    kind = _format(path)
    image = PIL.Image.fromarray(levels.byte().numpy())
    try:
        image.save(stream, format=kind, **WRITES[kind])
    except (ValueError, OverflowError, struct.error, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # of the disk
        size = " x ".join(map(str, levels.shape))
        raise UsageError(
            f"{printable(path)}: no {kind} holds an image of {size} pixels; name it .png"
        ) from error


def _write_bands(path: Path, bands: Iterable[Tensor]) -> None:
    """An image of 8 bits of rows in [0, 1], made a few at a time: fresh memory is slow memory."""
    PIL.ImageFile.MAXBLOCK = BLOCK
    levels = torch.cat([*map(_levels, bands)])
    _write(path, lambda stream: _encode(path, levels, stream))


def write_signed(path: Path, values: Tensor) -> None:
    """Write (H, W) as it is to a `.npy`; else its size |value|, white from 1 on, in 8 bits.

    Raises UsageError for a suffix or a folder that cannot be written.
    """
    if path.suffix.lower() == ARRAY:
        write_array(path, values.numpy())
    else:
        _write_bands(path, (band.abs().clamp_(max=1) for band in values.split(BAND)))


def share_above_white(path: Path, values: Tensor) -> float:
    """The share of values (H, W) that `write_signed` clips: all beyond 1; 0 for a `.npy`."""
    if path.suffix.lower() == ARRAY:
        return 0.0
    return sum(int((band.abs() > 1).sum()) for band in values.split(BAND)) / values.numel()


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array of numbers as `.npy`.

    Raises UsageError for another suffix, or a folder that cannot be written.
    """
    if path.suffix.lower() != ARRAY:
        raise UsageError(
            f"{printable(path)}: an array is written as .npy, not {printable(path.suffix)!r}; "
            "rename it"
        )
    _write(path, lambda stream: np.save(stream, array, allow_pickle=False))


def _levels(pixels: Tensor) -> Tensor:
    levels = (pixels * 255.0).round_()
    low, high = levels.aminmax()
    if levels.ndim != 2 or not (low >= 0 and high <= 255):  # nor if either is no number
        raise ValueError(f"pixels {tuple(pixels.shape)} are not (H, W) within [0, 1]; scale them")
    return levels.byte()


def _format(path: Path) -> str:
    """Pillow's name of the format that the suffix asks for; UsageError for one not of WRITES."""
    suffix = path.suffix.lower()
    kind = PIL.Image.registered_extensions().get(suffix, "")
    if kind not in WRITES or kind not in PIL.Image.SAVE or suffix in NOT_GREY:
        raise UsageError(
            f"{printable(path)}: edges are not written as {printable(path.suffix)!r}; "
            "name it .png, .tif, .jpg or .npy"
        )
    return kind


def _write(path: Path, save: Callable[[BinaryIO], None]) -> None:
    def into(unfinished: Path) -> None:
        with unfinished.open("wb") as stream:
            save(stream)

    files.write(path, into)
