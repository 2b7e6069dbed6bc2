"""The photographs that ship and those of a folder, in grey, and the blocks they are cut into."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from convlab.data import PHOTOGRAPHS, crop, photograph, read, title
from convlab.errors import UsageError
from convlab.measure import Measurements
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._photograph_names import GRID, Photographed

SMALLEST = 256  # pixels a side: a block of 32
WHOLE = 32  # a side is cropped to a multiple, which blocks and Fourier transforms divide well


def load_photographs(config: Photographed, measurements: Measurements) -> dict[str, Tensor]:
    """By name, (H, W) in float64, 0 to 1; what was done to them is noted.

    Raises UsageError for a folder that is missing or holds no image, and for one too small.
    """
    folder = config.photographs
    if folder is None:
        found = {name: photograph(name) for name in PHOTOGRAPHS}
    else:
        found = {title(file): read(file).pixels for file in _files(folder)}
    measurements.notes.append(
        f"n = {len(found)} photographs: their blocks are the units, and no interval speaks of "
        "other photographs"
    )
    return {
        name: _prepared(name, pixels, config.longest, measurements)
        for name, pixels in found.items()
    }


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(f"no folder {folder}; name one with photographs in it")
    files = sorted(f for f in folder.iterdir() if f.is_file() and not f.name.startswith("."))
    if not files:
        raise UsageError(f"{folder} holds no photograph; name a folder with photographs in it")
    return files


def _prepared(name: str, pixels: Tensor, longest: int, measurements: Measurements) -> Tensor:
    """In float64, made smaller by means of whole squares, and cropped to whole blocks."""
    if min(pixels.shape) < SMALLEST:
        raise UsageError(f"{name} has {min(pixels.shape)} pixels a side, fewer than {SMALLEST}")
    width = max(1, max(pixels.shape) // longest)
    smaller = avg_pool2d(pixels.double()[None], width)[0]
    if width > 1:
        measurements.notes.append(f"{name}: means of {width} x {width} pixels")
    height, width = (side // WHOLE * WHOLE for side in smaller.shape)
    return crop(smaller, height, width).contiguous()


def blocks(image: Tensor) -> Tensor:
    """The GRID x GRID blocks (GRID², h, w) of an image (H, W), row by row."""
    high, wide = (side // GRID for side in image.shape)
    cut = image.unfold(0, high, high).unfold(1, wide, wide)
    return cut.reshape(GRID**2, high, wide)


def halves(workbench: Workbench, seed: int, units: int) -> tuple[Tensor, Tensor]:
    """So many units, divided at random into two halves of indices."""
    order = torch.randperm(units, generator=workbench.generator(Stream.SPLIT, seed))
    return order[: units // 2], order[units // 2 :]
