"""Tests of the experiment transfer: blocks, windows, least squares, losses by other means."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Generator

from convlab import lab
from convlab.data import photograph
from convlab.errors import UsageError
from convlab.lab import catalogue
from convlab.measure import Measurements, NotMeasured, Outcome, Sample, exactly
from convlab.workbench import Workbench
from experiments.photographs import _linear as linear
from experiments.photographs import _photograph_files as files
from experiments.photographs import _photograph_names as names
from experiments.photographs import _surrogates as surrogates
from experiments.photographs import _transfer_names as words
from experiments.photographs import _transfer_study as study

transfer = lab.load(catalogue.experiments()["transfer"])


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=Generator().manual_seed(seed))


def test_blocks_are_those_of_slices() -> None:
    image = noise(32, 64)
    cut = files.blocks(image)
    assert cut.shape == (64, 4, 8)
    for row in range(8):
        for column in range(8):
            expected = image[4 * row : 4 * row + 4, 8 * column : 8 * column + 8]
            assert torch.equal(cut[8 * row + column], expected)


def test_the_halves_of_blocks_share_none_and_differ_by_seed() -> None:
    first, second = (files.halves(Workbench(), seed, 64) for seed in (0, 1))
    assert sorted(torch.cat(first).tolist()) == list(range(64)) and len(first[0]) == 32
    assert not torch.equal(first[0].sort()[0], second[0].sort()[0])


def test_photographs_are_cropped_and_those_of_a_folder_made_smaller(tmp_path: Path) -> None:
    measurements = Measurements()
    known = files.load_photographs(names.Photographed(), measurements)
    assert {name: tuple(x.shape) for name, x in known.items()} == {
        "china": (416, 640),
        "flower": (416, 640),
    }
    assert torch.equal(known["china"], photograph("china").double()[5:421])
    assert "n = 2" in measurements.notes[0]
    pixels = np.arange(700 * 1300, dtype=np.int64).reshape(700, 1300) % 251
    Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "mine.png")
    (mine,) = files.load_photographs(
        names.Photographed(photographs=tmp_path), measurements
    ).values()
    assert mine.shape == (320, 640)
    # the middle: of 350 x 650 means, 15 rows and 5 columns are cut at the top and left
    assert float(mine[0, 0]) == pytest.approx(pixels[30:32, 10:12].mean() / 255, abs=1e-6)
    assert measurements.notes[-1] == "mine: means of 2 x 2 pixels"


def test_a_folder_without_photographs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        files.load_photographs(names.Photographed(photographs=tmp_path / "none"), Measurements())
    with pytest.raises(UsageError, match="holds no photograph"):
        files.load_photographs(names.Photographed(photographs=tmp_path), Measurements())
    Image.new("L", (300, 100)).save(tmp_path / "small.png")
    with pytest.raises(UsageError, match=r"small.png is 300 x 100 pixels, and 256"):
        files.load_photographs(names.Photographed(photographs=tmp_path), Measurements())


def test_least_squares_is_that_of_numpy() -> None:
    image = noise(2, 12, 14).cumsum(-1)
    sums = linear.moments(linear.windows(image, 2)).sum(0)
    target, known = linear.middle(2), linear.around(1, 2)
    weights = linear.learned(sums, target, known)
    rows = [
        np.delete(each[y - 1 : y + 2, x - 1 : x + 2].flatten().numpy(), 4)
        for each in image
        for y in range(2, 10)
        for x in range(2, 12)
    ]
    y = image[:, 2:10, 2:12].flatten().numpy()
    design = np.column_stack([rows, np.ones(len(rows))])
    expected, *_ = np.linalg.lstsq(design, y, rcond=None)
    assert (-weights[[*known, 25]]).tolist() == pytest.approx(expected.tolist(), abs=1e-6)
    left = y - design @ expected
    assert linear.squared_error(sums, weights) == pytest.approx((left**2).mean())
    explained = 1 - (left**2).mean() / y.var()
    assert linear.share_explained(sums, target, weights) == pytest.approx(explained)


def test_halves_lie_where_they_are_called() -> None:
    image = torch.zeros(64, 64, dtype=torch.float64)
    image[:, 32:] = 1
    total = {
        side: float(sums[:, 0, -1].sum()) for side, sums in study.sums_of_halves(image).items()
    }
    assert total["left"] == 0 and total["right"] > 0 and total["top"] == total["bottom"] > 0


def test_the_mean_of_four_is_that_of_slices() -> None:
    image = noise(1, 9, 11)
    sums = linear.moments(linear.windows(image, 2)).sum(0)
    inner = image[0, 2:-2, 2:-2]
    four = (image[0, 1:-3] + image[0, 3:-1])[:, 2:-2] + image[0, 2:-2, 1:-3] + image[0, 2:-2, 3:-1]
    expected = float((inner - four / 4).square().mean())
    assert linear.squared_error(sums, study.mean_of_four(sums)) == pytest.approx(expected)


def test_nothing_is_lost_where_both_halves_are_one_texture() -> None:
    field = surrogates.power_law((256, 256), -1, Generator().manual_seed(0))
    sides = study.sums_of_halves(field)
    found = study.losses((sides["left"], sides["right"]), *files.halves(Workbench(), 0, 32))
    assert abs(found[words.LOSS]) < 0.005 and abs(found[words.EXCESS]) < 2


def test_each_half_is_tested_on_the_one_across() -> None:
    for side, other in study.OTHER.items():
        (axis, end), (across, far_end) = files.SIDES[side], files.SIDES[other]
        assert axis == across and {end, far_end} == {0, 1}


def test_losses_are_of_units_that_were_not_learned_from() -> None:
    """Of 30 units learned from and 30 others, of which no pixel is like any other."""
    pair = tuple(linear.moments(noise(2, 25, 30, seed=seed)) for seed in (0, 1))
    half, rest = torch.tensor([0]), torch.tensor([1])
    found = study.losses((pair[0], pair[1]), half, rest)
    assert found[words.OWN] < 0  # on those that it was learned from, 24 of 30 are explained


def test_the_excess_is_of_the_foreign_filter_over_the_own() -> None:
    field = surrogates.power_law((256, 256), -1, Generator().manual_seed(0))
    sides = study.sums_of_halves(torch.cat([noise(256, 128), field[:, :128]], dim=1))
    found = study.losses((sides["left"], sides["right"]), *files.halves(Workbench(), 0, 32))
    expected = 100 * found[words.LOSS] / (1 - found[words.OWN])
    assert found[words.EXCESS] == pytest.approx(expected) and expected > 100


def test_shuffled_phases_keep_the_mean() -> None:
    image = noise(16, 18) + 3
    stationary = surrogates.phases_shuffled(image, Generator().manual_seed(0))
    assert float(stationary.mean()) == pytest.approx(float(image.mean()))


def test_shuffled_pixels_and_phases_keep_what_they_should() -> None:
    image, generator = noise(16, 18).cumsum(0), Generator().manual_seed(1)
    shuffled = surrogates.pixels_shuffled(image, generator)
    assert torch.equal(shuffled.flatten().sort()[0], image.flatten().sort()[0])
    stationary = surrogates.phases_shuffled(image, generator)
    ours, theirs = (np.abs(np.fft.fft2(x.numpy())) for x in (stationary, image))
    assert np.allclose(ours, theirs, atol=1e-8) and not torch.allclose(stationary, image)


def test_the_farthest_and_the_nearest_are_those_of_one_kind() -> None:
    measurements = Measurements()
    for name, kind, value in (
        ("a", names.PHOTOGRAPH, -3),
        ("b", names.PHOTOGRAPH, 1),
        ("c", "x", 9),
    ):
        factors = {names.IMAGE: name, names.KIND: kind}
        measurements.add("", factors, {"loss": exactly(value)})
    found = [
        of("loss")(measurements).center for of in (names.farthest, names.nearest, names.widest)
    ]
    assert found == [1, -3, -3]
    with pytest.raises(NotMeasured):
        names.farthest("loss", "none")(measurements)


def test_a_control_sees_filters_that_lose_nothing_anywhere() -> None:
    measurements, low = Measurements(), Sample((0.001, 0.002) * 5, "mean", "data", 1.0)
    for kind in (names.PHOTOGRAPH, words.BROKEN, words.TEXTURES):
        factors = {names.IMAGE: "a", names.KIND: kind, words.LEARNED: words.MEAN}
        measurements.add("", factors, {words.LOSS: low})
    (claim,) = (each for each in transfer.CLAIMS if each.id == "C303r")
    assert claim.check(measurements, transfer.Config()).outcome is Outcome.INVALID
