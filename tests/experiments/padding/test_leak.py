"""Tests of experiments/padding/leak.py: how far zero padding reaches, and what decides."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Sample, exactly
from convlab.train import Networks
from convlab.workbench import Workbench
from experiments.padding._half_names import Padding
from experiments.padding._halves import GAPS, logits, network, pairs, small_digits

leak = lab.load(catalogue.experiments()["leak"])


def gaps_that_differ(padding: Padding, depth: int) -> set[int]:
    """The gaps at which one of five random networks tells the images of some pair apart."""
    generator = torch.Generator().manual_seed(0)
    x, gap = pairs(small_digits(generator)[1], generator)
    x = x.expand(5, *x.shape)
    torch.manual_seed(0)
    each = [network(padding, depth, 3) for _ in range(5)]
    parameters, _ = torch.func.stack_module_state(each)
    of_pairs = logits(Networks(each[0], parameters, torch.zeros(5, 1)), x)
    differs = (of_pairs[:, 0] != of_pairs[:, 1]).any(dim=-1).any(dim=0)
    return set(gap[differs].tolist())


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_zero_padding_reaches_two_pixels_further_with_every_layer(depth: int) -> None:
    assert gaps_that_differ("zeros", depth) == {gap for gap in GAPS if gap <= 2 * (depth - 1)}


@pytest.mark.parametrize("depth", [1, 3])
def test_circular_padding_reaches_nothing(depth: int) -> None:
    assert gaps_that_differ("circular", depth) == set()


def test_a_small_run_has_a_row_for_every_arm_and_gap_and_no_exception() -> None:
    training = leak.Training(steps=1, batch=32)
    config = leak.Config(seeds=3, channels=3, examples=32, training=training)
    measurements = leak.measure(config, Workbench())
    for padding, depth in leak.ARMS:
        for gap in ("all", *map(str, GAPS)):
            row = {"padding": padding, "layers": depth, leak.GAP: gap}
            assert len(measurements.get(leak.ACCURACY, **row).values) == 3
            difference = measurements.get(leak.DIFFERENCE, **row).center
            assert (difference == 0) == (padding == "circular" or gap not in reached(depth))
    assert leak.exceptions(measurements, beyond=True).center == 0
    assert set(outcomes(measurements)) == set(EXPECTED)  # each claim finds its rows


def reached(depth: int) -> set[str]:
    return {"all", *(str(gap) for gap in GAPS if gap <= 2 * (depth - 1))}


def rows_of(margins: Tensor, gaps: Tensor) -> Measurements:
    """The rows of networks with these margins (S, 2, N) for class 1."""
    measurements = Measurements()
    logits = torch.stack((torch.zeros_like(margins), margins), dim=-1)
    leak.add_rows(measurements, {"padding": "zeros", "layers": 2}, logits, gaps[None])
    return measurements


def test_each_gap_has_the_accuracy_and_the_difference_of_its_own_pairs() -> None:
    gaps = torch.tensor([0, 1, 2, 3, 3])
    first = torch.tensor([[-1.0, 1, 1, 1, 1]])
    second = torch.tensor([[1.0, 1, -2, 1, 1]])
    measurements = rows_of(torch.stack((first, second), dim=1), gaps)
    expected = {"0": (100, 2), "1": (50, 0), "2": (0, 3), "3": (50, 0), "all": (50, 3)}
    for gap, (right, difference) in expected.items():
        row = {"padding": "zeros", "layers": 2, leak.GAP: gap}
        accuracy = measurements.get(leak.ACCURACY, **row)
        assert accuracy == Sample((right,), "mean", "weights and data")
        assert measurements.get(leak.DIFFERENCE, **row) == exactly(difference)
    # At a gap of 1, two layers should differ.
    assert [leak.exceptions(measurements, beyond).center for beyond in (True, False)] == [0, 1]


def seen(broken: tuple[tuple[int, int], ...] = (), **changes: float) -> Measurements:
    """What a full run finds, but for broken (depth, gap), and for changes of single numbers."""
    measurements = Measurements()
    numbers = {
        "zeros": 65,
        "half": 63,
        "circular": 50,
        "circular_difference": 0,
        "one_layer": 50,
    } | changes
    accuracies = {
        ("circular", 2): numbers["circular"],
        ("zeros", 1): numbers["one_layer"],
        ("zeros", 2): numbers["zeros"],
        ("zeros", 3): 90,
    }
    for (padding, depth), accuracy in accuracies.items():
        for gap in ("all", *GAPS):
            reached = padding == "zeros" and (gap == "all" or gap <= 2 * (depth - 1))
            difference = 0.1 * (reached != ((depth, gap) in broken and padding == "zeros"))
            difference = numbers["circular_difference"] if padding == "circular" else difference
            row = {"padding": padding, "layers": depth, leak.GAP: str(gap)}
            quantities = {
                leak.ACCURACY: Sample((float(accuracy),) * 6, "mean"),
                leak.DIFFERENCE: exactly(difference),
            }
            measurements.add("top or bottom?", row, quantities)
    half = Sample(tuple(numbers["half"] + 0.1 * i for i in range(6)), "mean")
    measurements.add("half", {}, {leak.HALF_ACCURACY: half})
    return measurements


def outcomes(measurements: Measurements) -> dict[str, str]:
    return {claim.id: str(claim.check(measurements).outcome) for claim in leak.CLAIMS}


EXPECTED = {"C115o1": "refuted"} | dict.fromkeys(("C115o2", "C115o3", "C115o4", "C115o5"), "holds")


def test_the_claims_come_out_as_expected_where_padding_leaks() -> None:
    assert outcomes(seen()) == EXPECTED
    assert {claim.id: str(claim.expected) for claim in leak.CLAIMS} == EXPECTED


@pytest.mark.parametrize(
    ("changes", "others"),
    [
        ({"zeros": 50}, {"C115o1": "holds", "C115o2": "refuted"}),
        ({"zeros": 54}, {"C115o2": "refuted"}),
        ({"half": 54}, {"C115o2": "invalid"}),  # half the steps decide something else
        ({"circular": 51}, {"C115o5": "refuted"}),
        (
            {"circular_difference": 1e-9},
            dict.fromkeys(("C115o1", "C115o2", "C115o5"), "invalid"),
        ),
        ({"one_layer": 99}, {}),
        ({"broken": ((3, 3),)}, {"C115o4": "refuted"}),
        ({"broken": ((1, 2),)}, {"C115o3": "refuted"}),
    ],
)
def test_each_claim_is_decided_by_its_own_numbers(
    changes: dict[str, Any], others: dict[str, str]
) -> None:
    assert outcomes(seen(**changes)) == EXPECTED | others


def test_networks_that_see_nothing_at_all_say_nothing_of_what_is_beyond_their_reach() -> None:
    blind = seen()
    for row in blind.rows:
        if row.factors.get("padding") == "zeros":
            row.quantities[leak.DIFFERENCE] = exactly(0)
    assert outcomes(blind)["C115o3"] == "invalid"


@pytest.mark.parametrize(
    ("broken", "beyond", "within"),
    [((), 0, 0), (((1, 2),), 1, 0), (((2, 0), (3, 3)), 0, 2), (((2, 3), (3, 3)), 1, 1)],
)
def test_exceptions_are_depths_and_gaps_that_break_the_rule(
    broken: tuple[tuple[int, int], ...], beyond: int, within: int
) -> None:
    assert leak.exceptions(seen(broken), beyond=True).center == beyond
    assert leak.exceptions(seen(broken), beyond=False).center == within


def test_another_first_seed_draws_other_digits_and_weights() -> None:
    config = leak.Config(
        seeds=1, channels=2, examples=32, training=leak.Training(steps=2, batch=8)
    )
    first, again, other = (
        leak.measure(config, Workbench(first_seed=seed)).get(
            leak.DIFFERENCE, padding="zeros", layers=3, **leak.ALL
        )
        for seed in (0, 0, 1000)
    )
    assert first == again != other
