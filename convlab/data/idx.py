"""The IDX files of MNIST and its relatives as published, compressed or not."""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from collections.abc import Iterator
from math import prod
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .. import memory
from ..errors import UsageError
from ..foreign import printable
from ..numbers import number
from .dataset import Dataset
from .images import check_file

GZIP = b"\x1f\x8b"  # how a compressed file begins, whatever its name
BYTES = 0x08  # the IDX code of unsigned bytes
PER_PIXEL = 13  # bytes of memory: as stored, as floats, and these twice while both sets are joined
BELOW = ("", "raw", "*/raw")  # where the files may lie: torchvision writes MNIST/raw
TESTS = ("t10k", "test")  # what MNIST calls its test set, and what EMNIST does
NAME = re.compile(r"((?:[\w-]+-)?)train-images[-.]idx3-ubyte(?:\.gz)?")


def mnist(folder: Path) -> Dataset:
    """The training set, then the published test set, from the four IDX files in `folder`.

    They may also lie where torchvision puts them below it (`MNIST/raw`), and have a word before
    their names, as EMNIST's have; of several such sets the word tells which is meant, as in
    `gzip/emnist-letters`. Classes are the labels that there are. Raises UsageError for a
    missing or broken file, for files that do not fit each other, and for several such sets.
    """
    place, prefix = _published_set(folder)
    train, train_labels = _part(place, prefix, "train")
    test, test_labels = _part(place, prefix, *TESTS)
    if train.shape[1:] != test.shape[1:]:
        sizes = f"{tuple(train.shape[1:])} and {tuple(test.shape[1:])}"
        raise UsageError(
            f"{printable(place)}: images to train and to test on differ in size, {sizes} pixels"
        )
    labels, y = torch.cat((train_labels, test_labels)).unique(return_inverse=True)
    x = torch.cat((train, test)).unsqueeze(1).float().div_(255)
    classes = tuple(map(str, labels.tolist()))
    notes: tuple[str, ...] = (f"read from {printable(place)}",) if place != folder else ()
    if prefix.startswith("emnist"):
        notes += ("EMNIST publishes its images with rows and columns exchanged: kept so",)
    return Dataset("mnist", x, y, classes, published_test=len(test), notes=notes)


def read_idx(path: Path, axes: int) -> Tensor:
    """The bytes of an IDX file with `axes` dimensions; raises UsageError for anything else.

    No more is read than the header promises, and nothing if that does not fit into memory.
    """
    check_file(path)
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == GZIP
            file.seek(0)
            stream = gzip.GzipFile(fileobj=file) if zipped else file
            header = stream.read(4 + 4 * axes)
            shape = _shape(path, header, axes)
            promised = 4 + 4 * axes + prod(shape)
            _check_size(path, promised if zipped else path.stat().st_size, promised)
            memory.require(PER_PIXEL * prod(shape), f"the images of {printable(path)}")
            content = stream.read(prod(shape) + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(
            f"{printable(path)} is damaged gzip ({printable(error)}); download it again"
        ) from error
    _check_size(path, len(header) + len(content), promised)
    return torch.from_numpy(np.frombuffer(content, np.uint8).reshape(shape).copy())


def _check_size(path: Path, held: int, promised: int) -> None:
    if held != promised:
        raise UsageError(
            f"{printable(path)} holds {number(held)} bytes, but its header promises "
            f"{number(promised)}; download it again"
        )


def _shape(path: Path, header: bytes, axes: int) -> tuple[int, ...]:
    if header[:4] != bytes((0, 0, BYTES, axes)):
        raise UsageError(
            f"{printable(path)} is no IDX file of bytes in {axes} dimensions: it begins with "
            f"{header[:4].hex(' ')}, not 00 00 08 {axes:02x}; take the file as published"
        )
    shape = struct.unpack(f">{axes}I", header[4:].ljust(4 * axes, b"\0"))
    return shape if prod(shape) else (shape[0], *[0] * (axes - 1))  # a side of any size of nothing


def _published_set(folder: Path) -> tuple[Path, str]:
    """Where the files lie, and the word before their names."""
    found = sorted(set(_published_sets(folder) if folder.is_dir() else _sets_named(folder)))
    if len(found) > 1:
        names = [printable(place / word.removesuffix("-")) for place, word in found]
        raise UsageError(
            f"{printable(folder)} holds {len(found)} sets: {', '.join(names)}; name one of them, "
            f"as in mnist:{names[-1]}"
        )
    return found[0] if found else (folder, "")


def _sets_named(path: Path) -> list[tuple[Path, str]]:
    """The sets whose word ends the path, as in `gzip/emnist-letters`; UsageError for none."""
    above = _published_sets(path.parent) if path.parent.is_dir() else ()
    found = [(place, word) for place, word in above if word == f"{path.name}-"]
    if not found:
        raise UsageError(
            f"mnist: no folder {printable(path)}; name the one that holds the four IDX files"
        )
    return found


def _published_sets(folder: Path) -> Iterator[tuple[Path, str]]:
    places = [
        place for below in BELOW for place in ([folder] if not below else folder.glob(below))
    ]
    try:
        for path in (path for place in places if place.is_dir() for path in place.iterdir()):
            if name := NAME.fullmatch(path.name):
                yield path.parent, name[1]
    except OSError as error:
        raise UsageError(
            f"{printable(folder)} may not be listed; change its permissions"
        ) from error


def _part(folder: Path, prefix: str, *parts: str) -> tuple[Tensor, Tensor]:
    """The images (N, H, W) and labels (N,) of the part, whichever of these its name is."""
    names = [f"{prefix}{part}" for part in parts]
    images = read_idx(image_path := _find(folder, names, "images", 3), 3)
    labels = read_idx(label_path := _find(folder, names, "labels", 1), 1)
    if len(images) != len(labels):
        raise UsageError(
            f"{printable(image_path)} holds {number(len(images))} images, but "
            f"{printable(label_path.name)} {number(len(labels))} labels; "
            "take both from one publication"
        )
    if not images.numel():
        raise UsageError(f"{printable(image_path)} holds no images; take the file as published")
    return images, labels


def _find(folder: Path, parts: list[str], kind: str, axes: int) -> Path:
    names = [f"{part}-{kind}{mark}idx{axes}-ubyte" for part in parts for mark in "-."]
    for name in (name + ending for name in names for ending in ("", ".gz")):
        if (folder / name).is_file():
            return folder / name
    raise UsageError(
        f"{printable(folder)} lacks {names[0]} (or {names[0]}.gz); put the published file there"
    )
