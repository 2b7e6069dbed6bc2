"""A dataset from a folder of one's own: a sub-folder of images for each class, split or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch.nn.functional import interpolate

from ..errors import UsageError
from ..foreign import printable
from ..measure.notes import by_kind
from .dataset import Dataset
from .images import Image, read
from .members import members_of, parts

LARGEST = 64  # pixels a side, up to which images of one size stay as they are
SIDE = 32  # pixels a side, to which all others are brought


def class_folders(folder: Path) -> Dataset:
    """The grey images (N, 1, H, W) in the sub-folders of `folder`, in the order of their names.

    A split that is there (`train` and `test`, above or below the folders of the classes) is kept.
    Without `test`, `val` is the test set; beside it, `val` is left out. Images of one size up to
    64 pixels a side stay as they are, all others become 32 x 32, whatever their proportions.
    Hidden files are passed over. Raises UsageError for a file that is no sound image, a class
    without one, images of which only some are in a split, and half of a split.
    """
    train, test, left_out = parts(folder, members_of(folder))
    images = [_read_member(member.file) for member in (*train, *test)]
    if len({image.pixels.shape for image in images}) > 1:
        images = [_resize(image) for image in images]
    classes = sorted({member.label for member in (*train, *test)})
    kinds = by_kind(note for image in images for note in image.notes)
    notes = (f"{len(at)} of {len(images)} images: {note}" for note, at in kinds.items())
    return Dataset(
        folder.resolve().name,
        torch.stack([image.pixels for image in images]).unsqueeze(1),
        torch.tensor([classes.index(member.label) for member in (*train, *test)]),
        tuple(classes),
        published_test=len(test),
        notes=(*left_out, *notes),
    )


def _read_member(file: Path) -> Image:
    """The image, made small at once where it is large: a folder of photographs fits in memory."""
    image = read(file, at_least=(1, 1))
    if image.coloured:
        image = replace(image, notes=("colour read as grey", *image.notes))
    low, high = image.pixels.aminmax()
    if low < 0 or high > 1:
        raise UsageError(
            f"{printable(file)} has pixels from {low:g} to {high:g}; scale them to 0 to 1"
        )
    return image if max(image.pixels.shape) <= LARGEST else _resize(image)


def _resize(image: Image) -> Image:
    if image.pixels.shape == (SIDE, SIDE):
        return image
    pixels = interpolate(
        image.pixels[None, None], (SIDE, SIDE), mode="bilinear", antialias=True
    ).clamp(0, 1)  # rounding may leave the range by one part in ten million
    return replace(image, pixels=pixels[0, 0], notes=(*image.notes, f"resized to {SIDE} x {SIDE}"))
