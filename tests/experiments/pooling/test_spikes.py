"""Tests of experiments/pooling/spikes: moves counted by hand, strokes, and what fails."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from itertools import product

import pytest
import torch
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Claim, Measurements, Outcome, Sample, exactly
from convlab.record import Record
from convlab.workbench import Workbench

spikes = lab.load(catalogue.experiments()["spikes"])
package = spikes.__name__.rpartition(".")[0]
_lone_pixels, _pooled, _spikes_names, _strokes = (
    import_module(f"{package}.{name}")
    for name in ("_lone_pixels", "_pooled", "_spikes_names", "_strokes")
)
SHAPES = _strokes.strokes()


@pytest.mark.parametrize("k, kept", [(2, 3 / 8), (3, 5 / 9), (4, 21 / 32)])
def test_the_8_moves_stay_in_a_window_as_often_as_counted(k: int, kept: float) -> None:
    stay = [
        0 <= row + down < k and 0 <= column + right < k
        for row, column in product(range(k), repeat=2)
        for down, right in _strokes.NEIGHBOURS
    ]
    assert sum(stay) / len(stay) == pytest.approx(kept)
    assert float(_strokes.share_by_position(k).mean()) == pytest.approx(kept)
    mean = sum(_spikes_names.law(k, move) for move in _strokes.NEIGHBOURS) / 8
    assert mean == pytest.approx(kept)


def test_from_the_middle_of_an_edge_5_of_8_moves_stay() -> None:
    assert _strokes.share_by_position(3)[0].tolist() == [3 / 8, 5 / 8, 3 / 8]
    assert _strokes.share_by_position(3)[1].tolist() == [5 / 8, 1, 5 / 8]


def test_one_pixel_of_a_stroke_moves_to_an_empty_neighbour() -> None:
    before, near, far = _strokes.moved(SHAPES[:40], Generator().manual_seed(0))
    assert before.shape == (40, 1, 36, 36)
    for image, beside, away, shape in zip(before, near, far, SHAPES, strict=False):
        assert image.sum() == beside.sum() == away.sum() == shape.sum()
        ((_, row, column),) = ((image - beside) == 1).nonzero().tolist()
        ((_, to_row, to_column),) = ((beside - image) == 1).nonzero().tolist()
        assert max(abs(row - to_row), abs(column - to_column)) == 1
        assert int((image != away).sum()) == 2 and away[0, row, column] == 0


def test_strokes_stand_on_every_place_of_the_grid_of_windows() -> None:
    before, _, _ = _strokes.moved(SHAPES[:1].repeat(200, 1, 1, 1), Generator().manual_seed(0))
    rows = [int(image[0].any(dim=1).nonzero()[0]) for image in before]
    columns = [int(image[0].any(dim=0).nonzero()[0]) for image in before]
    for places in (rows, columns):
        assert len(Counter(places)) == _strokes.MARGIN + 1
        assert min(Counter(place % 2 for place in places).values()) > 50


def test_a_move_is_drawn_among_all_pairs_of_a_pixel_and_an_empty_neighbour() -> None:
    image = torch.zeros(6, 6)
    image[2, 2] = image[2, 3] = 1
    made = Generator().manual_seed(0)
    drawn = {_strokes._drawn_move(image, made) for _ in range(400)}
    assert len(drawn) == 14  # each of the two has 8 neighbours, one of them not empty
    assert {start for start, _ in drawn} == {(2, 2), (2, 3)}


def test_windows_remain_bright_without_one_of_two_pixels() -> None:
    before, after = torch.zeros(1, 1, 4, 4), torch.zeros(1, 1, 4, 4)
    before[..., 0, :2] = 1  # two ones in the first window, none beside
    after[..., 0, 0] = after[..., 1, 1] = 1  # one moved within it
    for arm in (_pooled.MAX, _pooled.AVERAGE):
        assert _strokes.same_maps(before, after, arm, 2) == 1
    after[..., 1, 1], after[..., 0, 2] = 0, 1  # it moved into the next
    assert _strokes.same_maps(before, after, _pooled.MAX, 2) == 0
    before[..., 1, 3] = after[..., 1, 3] = 1  # which is bright anyway
    assert _strokes.same_maps(before, after, _pooled.MAX, 2) == 1
    assert _strokes.same_maps(before, after, _pooled.AVERAGE, 2) == 0
    assert _strokes.same_maps(before, after, _pooled.NONE, 1) == 0


def test_seeds_draw_strokes_of_their_own() -> None:
    first, again, other = (spikes.shares_of_strokes(12, Workbench(), seed) for seed in (0, 0, 1))
    assert first == again != other


def measured(
    near: float, far: float = 0.1, average: float = 5 / 9, without: float = 0.0
) -> object:
    found = Measurements()
    shares = {
        _pooled.NONE: (without, 0.0),
        _pooled.AVERAGE: (average, 0.0),
        _pooled.MAX: (near, far),
    }
    for (arm, k), at in product(_strokes.POOLS, (0, 1)):
        share = Sample((shares[arm][at],) * 6, "mean", "data")
        move = (spikes.NEAR, spikes.FAR)[at]
        found.add("strokes", {"arm": arm, "k": k, "moves": move}, {spikes.SAME: share})
    return found


def check(name: str, measurements: object) -> Outcome:
    claim = next(each for each in spikes.CLAIMS if each.id == name)
    assert isinstance(claim, Claim) and isinstance(measurements, Measurements)
    return Outcome(claim.check(measurements, spikes.Config()).outcome)


def test_claims_on_strokes_tell_right_from_wrong() -> None:
    assert check("C315s", measured(0.8)) is Outcome.HOLDS
    assert check("C315s", measured(0.4)) is Outcome.REFUTED
    assert check("C315s", measured(0.8, far=0.9)) is Outcome.INVALID
    assert check("C315s", measured(0.8, without=0.1)) is Outcome.INVALID
    assert check("C315o4", measured(0.5)) is Outcome.REFUTED
    assert check("C315o3", measured(0.8, average=0.7)) is Outcome.REFUTED
    assert check("C315o3", measured(0.8)) is Outcome.HOLDS


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    planned = lab.plan("spikes", quick=True)
    return lab.run(planned, root=tmp_path_factory.mktemp("spikes"), first_seed=7)


def test_what_is_exact_is_decided_quickly(record: Record) -> None:
    assert {v.id: v.outcome for v in record.verdicts if v.general} == {
        "C314o3": Outcome.HOLDS,
        "C314o4": Outcome.REFUTED,
    }
    assert set(record.figures) == {"strokes.png", "shape.png"}


def test_a_pool_that_loses_every_spike_breaks_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = Measurements()
    monkeypatch.setattr(_lone_pixels, "share_of_same_outputs", lambda k, move: 1.0)
    _lone_pixels.add_lone_pixels(changed)
    assert check("C314o3", changed) is Outcome.REFUTED
    assert check("C314o4", changed) is Outcome.INVALID
    assert exactly(1) == changed.get(spikes.SAME_AS_ONE, k=2, **{spikes.FROM: spikes.HERE})
