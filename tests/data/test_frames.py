"""Tests of convlab.data.images: turned and animated files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from convlab.data import read

RANDOM = np.random.default_rng(0)

TURNS: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda upright: np.rot90(upright, 1),  # stored so that a clockwise turn sets it upright
    7: lambda upright: np.rot90(upright, 2).T,
    8: lambda upright: np.rot90(upright, -1),
}


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("orientation", TURNS)
def test_exif_orientation_is_undone(
    tmp_path: Path, orientation: int, dtype: type[np.generic], suffix: str
) -> None:
    white = np.iinfo(dtype).max  # type: ignore[type-var]
    upright = RANDOM.integers(0, white, (3, 5)).astype(dtype)
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    stored = Pillow.fromarray(np.ascontiguousarray(TURNS[orientation](upright)))
    path = tmp_path / f"phone.{suffix}"
    stored.save(path, exif=exif)
    image = read(path)
    np.testing.assert_allclose(image.pixels, upright / white, atol=1e-6)
    assert ("turned by its EXIF orientation" in image.notes) == (orientation > 1)


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tif"])
def test_the_first_frame_is_read_and_said(tmp_path: Path, suffix: str) -> None:
    frames = [Pillow.new("L", (4, 3), level) for level in (51, 102, 204)]
    options: dict[str, Any] = {"lossless": True} if suffix == "webp" else {}
    path = tmp_path / f"film.{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)
    image = read(path)
    np.testing.assert_allclose(image.pixels, np.full((3, 4), 0.2), atol=1e-6)
    assert image.notes == ("first of 3 frames",)
