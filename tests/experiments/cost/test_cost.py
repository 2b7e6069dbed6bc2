"""Tests of experiments/cost/cost: its tables against independent counts."""

from __future__ import annotations

from itertools import product

import pytest

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.record import Record
from convlab.workbench import Workbench
from experiments.cost._savings import STEPS

cost = lab.load(catalogue.experiments()["cost"])
DENSE, MASKED, SHARED, LOCAL, CONVOLUTION = cost.LAYERS


@pytest.fixture(scope="module")
def small() -> Measurements:
    config = cost.Config(side=7, in_channels=2, out_channels=3, batch=4)
    measurements: Measurements = cost.measure(config, Workbench())
    return measurements


def test_the_answer_comes_first(small: Measurements) -> None:
    headline = small.rows[:5]
    assert {(row.factors["by"], row.factors["among"]) for row in headline} == set(STEPS)
    assert all({cost.PARAMETERS, cost.MULTIPLY_ADDS} <= row.quantities.keys() for row in headline)
    by_kernel = small.get(cost.PARAMETERS, by=cost.SPARSITY, among=cost.UNSHARED)
    assert by_kernel.center == pytest.approx(49 / 9)


def test_the_table_is_what_counting_by_hand_gives(small: Measurements) -> None:
    """Pairs of an output's and an input's pixel, near ones and all of them."""
    pixels = list(product(range(7), range(7)))
    near = sum(abs(a - c) <= 1 and abs(b - d) <= 1 for (a, b), (c, d) in product(pixels, pixels))
    distances = {(a - c, b - d) for (a, b), (c, d) in product(pixels, pixels)}
    kernels = 2 * 3
    stored = {
        DENSE: kernels * 49 * 49,
        MASKED: kernels * 49 * 49,
        SHARED: kernels * len(distances),
        LOCAL: kernels * 49 * 9,
        CONVOLUTION: kernels * 9,
    }
    for arm in cost.LAYERS:
        pairs = near if arm in (LOCAL, CONVOLUTION) else 49**2
        assert small.get(cost.PARAMETERS, arm=arm).center == stored[arm]
        assert small.get(cost.EFFECTIVE, arm=arm).center == kernels * pairs
        assert small.get(cost.WEIGHTS, arm=arm).center == 4 * stored[arm]
        assert small.get(cost.INPUTS, arm=arm).center == 2 * 9
        assert small.get(cost.POSITIONS, arm=arm).center == 49


def test_layers_keep_the_output_the_patches_or_the_masked_weights(small: Measurements) -> None:
    output = 4 * 4 * 3 * 49  # of the ReLU: bytes, images, channels, pixels
    memory = {arm: small.get(cost.BACKWARD, arm=arm).center for arm in cost.LAYERS}
    assert memory[DENSE] == memory[SHARED] == memory[CONVOLUTION] == output
    assert memory[MASKED] == output + 4 * (2 * 49) * (3 * 49)
    assert memory[LOCAL] >= output


@pytest.mark.parametrize("saved", [cost.PARAMETERS, cost.WEIGHTS, cost.EFFECTIVE])
def test_a_convolution_saves_all_three_or_the_claim_fails(small: Measurements, saved: str) -> None:
    (claim,) = [claim for claim in cost.CLAIMS if claim.id == "C305"]
    assert claim.of(small).center == pytest.approx(7**4 / (3 * 7 - 2) ** 2)  # of the pairs
    spent = {name: small.get(saved, arm=name) for name in (DENSE, CONVOLUTION)}
    alike = Measurements()
    for row in small.rows:
        dense = row.factors.get("arm") == DENSE and saved in row.quantities
        alike.add(
            row.table, row.factors, row.quantities | ({saved: spent[CONVOLUTION]} if dense else {})
        )
    assert claim.check(alike).outcome is Outcome.REFUTED


@pytest.mark.parametrize(
    "name, quantity", [("parameters", cost.PARAMETERS), ("multiply_adds", cost.EFFECTIVE)]
)
def test_bars_show_the_number_of_every_layer(
    small: Measurements, name: str, quantity: str
) -> None:
    (axes,) = cost.draw(Record("cost", "A question?", {}, measurements=small))[name].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == list(cost.LAYERS)
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [small.get(quantity, arm=arm).center for arm in cost.LAYERS]
