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

SMALLEST = 256  # pixels a side of a file
WHOLE = 32  # a side is cropped to a multiple, which blocks and Fourier transforms divide well
SIDES = {"left": (1, 0), "right": (1, 1), "top": (0, 0), "bottom": (0, 1)}  # an axis, an end
FLAT = 1e-12  # between the darkest and the brightest pixel: far less than any file can hold


def load_photographs(config: Photographed, measurements: Measurements) -> dict[str, Tensor]:
    """By name, (H, W) in float64, 0 to 1; what was done to them is noted.

    Raises UsageError for a folder that is missing or holds no image, and for an image that is too
    small, before or after it is made smaller, or of one grey in too many places.
    """
    found = _found(config.photographs)
    whose = "photograph: its" if len(found) == 1 else "photographs: their"
    measurements.notes.append(
        f"n = {len(found)} {whose} blocks are the units, and no interval speaks of other "
        "photographs"
    )
    return {name: _prepared(name, *each, config, measurements) for name, each in found.items()}


def _found(folder: Path | None) -> dict[str, tuple[str, Tensor]]:
    """By name, the file and its pixels; where two files share a name, all keep their suffixes."""
    if folder is None:
        return {name: (name, photograph(name)) for name in PHOTOGRAPHS}
    files = _files(folder)
    titles = [title(file) for file in files]
    images = [read(file, at_least=(1, 1)) for file in files]
    names = titles if len(set(titles)) == len(titles) else [image.name for image in images]
    return {name: (image.name, image.pixels) for name, image in zip(names, images, strict=True)}


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(f"no folder {folder}; name one with photographs in it")
    files = sorted(f for f in folder.iterdir() if f.is_file() and not f.name.startswith("."))
    if not files:
        raise UsageError(f"{folder} holds no photograph; name a folder with photographs in it")
    return files


def _prepared(
    name: str, file: str, pixels: Tensor, config: Photographed, measurements: Measurements
) -> Tensor:
    """In float64, made smaller by means of whole squares, and cropped to whole blocks."""
    width = max(1, max(pixels.shape) // config.longest)
    _check_sides(file, pixels, width, config)
    smaller = avg_pool2d(pixels.double()[None], width)[0]
    if width > 1:
        measurements.notes.append(f"{name}: means of {width} x {width} pixels")
    height, width = (side // WHOLE * WHOLE for side in smaller.shape)
    image = crop(smaller, height, width).contiguous()
    _check_varied(file, image)
    return image


def _check_sides(file: str, pixels: Tensor, width: int, config: Photographed) -> None:
    (high, wide), short = pixels.shape, min(pixels.shape)
    if short < SMALLEST:
        raise UsageError(
            f"{file} is {wide} x {high} pixels, and {SMALLEST} are needed a side: give a larger "
            "photograph or leave the file out"
        )
    if short // width < config.shortest:
        raise UsageError(
            f"{file} is {wide} x {high} pixels; shrunk to longest={config.longest} it has only "
            f"{short // width} on the short side, and {config.shortest} are needed: raise longest "
            "or leave the file out"
        )


def _check_varied(file: str, image: Tensor) -> None:
    """Whichever half of the blocks is drawn from a side of the image, some have a variance."""
    cut = blocks(image)
    flat = (cut.amax((1, 2)) - cut.amin((1, 2)) < FLAT).view(GRID, GRID)
    for side, (axis, end) in SIDES.items():
        part = flat.chunk(2, axis)[end]
        if 2 * int(part.sum()) >= part.numel():
            raise UsageError(
                f"{file} has {int(part.sum())} of the {part.numel()} blocks in its {side} half "
                f"without any variation, and fewer than {part.numel() // 2} are allowed: crop "
                "what is of one grey or leave the file out"
            )


def blocks(image: Tensor) -> Tensor:
    """The GRID x GRID blocks (GRID², h, w) of an image (H, W), row by row."""
    high, wide = (side // GRID for side in image.shape)
    cut = image.unfold(0, high, high).unfold(1, wide, wide)
    return cut.reshape(GRID**2, high, wide)


def halves(workbench: Workbench, seed: int, units: int) -> tuple[Tensor, Tensor]:
    """So many units, divided at random into two halves of indices."""
    order = torch.randperm(units, generator=workbench.generator(Stream.SPLIT, seed))
    return order[: units // 2], order[units // 2 :]
