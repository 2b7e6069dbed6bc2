"""Tests of the claims of the experiments without a seed: at other shapes, and with errors."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from convlab import lab, memory
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, exactly
from convlab.memory import NotEnoughMemory
from convlab.record import Record
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


def config(name: str) -> object:
    """The settings of `small`."""
    return experiment(name).Config(**SMALL, **OF_EACH[name][0])


@cache
def small(name: str) -> Measurements:
    return measured(name, **SMALL, **OF_EACH[name][0])


@pytest.mark.parametrize("name", OF_EACH)
def test_every_claim_holds_at_all_settings(name: str) -> None:
    for settings in (SMALL | OF_EACH[name][0], OTHER | OF_EACH[name][1]):
        config = experiment(name).Config(**settings)
        claims, measurements = experiment(name).CLAIMS, measured(name, **settings)
        verdicts = [claim.check(measurements, config, other_settings="side") for claim in claims]
        assert {verdict.outcome for verdict in verdicts} == {Outcome.HOLDS}


@pytest.mark.parametrize("name", OF_EACH)
def test_a_quick_run_decides_every_claim_and_says_what_it_found(name: str, tmp_path: Path) -> None:
    record = lab.run(lab.plan(name, quick=True), root=tmp_path)
    assert {verdict.outcome for verdict in record.verdicts} == {"holds"}
    assert record.answer and "nan" not in record.answer


def test_the_answer_is_true_of_sizes_none_of_which_is_that_of_the_networks() -> None:
    told = experiment("sizes").ANSWER.told(measured("sizes", sizes=(8, 16)))
    assert "all 2 that were tried" in told and "it refused 2 of them" in told


@pytest.mark.parametrize("name", ["cost", "toeplitz", "gradient"])
def test_another_first_seed_draws_other_numbers_of_which_the_same_is_true(
    name: str, tmp_path: Path
) -> None:
    there, here = (
        lab.run(lab.plan(name, quick=True), root=tmp_path, first_seed=first) for first in (1000, 0)
    )
    assert there.measurements.rows != here.measurements.rows
    assert [v.outcome for v in there.verdicts] == [v.outcome for v in here.verdicts]


@pytest.mark.parametrize("name", OF_EACH)
def test_two_runs_give_the_same_numbers(name: str) -> None:
    assert small(name).rows == measured(name, **SMALL, **OF_EACH[name][0]).rows


def spoiled(
    measurements: Measurements, quantity: str, error: float = 1, /, **factors: str
) -> Measurements:
    """The measurements, but with an error in one number."""
    copy, hits = Measurements(), 0
    for row in measurements.rows:
        hit = quantity in row.quantities and factors.items() <= row.factors.items()
        wrong = {quantity: exactly(row.quantities[quantity].center + error)} if hit else {}
        copy.add(row.table, row.factors, row.quantities | wrong)
        hits += hit
    assert hits == 1
    return copy


@pytest.mark.parametrize(
    "name, claim, quantity, factors",
    [
        ("toeplitz", "C002", "places unlike the band's", {"arm": "convolution"}),
        ("toeplitz", "C002", "nonzero weights", {"arm": "dense"}),
        ("sizes", "C003", "sizes refused", {"arm": "perceptron"}),
        ("sizes", "C003o1", "sizes accepted", {"arm": "convolution, flattening"}),
        ("sizes", "C003r", "sizes refused", {"arm": "convolution, global pooling"}),
        ("sizes", "C003r", "sizes refused", {"arm": "convolution"}),
        ("cost", "C007", "multiply-adds, torch − formula", {"arm": "local"}),
        ("cost", "C008", "multiply-adds", {"by": "sparsity", "among": "unshared weights"}),
        ("cost", "C008", "output difference", {"arm": "masked dense"}),
        ("cost", "C008", "inputs per output", {"arm": "convolution"}),
        ("toeplitz", "C010", "diagonal difference", {"arm": "convolution"}),
        ("cost", "C011r", "weights (bytes)", {"arm": "local"}),
        ("cost", "C011r", "positions", {"arm": "convolution"}),
        ("toeplitz", "C012", "output difference", {"arm": "dense, band by hand"}),
        (
            "cost",
            "C305o1",
            "effective multiply-adds",
            {"by": "sharing", "among": "sparse weights"},
        ),
        ("cost", "C305o2", "effective multiply-adds", {"by": "sharing", "among": "dense weights"}),
        ("cost", "C305o2", "output difference", {"arm": "shared dense"}),
        ("gradient", "C308", "terms", {"arm": "shared"}),
        ("gradient", "C308", "terms", {"arm": "unshared"}),
        ("gradient", "C308o1", "gradient difference", {"arm": "local, sum over positions"}),
    ],
)
def test_a_wrong_number_is_noticed(
    name: str, claim: str, quantity: str, factors: dict[str, str]
) -> None:
    (judged,) = [c for c in experiment(name).CLAIMS if c.id == claim]
    spoilt = spoiled(small(name), quantity, **factors)
    assert judged.check(spoilt, config(name)).outcome in (
        Outcome.REFUTED,
        Outcome.INVALID,
    )


@pytest.mark.parametrize(
    "name, id, quantity, arm",
    [
        ("cost", "C007", "output difference", "dense, other weights"),
        ("cost", "C305", "output difference", "dense, other weights"),
        ("toeplitz", "C002", "places unlike the band's", "dense, band at other inputs"),
        ("toeplitz", "C010", "diagonal difference", "local, one weight + 1"),
        ("toeplitz", "C012", "output difference", "local, one weight + 1"),
        ("sizes", "C003r", "sizes refused", "convolution, flattening"),
        ("gradient", "C308o1", "gradient difference", "local, one position"),
    ],
)
def test_a_claim_is_invalid_where_its_control_sees_no_difference(
    name: str, id: str, quantity: str, arm: str
) -> None:
    (claim,) = [claim for claim in experiment(name).CLAIMS if claim.id == id]
    number = small(name).get(quantity, arm=arm).center
    blind = spoiled(small(name), quantity, -number, arm=arm)
    assert claim.check(blind, config(name)).outcome is Outcome.INVALID


@pytest.mark.parametrize("name", ["cost", "toeplitz"])
def test_layers_that_do_not_fit_are_not_built(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(memory, "physical", lambda: 1e6)
    with pytest.raises(NotEnoughMemory, match="dense matrices"):
        measured(name, **SMALL)


@pytest.mark.parametrize("name", OF_EACH)
def test_every_figure_is_drawn(name: str) -> None:
    record = Record(name, "A question?", {}, measurements=small(name))
    assert all(figure.axes for figure in experiment(name).draw(record).values())
