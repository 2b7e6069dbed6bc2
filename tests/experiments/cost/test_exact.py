"""Tests of the experiments that draw no seed: what they claim, at other shapes, with errors."""

from __future__ import annotations

from functools import cache
from types import ModuleType

import pytest

from convlab import lab, memory
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, exactly
from convlab.memory import NotEnoughMemory
from convlab.workbench import Workbench

SMALL = {"side": 7, "in_channels": 2, "out_channels": 3}
OTHER = {"side": 9, "in_channels": 1, "out_channels": 1, "kernel": 5}
OF_EACH: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "cost": ({"batch": 4}, {"batch": 1}),
    "toeplitz": ({}, {}),
    "gradient": ({}, {}),
    "sizes": ({"sizes": (5, 7, 9)}, {"sizes": (9, 10)}),
}


@cache
def experiment(name: str) -> ModuleType:
    return lab.load(catalogue.experiments()[name])


def measured(name: str, **settings: object) -> Measurements:
    loaded = experiment(name)
    measurements: Measurements = loaded.measure(loaded.Config(**settings), Workbench())
    return measurements


@cache
def small(name: str) -> Measurements:
    return measured(name, **SMALL, **OF_EACH[name][0])


@pytest.mark.parametrize("name", OF_EACH)
def test_every_claim_comes_out_as_expected(name: str) -> None:
    for measurements in (small(name), measured(name, **OTHER, **OF_EACH[name][1])):
        verdicts = [claim.check(measurements) for claim in experiment(name).CLAIMS]
        assert verdicts
        assert [(v.id, v.outcome) for v in verdicts] == [(v.id, v.expected) for v in verdicts]


@pytest.mark.parametrize("name", OF_EACH)
def test_nothing_is_drawn_but_from_a_seed(name: str) -> None:
    assert small(name).rows == measured(name, **SMALL, **OF_EACH[name][0]).rows


def spoiled(measurements: Measurements, quantity: str, **factors: str) -> Measurements:
    """The measurements, but 1 is added to one number."""
    copy, hits = Measurements(), 0
    for row in measurements.rows:
        hit = quantity in row.quantities and factors.items() <= row.factors.items()
        wrong = {quantity: exactly(row.quantities[quantity].center + 1)} if hit else {}
        copy.add(row.table, row.factors, row.quantities | wrong)
        hits += hit
    assert hits == 1
    return copy


@pytest.mark.parametrize(
    "name, claim, quantity, factors",
    [
        ("toeplitz", "C002", "nonzero weights", {"layer": "convolution"}),
        ("sizes", "C003r", "sizes refused", {"network": "convolution, global pooling"}),
        ("cost", "C007", "torch - formula", {"layer": "local"}),
        ("cost", "C008", "multiply-adds", {"by": "sparsity", "among": "unshared weights"}),
        ("cost", "C008", "outputs differ by", {"layer": "masked dense"}),
        ("toeplitz", "C010", "diagonals differ by", {"layer": "convolution"}),
        ("cost", "C011", "weights (bytes)", {"layer": "local"}),
        ("toeplitz", "C012", "outputs differ by", {"layer": "dense, band by hand"}),
        ("cost", "C305r", "of real pixels", {"by": "sharing", "among": "sparse weights"}),
        ("gradient", "C308", "terms", {"kernels": "shared"}),
        ("gradient", "C308b", "gradients differ by", {"local": "all positions"}),
    ],
)
def test_a_wrong_number_is_noticed(
    name: str, claim: str, quantity: str, factors: dict[str, str]
) -> None:
    (judged,) = [c for c in experiment(name).CLAIMS if c.id == claim]
    assert judged.check(spoiled(small(name), quantity, **factors)).outcome in (
        Outcome.REFUTED,
        Outcome.INVALID,
    )


@pytest.mark.parametrize("name", ["cost", "toeplitz"])
def test_what_does_not_fit_is_not_tried(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(memory, "physical", lambda: 1e6)
    with pytest.raises(NotEnoughMemory, match="ten dense matrices"):
        measured(name, **SMALL)


@pytest.mark.parametrize("name", OF_EACH)
def test_every_figure_is_drawn(name: str) -> None:
    assert all(figure.axes for figure in experiment(name).draw(small(name)).values())
