"""Tests of experiments/cost: its tables against independent counts, its claims against errors."""

from __future__ import annotations

from itertools import product

import pytest

from convlab import catalogue, lab
from convlab.measure import Measurements, Outcome, exactly
from convlab.memory import NotEnoughMemory
from convlab.workbench import Workbench

cost = lab.load(catalogue.LAB / "experiments" / "cost.py")
SMALL = {"side": 7, "in_channels": 2, "out_channels": 3, "batch": 4, "sizes": (5, 7, 9)}


def measured(**settings: object) -> Measurements:
    measurements: Measurements = cost.measure(cost.Config(**SMALL | settings), Workbench())
    return measurements


@pytest.fixture(scope="module")
def small() -> Measurements:
    return measured()


def test_every_claim_comes_out_as_expected(small: Measurements) -> None:
    verdicts = [claim.check(small) for claim in cost.CLAIMS]
    assert verdicts
    assert [(v.id, v.outcome) for v in verdicts] == [(v.id, v.expected) for v in verdicts]


def test_other_shapes_say_the_same() -> None:
    other = measured(side=9, in_channels=1, out_channels=1, kernel=5, sizes=(9, 10))
    for claim in cost.CLAIMS:
        assert claim.check(other).outcome == claim.expected


def test_the_table_is_what_counting_by_hand_gives(small: Measurements) -> None:
    """Pairs of an output's and an input's pixel, near ones and all of them."""
    pixels = list(product(range(7), range(7)))
    near = sum(abs(a - c) <= 1 and abs(b - d) <= 1 for (a, b), (c, d) in product(pixels, pixels))
    distances = {(a - c, b - d) for (a, b), (c, d) in product(pixels, pixels)}
    kernels = 2 * 3
    stored = {
        cost.DENSE: kernels * 49 * 49,
        cost.MASKED: kernels * 49 * 49,
        cost.SHARED: kernels * len(distances),
        cost.LOCAL: kernels * 49 * 9,
        cost.CONVOLUTION: kernels * 9,
    }
    for name in cost.LAYERS:
        pairs = near if name in (cost.LOCAL, cost.CONVOLUTION) else 49**2
        assert small.get(cost.PARAMETERS, layer=name).center == stored[name]
        assert small.get(cost.EFFECTIVE, layer=name).center == kernels * pairs
        assert small.get(cost.WEIGHTS, layer=name).center == 4 * stored[name]
        assert small.get(cost.NONZERO, layer=name).center == kernels * near


def test_what_is_kept_is_the_output_the_patches_or_the_masked_weights(small: Measurements) -> None:
    output = 4 * 4 * 3 * 49  # of the ReLU: bytes, images, channels, pixels
    kept = {name: small.get(cost.KEPT, layer=name).center for name in cost.LAYERS}
    assert kept[cost.DENSE] == kept[cost.SHARED] == kept[cost.CONVOLUTION] == output
    assert kept[cost.MASKED] == output + 4 * (2 * 49) * (3 * 49)
    assert kept[cost.LOCAL] >= output


def spoiled(measurements: Measurements, quantity: str, **factors: str) -> Measurements:
    """The measurements, but 1 is added to one number."""
    copy = Measurements()
    for row in measurements.rows:
        hit = quantity in row.quantities and factors.items() <= row.factors.items()
        wrong = {quantity: exactly(row.quantities[quantity].center + 1)} if hit else {}
        copy.add(row.table, row.factors, row.quantities | wrong)
    return copy


@pytest.mark.parametrize(
    "claim, quantity, factors",
    [
        ("C002", "nonzero weights", {"layer": "convolution"}),
        ("C003r", "sizes refused", {"network": "convolution, global pooling"}),
        ("C007", "torch - formula", {"layer": "local"}),
        ("C008", "multiply-adds", {"by": "sparsity", "among": "unshared weights"}),
        ("C008", "outputs differ by", {"layer": "masked dense"}),
        ("C010", "diagonals differ by", {"layer": "convolution"}),
        ("C011", "weights (bytes)", {"layer": "local"}),
        ("C012", "outputs differ by", {"layer": "band, by hand"}),
        ("C305r", "of real pixels", {"by": "sharing", "among": "sparse weights"}),
        ("C308", "terms", {"kernels": "shared"}),
        ("C308b", "gradients differ by", {"local": "all positions"}),
    ],
)
def test_a_wrong_number_is_noticed(
    small: Measurements, claim: str, quantity: str, factors: dict[str, str]
) -> None:
    (judged,) = [c for c in cost.CLAIMS if c.id == claim]
    assert judged.check(spoiled(small, quantity, **factors)).outcome in (
        Outcome.REFUTED,
        Outcome.INVALID,
    )


def test_what_does_not_fit_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    from convlab import memory

    monkeypatch.setattr(memory, "physical", lambda: 1e6)
    with pytest.raises(NotEnoughMemory, match="ten dense matrices"):
        measured()


def test_bars_show_every_layer(small: Measurements) -> None:
    figures = cost.draw(small)
    assert set(figures) == {"parameters", "multiply_adds"}
    for figure in figures.values():
        (axes,) = figure.axes
        assert [label.get_text() for label in axes.get_yticklabels()] == list(cost.LAYERS)
