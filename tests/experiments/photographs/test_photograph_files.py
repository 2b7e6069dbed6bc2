"""Tests of the photographs of a folder: names, sizes and variation that the experiments need."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from convlab import lab
from convlab.errors import UsageError
from convlab.lab import catalogue
from convlab.measure import Measurements
from convlab.workbench import Workbench
from experiments.photographs import _photograph_files as files
from experiments.photographs import _photograph_names as names

ALL = ("transfer", "distance", "neighbourhood", "spectrum", "stationary")
HALVES = {
    "left": (slice(None), slice(128)),
    "right": (slice(None), slice(128, None)),
    "top": (slice(128), slice(None)),
    "bottom": (slice(128, None), slice(None)),
}


def drawn(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width), dtype=np.uint8)


def save(path: Path, pixels: NDArray[np.uint8]) -> None:
    Image.fromarray(pixels).save(path)


def config(experiment: str, **settings: object) -> names.Photographed:
    found: names.Photographed = lab.load(catalogue.experiments()[experiment]).Config(**settings)
    return found


def refused(settings: names.Photographed) -> str:
    with pytest.raises(UsageError) as error:
        files.load_photographs(settings, Measurements())
    assert "\n" not in str(error.value)
    return str(error.value)


def test_files_that_share_a_stem_are_both_kept(tmp_path: Path) -> None:
    for name in ("a.png", "a.bmp", "b.png"):
        save(tmp_path / name, drawn(256, 256))
    mine = names.Photographed(photographs=tmp_path)
    assert [*files.load_photographs(mine, Measurements())] == ["a.bmp", "a.png", "b.png"]
    (tmp_path / "a.bmp").unlink()
    assert [*files.load_photographs(mine, Measurements())] == ["a", "b"]


def test_one_photograph_is_one(tmp_path: Path) -> None:
    save(tmp_path / "a.png", drawn(256, 256))
    measurements = Measurements()
    files.load_photographs(names.Photographed(photographs=tmp_path), measurements)
    assert measurements.notes[0].startswith("n = 1 photograph: its blocks")


@pytest.mark.parametrize("side", HALVES)
def test_a_half_of_one_grey_is_refused_by_its_name(tmp_path: Path, side: str) -> None:
    pixels = drawn(256, 256)
    pixels[HALVES[side]] = 0
    save(tmp_path / "night.png", pixels)
    message = refused(names.Photographed(photographs=tmp_path))
    assert message.startswith("night.png has ") and "without any variation" in message
    assert "leave the file out" in message


def test_a_constant_photograph_is_refused_by_its_name(tmp_path: Path) -> None:
    save(tmp_path / "grey.png", np.full((600, 1300), 77, np.uint8))  # means are taken of it
    assert refused(names.Photographed(photographs=tmp_path)).startswith("grey.png has 32 of the")


def test_fewer_than_half_of_the_blocks_of_a_side_may_be_of_one_grey(tmp_path: Path) -> None:
    pixels = drawn(256, 256)
    pixels[:, :32], pixels[:96, 32:64] = 255, 255  # 11 of 32 blocks at the left
    save(tmp_path / "sky.png", pixels)
    files.load_photographs(names.Photographed(photographs=tmp_path), Measurements())
    pixels[:, 32:64] = 255  # 16
    save(tmp_path / "sky.png", pixels)
    message = refused(names.Photographed(photographs=tmp_path))
    assert "16 of the 32 blocks in its left half" in message


@pytest.mark.parametrize(("height", "width"), [(20, 300), (300, 20), (300, 1), (1, 1)])
def test_a_small_file_is_named_with_what_is_needed(
    tmp_path: Path, height: int, width: int
) -> None:
    save(tmp_path / "b.png", drawn(height, width))
    message = refused(names.Photographed(photographs=tmp_path))
    assert message.startswith(f"b.png is {width} x {height} pixels, and 256 are needed a side")


@pytest.mark.parametrize(
    ("experiment", "longest", "left", "needed"),
    [
        ("neighbourhood", 400, 100, 128),
        ("distance", 400, 100, 128),
        ("transfer", 200, 50, 64),
        ("spectrum", 200, 50, 64),
        ("stationary", 160, 37, 64),
    ],
)
def test_a_panorama_that_is_too_narrow_once_shrunk_is_refused(
    tmp_path: Path, experiment: str, longest: int, left: int, needed: int
) -> None:
    save(tmp_path / "pano.png", drawn(300, 1300))
    assert refused(config(experiment, photographs=tmp_path, longest=longest)) == (
        f"pano.png is 1300 x 300 pixels; shrunk to longest={longest} it has only {left} on the "
        f"short side, and {needed} are needed: raise longest or leave the file out"
    )


@pytest.mark.parametrize("experiment", ALL)
def test_the_photographs_that_ship_suffice_at_the_least_longest(experiment: str) -> None:
    field = type(config(experiment)).model_fields["longest"]
    (least,) = (each.ge for each in field.metadata if hasattr(each, "ge"))
    known = files.load_photographs(config(experiment, longest=least), Measurements())
    assert [*known] == ["china", "flower"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("experiment", "shape"),
    [(name, (256, 1024)) for name in ("transfer", "spectrum", "stationary")]
    + [(name, (256, 512)) for name in ("distance", "neighbourhood")],
)
def test_the_smallest_photograph_that_is_let_in_is_measured(
    tmp_path: Path, experiment: str, shape: tuple[int, int]
) -> None:
    save(tmp_path / "a.png", drawn(*shape))
    few: dict[str, dict[str, int]] = {
        "stationary": {"surrogates": 9, "fields": 2},
        "neighbourhood": {"draws": 1},
    }
    longest = 256  # as means of 4 x 4 or 2 x 2: 64 or 128 pixels
    settings = config(
        experiment, photographs=tmp_path, longest=longest, seeds=2, **few.get(experiment, {})
    )
    found = lab.load(catalogue.experiments()[experiment]).measure(settings, Workbench())
    values = [v for row in found.rows for each in row.quantities.values() for v in each.values]
    assert values and np.isfinite(values).all()
