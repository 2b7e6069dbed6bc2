"""Tests of convlab.data.images: every kind of bad file, refused in one line with a way out."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from PIL.Image import Image

from convlab.data import read
from convlab.errors import UsageError
from convlab.numbers import number

NOISE = PIL.Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8))


def complaint(path: Path, at_least: tuple[int, int] = (1, 2)) -> str:
    """What is said of the image at `path`: one line that names it."""
    with pytest.raises(UsageError) as raised:
        read(path, at_least)
    message = str(raised.value)
    assert path.name in message
    assert "\n" not in message
    return message


def test_a_missing_file_suggests_its_neighbour(tmp_path: Path) -> None:
    NOISE.save(tmp_path / "photo.png")
    assert "no file" in complaint(tmp_path / "phto.png")
    assert "did you mean photo.png?" in complaint(tmp_path / "phto.png")
    assert "check the path" in complaint(tmp_path / "unlike.jpg")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"no folder {tmp_path / 'nowhere'}" in complaint(tmp_path / "nowhere" / "photo.png")


def test_a_folder_is_no_image(tmp_path: Path) -> None:
    assert "is a folder" in complaint(tmp_path)


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in complaint(tmp_path / "pipe")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    NOISE.save(tmp_path / "secret.png")
    monkeypatch.setattr(Path, "open", refuse)  # for root every file is readable
    assert "change its permissions" in complaint(tmp_path / "secret.png")


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    assert "check the path" in complaint(tmp_path / ("x" * 300))
    with pytest.raises(UsageError, match="check the path"):
        read(tmp_path / "nul\0.png")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert "0 bytes" in complaint(tmp_path / "empty.png")


@pytest.mark.parametrize("content", [b"x", b"hello, this is text\n", bytes(1000), b"\x89PNG\r\n"])
def test_a_file_that_is_no_image(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "text.png").write_bytes(content)
    assert "not an image that Pillow can read" in complaint(tmp_path / "text.png")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tif", "webp", "pgm", "jp2"])
def test_a_truncated_image(tmp_path: Path, suffix: str, share: float) -> None:
    path = tmp_path / f"half.{suffix}"
    NOISE.save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    message = complaint(path)
    assert "damaged" in message or "cut short" in message


def test_a_corrupt_image(tmp_path: Path) -> None:
    path = tmp_path / "bitrot.png"
    NOISE.save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert "damaged" in complaint(path)


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that claims to be `side` pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("side", [10_000, 20_000, 1_000_000])  # warned of, then refused, by Pillow
@pytest.mark.parametrize("memory", [1e9, 4e9])
def test_an_enormous_image(
    tmp_path: Path, side: int, memory: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.memory.physical", lambda: memory)
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(side))
    message = complaint(path)
    allowed = f"this machine's memory allows {number(89_478_485)}"
    assert f"enormous: {number(side**2)} pixels, where {allowed}" in message


def test_a_large_photograph_is_read_where_memory_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = PIL.Image.MAX_IMAGE_PIXELS
    path = tmp_path / "photograph.png"
    path.write_bytes(bomb(10_392))  # 108 megapixels: its size is no reason, but it has no data
    monkeypatch.setattr("convlab.memory.physical", lambda: 6e9)
    assert "damaged" in complaint(path)
    monkeypatch.setattr("convlab.memory.physical", lambda: 5e9)
    assert "enormous" in complaint(path)
    monkeypatch.setattr("convlab.data.images.ALWAYS", 8)
    monkeypatch.setattr("convlab.memory.physical", lambda: 2.0 * 24 * 9)
    PIL.Image.new("L", (3, 3)).save(path)
    assert read(path).pixels.shape == (3, 3)  # as many pixels as are allowed
    PIL.Image.new("L", (5, 2)).save(path)
    assert "enormous: 10 pixels, where this machine's memory allows 9" in complaint(path)
    assert before == PIL.Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_float_image_must_be_finite(tmp_path: Path, value: float) -> None:
    pixels = np.zeros((4, 5), np.float32)
    pixels[1, 2] = value
    PIL.Image.fromarray(pixels).save(tmp_path / "hole.tif")
    assert "no finite numbers" in complaint(tmp_path / "hole.tif")


def sized(path: Path, height: int, width: int) -> Path:
    PIL.Image.new("L", (width, height)).save(path)
    return path


def test_an_image_smaller_than_the_kernel(tmp_path: Path) -> None:
    path = tmp_path / "thin.png"
    assert "is 1 pixel wide; the kernel needs 2" in complaint(sized(path, 9, 1))
    assert "is 2 pixels high; the kernel needs 3" in complaint(sized(path, 2, 9), (3, 1))
    assert read(sized(path, 1, 2)).pixels.shape == (1, 2)
    assert read(sized(path, 1, 1), at_least=(1, 1)).pixels.shape == (1, 1)


def test_size_is_measured_after_the_turn(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    image: Image = PIL.Image.new("L", (9, 1))
    image.save(tmp_path / "turned.png", exif=exif)
    assert "is 1 pixel wide" in complaint(tmp_path / "turned.png")


def test_nothing_is_warned_of(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    NOISE.save(tmp_path / "half.tif", compression="tiff_lzw")
    content = (tmp_path / "half.tif").read_bytes()
    (tmp_path / "half.tif").write_bytes(content[:-2])  # cuts metadata, not pixels
    read(tmp_path / "half.tif")
    assert not recwarn.list


def test_broken_exif_does_not_cost_the_picture(tmp_path: Path) -> None:
    NOISE.save(tmp_path / "odd.png", exif=b"Exif\0\0not a TIFF header")
    image = read(tmp_path / "odd.png")
    assert torch.equal(image.pixels * 255, torch.tensor(np.asarray(NOISE)).float())
    assert image.notes == ("its EXIF is broken and was passed over",)
