"""Tests of convlab.data.idx: the MNIST files as published, and everything they may suffer."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Generator

from convlab.data import load, split
from convlab.errors import UsageError

RANDOM = np.random.default_rng(0)
TRAIN = RANDOM.integers(0, 256, (30, 5, 4), dtype=np.uint8)
TEST = RANDOM.integers(0, 256, (20, 5, 4), dtype=np.uint8)


def idx(array: NDArray[np.uint8]) -> bytes:
    """The array as the MNIST page describes the format: magic, sizes, bytes row by row."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes((0, 0, 8, array.ndim)) + sizes + array.tobytes()


def contents() -> dict[str, bytes]:
    return {
        "train-images-idx3-ubyte": idx(TRAIN),
        "train-labels-idx1-ubyte": idx(np.arange(30, dtype=np.uint8) % 10),
        "t10k-images-idx3-ubyte": idx(TEST),
        "t10k-labels-idx1-ubyte": idx(np.arange(20, dtype=np.uint8) % 10),
    }


def published(
    folder: Path, changes: dict[str, bytes] | None = None, *, zipped: bool = True
) -> str:
    for name, content in (contents() | (changes or {})).items():
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)
    return f"mnist:{folder}"


def refusal(spec: str) -> str:
    with pytest.raises(UsageError) as raised:
        load(spec)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("dotted", [True, False])
def test_the_published_files_are_read(tmp_path: Path, zipped: bool, dotted: bool) -> None:
    published(tmp_path, zipped=zipped)
    if dotted:
        for path in list(tmp_path.iterdir()):
            path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    dataset = load(f"mnist:{tmp_path}")
    expected = np.concatenate((TRAIN, TEST))[:, None] / 255
    np.testing.assert_allclose(dataset.x.numpy(), expected, rtol=0, atol=1e-7)
    assert dataset.x.dtype == torch.float32
    assert dataset.y.tolist() == [*range(10)] * 5
    assert dataset.classes == tuple("0123456789")


def test_the_content_says_what_is_compressed_not_the_name(tmp_path: Path) -> None:
    spec = published(tmp_path, zipped=False)
    for name, content in contents().items():
        (tmp_path / name).write_bytes(gzip.compress(content))
    assert load(spec).x.shape == (50, 1, 5, 4)


def test_the_published_split_is_kept(tmp_path: Path) -> None:
    train, test = split(load(published(tmp_path)), Generator())
    np.testing.assert_array_equal((train.x[:, 0] * 255).round().numpy(), TRAIN)
    np.testing.assert_array_equal((test.x[:, 0] * 255).round().numpy(), TEST)


def test_a_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(load("mnist:~").x) == 50


def test_a_missing_folder(tmp_path: Path) -> None:
    assert f"no folder {tmp_path / 'nowhere'}" in refusal(f"mnist:{tmp_path / 'nowhere'}")


@pytest.mark.parametrize("name", contents())
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    spec = published(tmp_path)
    (tmp_path / f"{name}.gz").unlink()
    assert f"{tmp_path} lacks {name}" in refusal(spec)


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "another type": (lambda b: b"\0\0\x0d" + b[3:], "begins with 00 00 0d 03, not 00 00 08 03"),
    "other axes": (lambda b: b"\0\0\x08\x01" + b[4:], "in 3 dimensions"),
    "a web page": (lambda b: b"<!DOCTYPE html>", "no IDX file"),
    "cut": (lambda b: b[:-1], "holds 615 bytes, but its header promises 616"),
    "too long": (lambda b: b + b"\0", "holds 617 bytes, but its header promises 616"),
    "cut in the header": (lambda b: b[:9], "holds 9 bytes"),
    "an absurd header": (lambda b: b[:4] + b"\xff" * 12 + b[16:], "download it again"),
    "labels of others": (lambda b: idx(TRAIN[1:]), "holds 29 images, but train-labels"),
    "no images": (lambda b: idx(TRAIN[:0]), "holds 0 images, but train-labels"),
    "another size": (lambda b: idx(TRAIN[:, 1:]), r"differ in size, (4, 4) and (5, 4) pixels"),
    "empty": (lambda b: b"", "0 bytes"),
}


@pytest.mark.parametrize("damage", BROKEN)
def test_a_broken_file(tmp_path: Path, damage: str) -> None:
    name = "train-images-idx3-ubyte"
    breaking, expected = BROKEN[damage]
    message = refusal(published(tmp_path, {name: breaking(contents()[name])}, zipped=False))
    assert expected in message
    assert str(tmp_path) in message


def test_two_empty_files(tmp_path: Path) -> None:
    nothing = np.zeros(0, np.uint8)
    empty = {"t10k-images-idx3-ubyte": idx(TEST[:0]), "t10k-labels-idx1-ubyte": idx(nothing)}
    assert "holds no images" in refusal(published(tmp_path, empty))


@pytest.mark.parametrize("kept", [3, 12, 60])
def test_broken_gzip(tmp_path: Path, kept: int) -> None:
    spec = published(tmp_path)
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:kept])
    assert f"{path} is damaged gzip" in refusal(spec)


def test_flipped_bits_in_gzip(tmp_path: Path) -> None:
    spec = published(tmp_path)
    path = tmp_path / "t10k-images-idx3-ubyte.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert f"{path} is damaged gzip" in refusal(spec)
