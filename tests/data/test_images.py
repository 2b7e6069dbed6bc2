"""Tests of convlab.data.images: every kind of sound image, read right."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow

from convlab.data import Image, read
from convlab.data.grey import grey

RANDOM = np.random.default_rng(0)
COLOUR = RANDOM.integers(0, 256, (5, 7, 3), dtype=np.uint8)
ALPHA = RANDOM.integers(0, 256, (5, 7, 1), dtype=np.uint8)
LEVEL = 1 / 255  # one step of an 8-bit image


def luma(rgb: NDArray[Any]) -> NDArray[Any]:
    """ITU-R 601 in the 16-bit fixed point that Pillow documents, as a share of white."""
    red, green, blue = np.moveaxis(rgb.astype(np.int64), -1, 0)
    levels: NDArray[Any] = (19595 * red + 38470 * green + 7471 * blue + 2**15) >> 16
    return levels / 255


def saved(path: Path, image: Pillow.Image, **options: Any) -> Image:
    image.save(path, **options)
    return read(path)


def assert_pixels(image: Image, expected: Any, tolerance: float = 1e-6) -> None:
    assert image.pixels.dtype == torch.float32
    np.testing.assert_allclose(image.pixels.numpy(), expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "ppm", "tga", "webp", "gif"])
def test_colour_becomes_pillows_grey(tmp_path: Path, suffix: str) -> None:
    colours = COLOUR // 64 * 85  # few enough for a palette
    options = {"lossless": True} if suffix == "webp" else {}
    image = saved(tmp_path / f"photo.{suffix}", Pillow.fromarray(colours), **options)
    assert_pixels(image, luma(colours))
    assert image.name == f"photo.{suffix}"
    assert image.notes == ()


def test_a_jpeg_is_close_to_what_was_saved(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 64, dtype=np.uint8)[None].repeat(48, axis=0)
    image = saved(tmp_path / "ramp.jpg", Pillow.fromarray(ramp), quality=95)
    assert_pixels(image, ramp / 255, 4 * LEVEL)


def test_one_bit_is_black_and_white(tmp_path: Path) -> None:
    bits = RANDOM.random((5, 9)) < 0.5
    image = saved(tmp_path / "bits.png", Pillow.fromarray(bits))
    assert_pixels(image, bits)


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm", "jp2"])
def test_sixteen_bits_are_kept(tmp_path: Path, suffix: str) -> None:
    deep = RANDOM.integers(0, 2**16, (40, 41), dtype=np.uint16)
    deep[0, :3] = 0, 1, 2**16 - 1
    options = {"irreversible": False} if suffix == "jp2" else {}
    image = saved(tmp_path / f"deep.{suffix}", Pillow.fromarray(deep), **options)
    assert_pixels(image, deep / (2**16 - 1), 1e-7)
    assert image.notes == ("16 bits per pixel kept",)


def test_big_endian_sixteen_bits_are_kept(tmp_path: Path) -> None:
    deep = RANDOM.integers(0, 2**16, (5, 7)).astype(">u2")
    image = Pillow.frombytes("I;16B", (7, 5), deep.tobytes())
    assert_pixels(saved(tmp_path / "deep.tif", image), deep / (2**16 - 1), 1e-7)


def test_white_may_be_zero_in_a_deep_tiff(tmp_path: Path) -> None:
    deep = RANDOM.integers(0, 2**16, (5, 7), dtype=np.uint16)
    image = saved(tmp_path / "negative.tif", Pillow.fromarray(deep), tiffinfo={262: 0})
    assert_pixels(image, 1 - deep / (2**16 - 1), 1e-7)


@pytest.mark.parametrize("sample_format, white", [(1, 2**32 - 1), (2, 2**31 - 1)])
def test_thirty_two_bits_are_kept(tmp_path: Path, sample_format: int, white: int) -> None:
    deep = RANDOM.integers(0, white, (5, 7), dtype=np.int64, endpoint=True)
    path = tmp_path / "deep.tif"
    Pillow.fromarray(deep.astype(np.uint32).view(np.int32)).save(path)
    signed = (339).to_bytes(2, "little") + bytes((3, 0, 1, 0, 0, 0, 2, 0))
    content = path.read_bytes()
    assert content.count(signed) == 1
    path.write_bytes(content.replace(signed, signed[:8] + bytes((sample_format, 0))))
    assert_pixels(read(path), deep / white, 1e-7)
    assert read(path).notes == ("32 bits per pixel kept",)


def test_floats_are_taken_as_they_are(tmp_path: Path) -> None:
    floats = RANDOM.random((5, 7), dtype=np.float32)
    floats[0, :2] = -0.5, 3
    image = saved(tmp_path / "floats.tif", Pillow.fromarray(floats))
    assert_pixels(image, floats, 0)
    assert image.notes == ("floats from -0.5 to 3, taken as they are",)


def test_deep_colour_says_that_it_was_read_at_eight_bits(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + (row * np.uint16(257)).astype(">u2").tobytes() for row in COLOUR)
    header = struct.pack(">IIBBBBB", 7, 5, 16, 2, 0, 0, 0)  # 16 bits, colour: Pillow saves none
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (tmp_path / "deep.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    assert_pixels(read(tmp_path / "deep.png"), luma(COLOUR))
    assert read(tmp_path / "deep.png").notes == ("16 bits per channel, read as 8",)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_lies_over_white(tmp_path: Path, mode: str) -> None:
    image = Pillow.fromarray(np.concatenate((COLOUR, ALPHA), axis=2)).convert(mode)
    alpha = ALPHA[..., 0] / 255
    opaque = luma(np.asarray(image.convert("RGBA"))[..., :3])
    read_back = saved(tmp_path / "glass.png", image)
    assert_pixels(read_back, alpha * opaque + 1 - alpha, 1.5 * LEVEL)
    assert read_back.notes == ("transparency over white",)


def test_an_opaque_alpha_channel_changes_nothing(tmp_path: Path) -> None:
    image = Pillow.fromarray(COLOUR).convert("RGBA")
    read_back = saved(tmp_path / "opaque.png", image)
    assert_pixels(read_back, luma(COLOUR))
    assert read_back.notes == ()


@pytest.mark.parametrize("suffix", ["png", "gif"])
def test_a_palette_may_hold_a_transparent_colour(tmp_path: Path, suffix: str) -> None:
    indices = RANDOM.integers(0, 4, (5, 7), dtype=np.uint8)
    palette = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9]], np.uint8)
    image = Pillow.fromarray(indices).convert("P")
    image.putpalette(palette.tobytes())
    expected = np.where(indices == 2, 1, luma(palette[indices]))
    assert_pixels(saved(tmp_path / f"palette.{suffix}", image, transparency=2), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grey_level_may_be_transparent(tmp_path: Path, dtype: type[np.generic]) -> None:
    levels = RANDOM.integers(0, 4, (5, 7)).astype(dtype)
    image = saved(tmp_path / "level.png", Pillow.fromarray(levels), transparency=2)
    white = np.iinfo(dtype).max  # type: ignore[type-var]
    assert_pixels(image, np.where(levels == 2, 1, levels / white))


def test_ink_is_dark(tmp_path: Path) -> None:
    inks = RANDOM.integers(0, 256, (5, 7, 4), dtype=np.uint8)
    image = saved(tmp_path / "print.tif", Pillow.frombytes("CMYK", (7, 5), inks.tobytes()))
    light = 255 * (1 - inks[..., :3] / 255) * (1 - inks[..., 3:] / 255)
    assert_pixels(image, luma(light.round()), 1.5 * LEVEL)


@pytest.mark.parametrize("mode", ["YCbCr", "HSV", "RGBX", "RGBa", "PA", "P", "1", "CMYK"])
def test_white_is_white_and_black_is_black(mode: str) -> None:
    image = Pillow.fromarray(np.array([[0, 255]], np.uint8))
    between = {"RGBa": "RGBA", "PA": "P"}.get(mode, "RGB")  # not every step is one conversion
    pixels, _ = grey(image.convert(between).convert(mode))
    np.testing.assert_allclose(pixels, [[0, 1]], atol=1e-6)


def test_a_lab_image_follows_the_cie_lightness(tmp_path: Path) -> None:
    lightness = np.array([20, 50, 80, 100]) / 100
    pixels = np.stack((np.round(lightness * 255), np.zeros(4), np.zeros(4)), axis=-1)
    image = Pillow.frombytes("LAB", (4, 1), pixels.astype(np.uint8).tobytes())
    linear = ((lightness * 100 + 16) / 116) ** 3
    expected = 1.055 * linear ** (1 / 2.4) - 0.055  # the sRGB curve above its linear foot
    assert_pixels(saved(tmp_path / "lab.tif", image), expected[None], 2 * LEVEL)
