"""A dataset from a folder of one's own: one sub-folder of images for each class."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import torch
from torch.nn.functional import interpolate

from ..errors import UsageError
from .dataset import Dataset
from .images import Image, read

LARGEST = 64  # pixels a side, up to which images of one size stay as they are
SIDE = 32  # pixels a side, to which all others are brought


def class_folders(folder: Path) -> Dataset:
    """The grey images (N, 1, H, W) in the sub-folders of `folder`, in the order of their names.

    Images of one size up to 64 pixels a side stay as they are, all others become 32 x 32, whatever
    their proportions. Hidden files are passed over. Raises UsageError for a file that is no sound
    image, a class without one, and fewer than two classes.
    """
    members = {path.name: _files(path) for path in _classes(folder)}
    images = [_read_member(file) for files in members.values() for file in files]
    if len({image.pixels.shape for image in images}) > 1:
        images = [_resize(image) for image in images]
    x = torch.stack([image.pixels for image in images]).unsqueeze(1)
    y = torch.tensor([label for label, files in enumerate(members.values()) for _ in files])
    counts = Counter(note for image in images for note in image.notes)
    notes = tuple(f"{count} of {len(images)} images: {note}" for note, count in counts.items())
    return Dataset(folder.resolve().name, x, y, tuple(members), notes=notes)


def _classes(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(
            f"no folder {folder}; name one with a sub-folder of images for each class"
        )
    try:
        classes = sorted(p for p in folder.iterdir() if p.is_dir() and _is_visible(p, folder))
    except OSError as error:
        raise UsageError(f"{folder} may not be listed; change its permissions") from error
    if len(classes) < 2:
        found = f"only the class {classes[0].name!r}" if classes else "no sub-folder"
        raise UsageError(f"{folder} has {found}; make a sub-folder of images for each class")
    return classes


def _files(folder: Path) -> list[Path]:
    files = sorted(p for p in folder.rglob("*") if not p.is_dir() and _is_visible(p, folder))
    if not files:
        raise UsageError(f"{folder} is a class without an image; add some or remove the folder")
    return files


def _is_visible(path: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _read_member(file: Path) -> Image:
    """The image, made small at once where it is large: a folder of photographs fits in memory."""
    image = read(file, at_least=(1, 1))
    low, high = image.pixels.aminmax()
    if low < 0 or high > 1:
        raise UsageError(f"{file} has pixels from {low:g} to {high:g}; scale them to 0 to 1")
    return image if max(image.pixels.shape) <= LARGEST else _resize(image)


def _resize(image: Image) -> Image:
    if image.pixels.shape == (SIDE, SIDE):
        return image
    pixels = interpolate(
        image.pixels[None, None], (SIDE, SIDE), mode="bilinear", antialias=True
    ).clamp(0, 1)  # rounding may leave the range by one part in ten million
    return replace(image, pixels=pixels[0, 0], notes=(*image.notes, f"resized to {SIDE} x {SIDE}"))
