"""The IDX files of MNIST and its relatives as published, compressed or not."""

from __future__ import annotations

import gzip
import struct
import zlib
from math import prod
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import UsageError
from .dataset import Dataset
from .images import check_file

GZIP = b"\x1f\x8b"  # how a compressed file begins, whatever its name
BYTES = 0x08  # the IDX code of unsigned bytes


def mnist(folder: Path) -> Dataset:
    """The training set, then the published test set, from the four IDX files in `folder`.

    Raises UsageError for a missing or broken file, and for files that do not fit each other.
    """
    if not folder.is_dir():
        raise UsageError(f"mnist: no folder {folder}; name the one that holds the four IDX files")
    (train, train_labels), (test, test_labels) = _part(folder, "train"), _part(folder, "t10k")
    if train.shape[1:] != test.shape[1:]:
        sizes = f"{tuple(train.shape[1:])} and {tuple(test.shape[1:])}"
        raise UsageError(
            f"{folder}: images to train and to test on differ in size, {sizes} pixels"
        )
    y = torch.cat((train_labels, test_labels)).long()
    classes = tuple(str(label) for label in range(int(y.max()) + 1))
    x = torch.cat((train, test)).unsqueeze(1).float() / 255
    return Dataset("mnist", x, y, classes, published_test=len(test))


def read_idx(path: Path, axes: int) -> Tensor:
    """The bytes of an IDX file with `axes` dimensions; raises UsageError for anything else."""
    content = _content(path)
    if content[:4] != bytes((0, 0, BYTES, axes)):
        raise UsageError(
            f"{path} is no IDX file of bytes in {axes} dimensions: it begins with "
            f"{content[:4].hex(' ')}, not 00 00 08 {axes:02x}; take the file as published"
        )
    start = 4 + 4 * axes
    shape = struct.unpack(f">{axes}I", content[4:start].ljust(4 * axes, b"\0"))
    if len(content) != start + prod(shape):
        raise UsageError(
            f"{path} holds {len(content):,} bytes, but its header promises "
            f"{start + prod(shape):,}; download it again"
        )
    values = np.frombuffer(content, np.uint8, offset=start).reshape(shape)
    return torch.from_numpy(values.copy())


def _part(folder: Path, part: str) -> tuple[Tensor, Tensor]:
    """The images (N, H, W) and labels (N,) of `train` or `t10k`."""
    images = read_idx(image_path := _find(folder, part, "images", 3), 3)
    labels = read_idx(label_path := _find(folder, part, "labels", 1), 1)
    if len(images) != len(labels):
        raise UsageError(
            f"{image_path} holds {len(images):,} images, but {label_path.name} "
            f"{len(labels):,} labels; take both from one publication"
        )
    if not images.numel():
        raise UsageError(f"{image_path} holds no images; take the file as published")
    return images, labels


def _find(folder: Path, part: str, kind: str, axes: int) -> Path:
    names = [f"{part}-{kind}{mark}idx{axes}-ubyte" for mark in "-."]
    for name in (name + ending for name in names for ending in ("", ".gz")):
        if (folder / name).is_file():
            return folder / name
    raise UsageError(f"{folder} lacks {names[0]} (or {names[0]}.gz); put the published file there")


def _content(path: Path) -> bytes:
    check_file(path)
    content = path.read_bytes()
    if not content.startswith(GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path} is damaged gzip ({error}); download it again") from error
