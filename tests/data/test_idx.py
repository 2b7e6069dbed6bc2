"""Tests of convlab.data.idx: the MNIST files as published, and everything they may suffer."""

import gzip
import tracemalloc
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


def labelled(train: list[int], test: list[int]) -> dict[str, bytes]:
    """The four files of sets with these labels."""
    files = {}
    for part, labels in {"train": train, "t10k": test}.items():
        images = RANDOM.integers(0, 256, (len(labels), 5, 4), dtype=np.uint8)
        files[f"{part}-images-idx3-ubyte"] = idx(images)
        files[f"{part}-labels-idx1-ubyte"] = idx(np.array(labels, np.uint8))
    return files


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ([0] * 9, [0] * 3, "mnist: only the class '0' to train on; two are needed"),
        ([7], [7], "only the class '7' to train on"),
        ([7], [3], "only the class '7' to train on"),
        ([0, 1] * 9, [0, 255], "in the test set only, none to train on: 255"),
    ],
)
def test_what_nothing_can_be_learned_from_is_refused(
    tmp_path: Path, train: list[int], test: list[int], message: str
) -> None:
    assert message in refusal(published(tmp_path, labelled(train, test)))


def test_classes_are_the_labels_that_there_are(tmp_path: Path) -> None:
    dataset = load(published(tmp_path, labelled([3, 255, 1], [255, 3])))
    assert dataset.classes == ("1", "3", "255")
    assert dataset.y.tolist() == [1, 2, 0, 2, 1]
    counted = "5 images, 3 to train on and 2 to test on, of 3 classes: 1 (1), 3 (2), 255 (2)"
    assert dataset.notes == (counted,)


@pytest.mark.parametrize("below", ["raw", "MNIST/raw", "FashionMNIST/raw"])
def test_the_files_are_found_where_torchvision_puts_them(tmp_path: Path, below: str) -> None:
    (tmp_path / below).mkdir(parents=True)
    published(tmp_path / below)
    published(tmp_path / below, zipped=False)  # torchvision keeps both
    dataset = load(f"mnist:{tmp_path}")
    assert len(dataset.y) == 50 and f"read from {tmp_path / below}" in dataset.notes


def test_several_sets_are_told_apart(tmp_path: Path) -> None:
    for name in ("MNIST", "KMNIST"):
        (tmp_path / name / "raw").mkdir(parents=True)
        published(tmp_path / name / "raw")
    message = refusal(f"mnist:{tmp_path}")
    assert "holds 2 sets" in message and "KMNIST/raw" in message
    assert len(load(f"mnist:{tmp_path / 'KMNIST'}").y) == 50


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("kind", ["balanced", "letters"])
def test_the_names_of_emnist_are_known(tmp_path: Path, kind: str, zipped: bool) -> None:
    published(tmp_path, zipped=zipped)
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / f"emnist-{kind}-{path.name.replace('t10k', 'test')}")
    dataset = load(f"mnist:{tmp_path}")
    assert len(dataset.y) == 50 and "rows and columns exchanged" in dataset.notes[-1]
    published(tmp_path)
    one = f"{tmp_path}/emnist-{kind}"
    message = refusal(f"mnist:{tmp_path}")
    assert f"holds 2 sets: {tmp_path}, {one}; name one of them, as in mnist:{one}" in message


def test_one_of_several_sets_in_a_folder_is_named_by_its_word(tmp_path: Path) -> None:
    """As EMNIST is published: all its sets in one folder."""
    for kind, labels in {"letters": [1, 2], "mnist": [0, 9]}.items():
        for name, content in labelled(labels, labels).items():
            (tmp_path / f"emnist-{kind}-{name.replace('t10k', 'test')}").write_bytes(content)
    for kind, classes in {"letters": ("1", "2"), "mnist": ("0", "9")}.items():
        assert load(f"mnist:{tmp_path}/emnist-{kind}").classes == classes
    assert "no folder" in refusal(f"mnist:{tmp_path}/emnist-digits")


def test_no_more_of_a_gzip_is_read_than_its_header_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = idx(TRAIN) + bytes(2**26)
    spec = published(tmp_path, {"train-images-idx3-ubyte": bomb})
    tracemalloc.start()
    try:
        assert "holds 617 bytes, but its header promises 616" in refusal(spec)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**22
    honest = idx(np.zeros((0, 1024, 1024), np.uint8))
    honest = honest[:4] + (2**12).to_bytes(4, "big") + honest[8:]
    spec = published(tmp_path, {"train-images-idx3-ubyte": honest})
    monkeypatch.setattr("convlab.memory.physical", lambda: 8e9)
    assert "would take 55.8 GB of memory, this machine has 8 GB" in refusal(spec)


def test_a_folder_that_may_not_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # for root every folder is open
    assert "may not be listed; change its permissions" in refusal(f"mnist:{tmp_path}")
