"""Tests of experiments/pooling: loops over windows, the laws, ties, digits, and the verdicts."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
import torch
from torch import Generator, Tensor

from convlab import lab
from convlab.data import PHOTOGRAPHS, load
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly
from convlab.record import Record
from convlab.workbench import Workbench
from experiments.pooling import _laws, _pooled, _pooling_quantities, _recognition, _windows

ARMS = (_pooled.MAX, _pooled.AVERAGE, _pooled.NONE)
pooling = lab.load(catalogue.experiments()["pooling"])


def few_greys(side: int) -> Tensor:
    """An image with many maxima that are tied, and many zeros."""
    return torch.randint(6, (1, side, side + 3), generator=Generator().manual_seed(0)).double()


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("seen", [False, True])
def test_the_share_counts_windows_of_the_moved_image(k: int, seen: bool) -> None:
    old = few_greys(9) * (few_greys(9).roll(4, dims=2) > 2)
    new = old.roll(1, dims=2)  # its column 0 came round the border: windows there do not count
    corners = list(product(range(9 - k + 1), range(1, 12 - k + 1)))
    windows = [(0, slice(row, row + k), slice(column, column + k)) for row, column in corners]
    maxima = [(float(old[each].max()), float(new[each].max())) for each in windows]
    counted = [(a, b) for a, b in maxima if not seen or a or b]
    expected = sum(a == b for a, b in counted) / len(counted)
    outputs = _windows.pooled(old, _pooled.MAX, k)
    assert _windows.share_unchanged(outputs, seen=seen) == pytest.approx(expected)


def test_each_arm_pools_in_its_own_way() -> None:
    image = torch.tensor([[[1.0, 2.0, 3.0, 6.0]]]).expand(1, 2, 4)
    pooled = {arm: _windows.pooled(image, arm, 2, stride=2) for arm in ARMS}
    assert pooled[_pooled.MAX].tolist() == [[[2.0, 6.0]]]
    assert pooled[_pooled.AVERAGE].tolist() == [[[1.5, 4.5]]]
    assert pooled[_pooled.NONE] is image


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("move", [(0, 1), (1, 1), (0, 2)])
def test_a_bright_pixel_stays_in_its_window(k: int, move: tuple[int, int]) -> None:
    rows, columns = move
    share = (1 - rows / k) * (1 - columns / k)
    assert _windows.share_of_same_outputs(k, move) == pytest.approx(share)


def test_the_law_is_that_of_the_order_of_independent_pixels() -> None:
    """k columns before and k after are k + 1 in all; the maximum lies in the k - 1 common ones."""
    for k, law in ((2, 1 / 3), (3, 1 / 2), (4, 3 / 5)):
        noise = _windows.noise((1, 400, 400), Generator().manual_seed(k))
        share = _windows.share_unchanged(_windows.pooled(noise, _pooled.MAX, k))
        assert share == pytest.approx(law, abs=0.01)
        assert _laws.law_of_noise(k) == law


@pytest.mark.parametrize("k, times", [(2, 0.54), (3, 0.69), (4, 0.81)])
def test_the_share_varies_less_than_that_of_independent_windows(k: int, times: float) -> None:
    """Of 2,000 means of 2 draws of 24 x 24 pixels; so many bound a deviation within 3 %."""
    noise = _windows.noise((4000, 24, 24), Generator().manual_seed(0))
    maxima = _windows.pooled(noise, _pooled.MAX, k)
    shares = (maxima[..., 1:] == maxima[..., :-1]).double().mean(dim=(1, 2))
    spread = float(shares.view(-1, 2).mean(dim=1).std())
    assert spread / _laws.standard_error(24, 2, [k]) == pytest.approx(times, abs=0.06)


def test_breaking_ties_keeps_the_order_of_greys() -> None:
    grey = torch.linspace(0, 255, 256) * _windows.LEVEL
    dithered = grey + _windows.LEVEL * _windows.noise((256,), Generator().manual_seed(0))
    assert bool((dithered.diff() > 0).all())
    assert len(dithered.unique()) == 256


def test_feature_maps_are_sums_without_rounding_and_in_part_0() -> None:
    image = _windows.photographs()["china"][:, 100:140, 100:140]
    zeros = []
    for seed in range(5):
        maps, exact = (
            _windows.feature_maps(each, Generator().manual_seed(seed))
            for each in (image, image.double())
        )
        assert maps.shape == (_windows.MAPS, 38, 38) and maps.dtype == torch.float32
        assert torch.equal(maps.double(), exact)
        zeros.append(float((maps == 0).double().mean()))
    assert 0 < sum(zeros) < 5


def test_photographs_keep_more_maxima_than_noise_only_by_their_ties() -> None:
    known = _windows.photographs()
    drawn = [
        _windows.shares(_windows.drawn_images(known, 128, Workbench(), seed)) for seed in (0, 1)
    ]
    ties, noise = _windows.shares(known), drawn[0][_pooled.NOISE, _pooled.MAX, 2]
    for name in PHOTOGRAPHS:
        key = _windows.without_ties(name), _pooled.MAX, 2
        assert ties[name, _pooled.MAX, 2] > noise > drawn[0][key]
        assert drawn[0][key] != drawn[1][key]  # noise of its own for each seed


def test_a_digit_a_pixel_off_is_the_digit_moved_by_one_pixel() -> None:
    images = _recognition.in_all_places(load("digits").x[:3], 24)
    assert images.shape == (3, 5, 36, 36)
    in_place, *off = images.unbind(dim=1)
    for place, (rows, columns) in zip(off, _recognition.PLACES[1:], strict=True):
        assert abs(rows) + abs(columns) == 1
        assert torch.equal(place, in_place.roll((rows, columns), dims=(1, 2)))
        assert place.sum() == pytest.approx(float(in_place.sum()))


def test_digits_that_are_asked_for_are_not_known_and_differ_by_seed() -> None:
    digits = load("digits")
    first, second = (_recognition.drawn(digits, Workbench(), seed) for seed in (0, 1))
    assert not set(first.known.tolist()) & set(first.asked.tolist())
    assert len(first.known) + len(first.asked) == len(digits.y)
    assert set(first.off.tolist()) == {1, 2, 3, 4}
    assert first.asked.tolist() != second.asked.tolist()


def test_the_nearest_known_digit_in_place_names_the_class() -> None:
    """Known are 0 and 9, of classes 0 and 1; asked is 2, and 8 where it is off: one is right."""
    outputs = torch.tensor([[0.0, 0], [9, 0], [2, 8]]).view(3, 2, 1, 1)
    questions = _recognition.Questions(
        torch.tensor([0, 1]), torch.tensor([2]), torch.ones(1).long()
    )
    assert _recognition.answered(questions, outputs, torch.tensor([0, 1, 0])) == (1.0, 0.0)


def test_the_distances_from_the_laws_are_the_largest_of_all_widths() -> None:
    """The mean of two seeds is off by -0.2 at k = 3 and less elsewhere; so is the pixel."""
    measurements = Measurements()
    for k in _pooled.WIDTHS:
        off = (-0.1, -0.3) if k == 3 else (0.1, 0.2)
        share = Sample(tuple(_laws.law_of_noise(k) + each for each in off), "mean", "data")
        measurements.add("windows", {"image": _pooled.NOISE, "k": k}, {pooling.UNCHANGED: share})
        same = exactly((k - 1) / k - 0.2 * (k == 3))
        factors = {"k": k, "arm": _pooling_quantities.ALONG}
        measurements.add("pixel", factors, {_pooling_quantities.SAME_OUTPUT: same})
    error = _pooling_quantities.error_of_law(measurements)
    assert error.values == pytest.approx((-0.1, -0.3)) and error.varies == "data"
    assert _pooling_quantities.distance_of_bright_pixel(measurements).center == pytest.approx(0.2)


@pytest.mark.parametrize("side, seeds", [(32, 6), (1024, 10), (1024, 40)])
def test_the_law_is_judged_by_what_chance_allows(side: int, seeds: int) -> None:
    """Errors of a standard error's spread are no refutation, another law is one."""
    claim = next(claim for claim in pooling.CLAIMS if claim.id == "C314r")
    config = pooling.Config(side=side, seeds=seeds)
    chance = _laws.standard_error(side, seeds=1)
    drawn = torch.randn(seeds, generator=Generator().manual_seed(seeds)) * chance
    for law, outcome in ((0.0, Outcome.HOLDS), (0.25, Outcome.REFUTED)):
        measured = Measurements()
        for k in _pooled.WIDTHS:
            values = tuple(_laws.law_of_noise(k) + law + error for error in drawn.tolist())
            share = {pooling.UNCHANGED: Sample(values, "mean", "data")}
            measured.add("windows", {"image": _pooled.NOISE, "k": k}, share)
        for arm in (_pooled.AVERAGE, pooling.NONE):
            none = {pooling.OTHERWISE: exactly(0)}
            measured.add("otherwise", {"image": _pooled.NOISE, "arm": arm}, none)
        assert claim.check(measured, config).outcome is outcome


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return run(tmp_path_factory.mktemp("small"))


