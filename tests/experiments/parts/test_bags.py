"""Tests of experiments/parts/bags: windows counted one by one, broken versions, and verdicts."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
import torch
from torch import Generator, Tensor

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, exactly
from convlab.workbench import Workbench
from experiments.parts import _face_names, _faces

bags = lab.load(catalogue.experiments()["bags"])


def drawn(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def holders(window: int, offsets: Tensor) -> int:
    """The most parts that a window, which may reach around the border, has pixels of."""
    parts = torch.arange(1, 5).view(1, 4, 1, 1).expand(1, 4, 5, 5).double()
    image = _faces.composed(parts, _faces.in_place(1), offsets)[0, 0]
    around = torch.cat([torch.cat([image, image], dim=0)] * 2, dim=1)
    windows = (
        around[row : row + window, column : column + window]
        for row, column in product(range(_faces.SIDE), range(_faces.SIDE))
    )
    return max(len(set(each.flatten().tolist()) - {0.0}) for each in windows)


def test_windows_up_to_5_pixels_hold_no_two_parts() -> None:
    """The eyes as near to each other as can be, and each other part below one of them."""
    for sideways in (torch.tensor(each) for each in ((1, -1, -1, 1), (1, -1, 1, -1))):
        offsets = torch.stack([torch.zeros_like(sideways), sideways], dim=1)[None]
        assert holders(_face_names.APART, offsets) == 1
        assert holders(_face_names.APART + 1, offsets) > 1


@pytest.mark.parametrize(("window", "same"), [(3, True), (5, True), (7, False)])
def test_a_face_and_its_jumbled_parts_have_the_same_windows(window: int, same: bool) -> None:
    """The theorem, without a network: a bag of windows is all that pooling sees."""
    for seed in range(3):
        pair = bags.pair_on(_face_names.ONE_GREY, drawn(seed))
        face, jumbled = (bag(image, window) for image in pair[:, 0])
        assert (face == jumbled) is same


def bag(image: Tensor, window: int) -> Counter[tuple[float, ...]]:
    around = torch.cat([torch.cat([image, image], dim=0)] * 2, dim=1)
    places = product(range(_faces.SIDE), range(_faces.SIDE))
    return Counter(
        tuple(around[r : r + window, c : c + window].flatten().tolist()) for r, c in places
    )


def test_the_theorem_needs_that_parts_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """With eyes and nose nearer to each other, the same networks tell the two images apart."""
    whole = bags.differences(5, _face_names.ONE_GREY, 10, Workbench())
    assert not torch.stack(list(whole.values())).any()
    near_slots = (1, 2), (1, 13), (7, 8), (13, 8)
    monkeypatch.setitem(bags.composed.__globals__, "SLOTS", near_slots)
    near = bags.differences(5, _face_names.ONE_GREY, 10, Workbench())
    assert near[_face_names.MEAN].count_nonzero() > 5


def measured(difference: float = 0, wide: float = 0, noise: float = 0) -> Measurements:
    """What would come out if all were as predicted, but for these."""
    measurements = Measurements()
    for ground, window, share in (
        (_face_names.ONE_GREY, 5, 1.0),
        (_face_names.ONE_GREY, 7, wide),
        (_face_names.NOISE, 5, noise),
    ):
        samples = {_face_names.DIFFERENCE: exactly(difference)}
        samples[_face_names.SAME[_face_names.MEAN]] = exactly(share)
        measurements.add("", {"ground": ground, "window": window}, samples)
    return measurements


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "holds"),
        ({"difference": 1}, "refuted"),
        ({"wide": 1}, "invalid"),
        ({"noise": 1}, "invalid"),
    ],
)
def test_verdicts(changes: dict[str, float], expected: str) -> None:
    (claim,) = bags.CLAIMS
    assert claim.check(measured(**changes)).outcome is Outcome(expected)


def test_what_is_measured_can_be_judged() -> None:
    measurements = bags.measure(bags.Config(draws=3), Workbench())
    (claim,) = bags.CLAIMS
    assert claim.check(measurements).outcome is Outcome.HOLDS
