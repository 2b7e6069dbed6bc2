"""Tests of experiments/arithmetic/mapsizes against positions that are counted one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab import lab
from convlab.lab import catalogue
from convlab.workbench import Workbench

mapsizes = lab.load(catalogue.experiments()["mapsizes"])
INSIDE = mapsizes.changed.__globals__  # of the file beside it
Way = INSIDE["Way"]
SMALL = mapsizes.Config(largest=7)


@given(*(st.integers(low, high) for low, high in ((1, 12), (1, 5), (1, 4), (0, 3), (1, 3))))
def test_a_map_has_a_row_for_every_place_of_the_kernel(
    n: int, k: int, s: int, p: int, d: int
) -> None:
    places = [start for start in range(0, n + 2 * p, s) if start + d * (k - 1) < n + 2 * p]
    if places:
        assert Way(n, k, s, p, d).size == len(places)


def test_the_next_kernel_changes_the_size_where_the_formula_says_so() -> None:
    pairs = [(n, k) for n in range(3, 13) for k in range(1, 6) if k + 1 <= n]
    for stride in (1, 2, 3):
        expected = [(n - k) // stride != (n - k - 1) // stride for n, k in pairs]
        found = mapsizes.changed(12, stride, padded=False)
        assert found == pytest.approx(100 * sum(expected) / len(pairs))


def test_all_comes_out_as_predicted() -> None:
    measurements = mapsizes.measure(SMALL, Workbench(first_seed=2))
    verdicts = [claim.check(measurements, SMALL) for claim in mapsizes.CLAIMS]
    assert [verdict.id for verdict in verdicts if verdict.outcome != verdict.expected] == []


def test_a_layer_that_rounds_up_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def rounded_up(way: object) -> int:
        n, k, s, p, d = (getattr(way, name) for name in "nkspd")
        return int(-(-(n + 2 * p - d * (k - 1) - 1) // s)) + 1

    monkeypatch.setattr(Way, "size", property(rounded_up))
    measurements = mapsizes.measure(SMALL, Workbench())
    outcomes = {claim.id: claim.check(measurements, SMALL).outcome for claim in mapsizes.CLAIMS}
    assert outcomes["C108"] == "refuted" and outcomes["C109"] == "holds"
