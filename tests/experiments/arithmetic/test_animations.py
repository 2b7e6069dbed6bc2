"""Tests of experiments/arithmetic/animations against integrals in closed form and numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab import lab
from convlab.lab import catalogue
from convlab.workbench import Workbench

animations = lab.load(catalogue.experiments()["animations"])
SMALL = animations.Config(width=7)
signals = st.lists(st.integers(-9, 9), min_size=1, max_size=8).map(np.array)


@given(signals, signals)
def test_the_areas_are_the_sums_of_the_definition(f: np.ndarray, g: np.ndarray) -> None:
    expected = [
        sum(f[p] * g[i - p] for p in range(len(f)) if 0 <= i - p < len(g))
        for i in range(len(f) + len(g) - 1)
    ]
    assert animations.areas(f, g).tolist() == expected


def test_a_box_over_a_decay_is_a_running_sum() -> None:
    spike, box = np.array([9, 4, 1]), np.ones(3, dtype=np.int64)
    assert animations.areas(spike, box).tolist() == [9, 13, 14, 5, 1]


def outcomes() -> dict[str, str]:
    measurements = animations.measure(SMALL, Workbench())
    return {claim.id: claim.check(measurements, SMALL).outcome for claim in animations.CLAIMS}


def test_all_comes_out_as_predicted() -> None:
    assert set(outcomes().values()) == {"holds"}


def test_a_signal_that_is_not_mirrored_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    areas = animations.areas
    monkeypatch.setattr(animations, "areas", lambda stays, slides: areas(stays[::-1], slides))
    assert outcomes()["C404"] == "invalid"