def run(root: Path, first_seed: int = 0) -> Record:
    planned = lab.plan("pooling", {"side": 32})
    return lab.run(planned, root=root, first_seed=first_seed)


@pytest.mark.long
def test_all_comes_out_as_expected_at_another_side(small: Record) -> None:
    assert small.changed == {"side": 32}
    assert [(v.id, v.outcome) for v in small.verdicts] == [
        (claim.id, claim.expected) for claim in pooling.CLAIMS
    ]
    assert "nan" not in small.answer and small.answer.startswith("About half")


@pytest.mark.long
def test_another_first_seed_draws_noise_kernels_and_digits_anew(
    small: Record, tmp_path: Path
) -> None:
    elsewhere = run(tmp_path, first_seed=1000)
    drawn = 0
    pairs = zip(small.measurements.rows, elsewhere.measurements.rows, strict=True)
    for here, there in pairs:
        for name, sample in here.quantities.items():
            other = there.quantities[name]
            assert sample.exact == other.exact
            if sample.exact or not sample.center:  # of noise without pooling nothing stays
                assert sample == other
            else:
                drawn += 1
                assert sample.values != other.values
    assert drawn == 3 * 3 + 3 * 2 + 2 + 14 * 2


@pytest.mark.long
@pytest.mark.parametrize("claim", ["C314", "C314r", "C315"])
def test_a_claim_is_invalid_where_a_control_fails(small: Record, claim: str) -> None:
    """Where nothing is pooled, or nothing is recognised in place."""
    judged = next(each for each in pooling.CLAIMS if each.id == claim)
    spoiled = Measurements()
    for row in small.measurements.rows:
        wrong = {pooling.OTHERWISE: exactly(1), pooling.IN_PLACE: exactly(0.5)}
        changed = {name: wrong.get(name, sample) for name, sample in row.quantities.items()}
        spoiled.add(row.table, row.factors, changed)
    config = pooling.Config(side=32)
    assert judged.check(small.measurements, config).outcome is Outcome.HOLDS
    assert judged.check(spoiled, config).outcome is Outcome.INVALID


@pytest.mark.long
def test_figures_show_every_image_and_state_what_came_out(small: Record) -> None:
    figures = pooling.draw(small)
    titles = {name: figure.axes[0].get_title() for name, figure in figures.items()}
    sentences = {claim.id: claim.sentence for claim in pooling.CLAIMS}
    assert titles["law"].replace("\n", " ") == sentences["C314r"]
    assert titles["recognised"].replace("\n", " ") == sentences["C315o2"]
    for figure, lines in zip(figures.values(), (7, 4), strict=True):
        assert len(figure.axes[0].containers) == lines
        assert "95 %" in figure.axes[0].get_ylabel()
