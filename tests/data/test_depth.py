"""Tests of convlab.data.depth: what is read at eight bits although it has more says so."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from convlab.data import read
from convlab.data.depth import bits_lost

COLOUR = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
NOTE = "16 bits per channel, read as 8"


def netpbm(pixels: NDArray[Any], most: int, *, plain: bool) -> bytes:
    head = f"P{3 if plain else 6} 7 5 {most}\n".encode()
    if plain:
        return head + " ".join(map(str, pixels.ravel())).encode()
    return head + pixels.astype(">u2" if most > 255 else "u1").tobytes()


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(("most", "bits"), [(255, 8), (100, 7), (1023, 10), (65535, 16)])
def test_a_deep_ppm(tmp_path: Path, most: int, bits: int, plain: bool) -> None:
    pixels = np.round(COLOUR / 255 * most).astype(np.int64)
    (tmp_path / "x.ppm").write_bytes(netpbm(pixels, most, plain=plain))
    image = read(tmp_path / "x.ppm")
    expected = pixels / most @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(image.pixels, expected, atol=1.5 / 255)
    assert image.notes == ((f"{bits} bits per channel, read as 8",) if bits > 8 else ())


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("deep", [False, True])
def test_a_deep_sgi(tmp_path: Path, channels: int, deep: bool) -> None:
    pixels = COLOUR[..., :channels]
    dimensions = 3 if channels > 1 else 2
    head = np.array([474, 2 if deep else 1, dimensions, 7, 5, channels], ">u2").tobytes()
    stored = pixels.astype(">u2") * 257 if deep else pixels
    planes = np.moveaxis(stored[::-1], -1, 0).tobytes()
    (tmp_path / "x.sgi").write_bytes(head.ljust(512, b"\0") + planes)
    image = read(tmp_path / "x.sgi")
    weights = [0.299, 0.587, 0.114] if channels == 3 else [1]
    np.testing.assert_allclose(image.pixels, pixels / 255 @ weights, atol=1.5 / 255)
    assert image.notes == ((NOTE,) if deep else ())


@pytest.mark.parametrize(("layout", "bits"), [(95, 16), (96, 16), (98, 0)])  # BC6H, signed, BC7
def test_a_deep_dds(layout: int, bits: int) -> None:
    head = np.zeros(37, "<u4")
    head[[0, 1, 3, 4, 19, 20, 21]] = 0x20534444, 124, 4, 4, 32, 4, 0x30315844
    head[[2, 27, 32, 33, 35]] = 0x1007, 0x1000, layout, 3, 1
    assert lost(head.tobytes() + bytes(range(64, 80))) == bits


def lost(content: bytes) -> int:
    stream = BytesIO(content)
    with PIL.Image.open(stream) as image:
        return bits_lost(image, stream)


@pytest.mark.parametrize("suffix", ["jp2", "j2k"])
@pytest.mark.parametrize("channels", ["RGB", "LA"])
def test_a_deep_jpeg_2000(tmp_path: Path, suffix: str, channels: str) -> None:
    path = tmp_path / f"x.{suffix}"
    PIL.Image.fromarray(COLOUR).convert(channels).save(path)
    content = path.read_bytes()
    assert lost(content) == 0
    start = content.index(b"\xff\x4f\xff\x51") + 42  # as its header says, eight bits are 7
    deep = bytearray(content)
    for channel in range(len(channels)):
        assert deep[start + 3 * channel] == 7
        deep[start + 3 * channel] = 15
    assert lost(bytes(deep)) == 16


@pytest.mark.parametrize(("flags", "bits"), [(0x40, 10), (0x60, 12)])
def test_a_deep_avif(tmp_path: Path, flags: int, bits: int) -> None:
    path = tmp_path / "x.avif"
    PIL.Image.fromarray(COLOUR).save(path)
    content = bytearray(path.read_bytes())
    assert lost(bytes(content)) == 0
    place = content.index(b"av1C") + 6  # after the name: its version, profile and level
    assert not content[place] & 0x60
    content[place] |= flags  # its decoder would not open that, so that it is not asked
    image = cast(PIL.Image.Image, SimpleNamespace(mode="RGB", format="AVIF"))
    assert bits_lost(image, BytesIO(content)) == bits


def test_reading_the_header_disturbs_no_decoder(tmp_path: Path) -> None:
    for suffix in ("jp2", "avif", "png", "ppm"):
        path = tmp_path / f"x.{suffix}"
        PIL.Image.fromarray(COLOUR).save(path)
        with PIL.Image.open(path) as image:
            expected = np.asarray(image.convert("L")) / 255
        np.testing.assert_allclose(read(path).pixels, expected, atol=1e-6)
