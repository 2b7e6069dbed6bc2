"""Tests of convlab.data.saving: files are written whole, and read back as they were."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL.Image import SAVE, registered_extensions

from convlab.data import (
    check_place,
    check_size,
    read,
    share_above_white,
    write_array,
    write_signed,
)
from convlab.data.saving import _write
from convlab.errors import UsageError

PIXELS = torch.rand(5, 7, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("suffix", ["png", "PNG", "bmp", "tif", "gif", "pgm"])
def test_an_image_is_read_back_at_eight_bits(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"edges.{suffix}"
    write_signed(path, PIXELS)
    torch.testing.assert_close(read(path).pixels, PIXELS, rtol=0, atol=0.5 / 255 + 1e-6)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("pixels", [PIXELS[0], PIXELS * torch.nan])
def test_only_an_image_is_written(tmp_path: Path, pixels: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="scale them"):
        write_signed(tmp_path / "edges.png", pixels)
    assert not list(tmp_path.iterdir())


KNOWN = [suffix for suffix, kind in registered_extensions().items() if kind in SAVE]
STEPS = torch.linspace(0, 1, 60).repeat(301, 1)  # wider than an icon may be, and of many levels
WRITTEN = ("png", "tif", "tiff", "bmp", "gif", "jpg", "jpeg", "jp2", "pgm", "webp", "tga")


@pytest.mark.parametrize("suffix", sorted({*KNOWN, *(f".{each}" for each in WRITTEN)}))
def test_what_a_format_takes_it_gives_back_and_all_others_are_refused_at_once(
    tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / f"edges{suffix}"
    try:
        check_place(path)
    except UsageError as error:
        assert "name it .png" in str(error) and suffix[1:] not in WRITTEN
        return
    write_signed(path, STEPS)
    tolerance = 8 if suffix.startswith(".j") and not suffix.startswith((".j2", ".jp2")) else 0.5
    torch.testing.assert_close(read(path).pixels, STEPS, rtol=0, atol=tolerance / 255 + 1e-6)


@pytest.mark.parametrize(
    "name",
    ["edges", "edges.xyz", "edges.mpg", "edges.png.txt", "x.ico", "x.icns", "x.pfm", "x.xbm"],
)
def test_what_cannot_hold_edges_is_refused(tmp_path: Path, name: str) -> None:
    for refused in (check_place, partial(write_signed, values=PIXELS)):
        with pytest.raises(UsageError, match=r"name it \.png"):
            refused(tmp_path / name)


@pytest.mark.parametrize("size", [(16_384, 1), (1, 16_384)])
def test_a_format_without_room_for_the_edges_is_refused_before_they_are_found(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    check_size(tmp_path / "x.png", *size)
    check_size(tmp_path / "x.npy", *size)
    for refused in (
        partial(check_size, height=size[0], width=size[1]),
        partial(write_signed, values=torch.zeros(size)),
    ):
        with pytest.raises(UsageError, match=r"no WEBP holds an image of .* name it \.png"):
            refused(tmp_path / "x.webp")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["x.png", "x.NPY"])
def test_the_share_that_is_clipped(tmp_path: Path, name: str) -> None:
    values = torch.tensor([[-1.5, 1.0], [-1.0, 3.0]]).repeat(50, 1)
    clipped = share_above_white(tmp_path / name, values)
    assert clipped == (0.5 if name == "x.png" else 0)


def test_an_array_may_have_its_suffix_in_capitals(tmp_path: Path) -> None:
    check_place(tmp_path / "x.NPY")
    write_signed(tmp_path / "x.NPY", PIXELS)
    np.testing.assert_array_equal(np.load(tmp_path / "x.NPY"), PIXELS)


@pytest.mark.parametrize("rows", [1, 64, 130])  # less than a band, one, and two and a part
def test_signed_values_are_written_as_they_are_or_by_their_size(tmp_path: Path, rows: int) -> None:
    values = 3 * torch.rand(rows, 7, generator=torch.Generator().manual_seed(0)) - 1.5
    before = values.clone()
    write_signed(tmp_path / "edges.npy", values)
    np.testing.assert_array_equal(np.load(tmp_path / "edges.npy"), values)
    write_signed(tmp_path / "edges.png", values)
    sizes = values.abs().clamp(max=1)
    written = read(tmp_path / "edges.png").pixels
    torch.testing.assert_close(written, sizes, rtol=0, atol=0.5 / 255 + 1e-6)
    assert torch.equal(values, before)


def test_an_array_is_read_back_exactly(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.int16).reshape(2, 3)
    write_array(tmp_path / "counts.npy", array)
    read_back = np.load(tmp_path / "counts.npy")
    assert read_back.dtype == array.dtype
    np.testing.assert_array_equal(read_back, array)


def test_an_array_has_one_suffix(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"written as \.npy, not '\.csv'"):
        write_array(tmp_path / "counts.csv", np.zeros(3))


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken.png").mkdir()
    for path in (tmp_path / "nowhere" / "edges.png", tmp_path / "taken.png"):
        with pytest.raises(UsageError, match=f"{path.name} cannot be written: .*another place"):
            write_signed(path, PIXELS)
        with pytest.raises(UsageError, match=f"{path.name} cannot be written: .*another place"):
            check_place(path)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.png"]


@pytest.mark.parametrize("name", ["edges.png", "edges.npy"])
def test_a_place_is_left_as_it_was_found(tmp_path: Path, name: str) -> None:
    check_place(tmp_path / name)
    assert not list(tmp_path.iterdir())
    (tmp_path / name).write_bytes(b"old")
    check_place(tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"old"


def test_a_failure_leaves_the_old_file_alone(tmp_path: Path) -> None:
    def stopped(stream: object) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "edges.png"
    write_signed(path, PIXELS)
    before = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        _write(path, stopped)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
