"""Datasets by the words that name them: `digits`, `shapes`, `mnist:FOLDER`, `folder:PATH`."""

from __future__ import annotations

from dataclasses import replace

import torch

from ..errors import UsageError
from ..settings import place
from .dataset import Dataset, check, contents
from .drawn_shapes import shapes
from .folders import class_folders
from .idx import mnist
from .names import parse_dataset

SHAPES = 2_000  # how many `shapes` holds
SHAPES_SEED = 2_026  # `shapes` is one fixed dataset, whatever the seed of the run


def load(name: str) -> Dataset:
    """The dataset of that name; raises UsageError for an unknown name or unusable files."""
    try:
        kind, folder = parse_dataset(name)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not folder:
        return BUILT_IN[kind]()
    dataset = ON_DISK[kind](place(folder))
    check(dataset)
    return replace(dataset, notes=(contents(dataset), *dataset.notes))


def digits() -> Dataset:
    """The 1,797 handwritten digits of scikit-learn, 8 x 8 pixels of 17 levels."""
    from sklearn.datasets import load_digits  # a second to import, and only needed here

    images, labels = load_digits(return_X_y=True)
    x = torch.from_numpy(images).float().view(-1, 1, 8, 8) / 16
    return Dataset("digits", x, torch.from_numpy(labels).long(), tuple("0123456789"))


def fixed_shapes() -> Dataset:
    """The 2,000 drawn shapes that `shapes` names."""
    return shapes(SHAPES, torch.Generator().manual_seed(SHAPES_SEED))


BUILT_IN = {"digits": digits, "shapes": fixed_shapes}
ON_DISK = {"mnist": mnist, "folder": class_folders}
