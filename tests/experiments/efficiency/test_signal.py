"""Tests of the signal among noise, of the networks that look for it, and of `signal`'s claims."""

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.measure import Measurements, Outcome, Sample, exactly
from convlab.settings import Training
from convlab.streams import Stream
from convlab.workbench import Workbench
from experiments.efficiency import signal
from experiments.efficiency._signal_networks import (
    Patches,
    Thresholded,
    Trials,
    all_shifts,
    build,
    oracle,
    right,
    threshold,
)
from experiments.efficiency._signal_quantities import slope_of, slope_of_bound
from experiments.efficiency._signal_settings import (
    ARMS,
    DENSE,
    DRAWN,
    FIXED,
    FROM_FEW,
    HALF,
    KNOWN,
    LOCAL,
    MIDDLE,
    MOST,
    NEEDED,
    SHARED,
    TRIED,
    examples_needed,
    slope,
)

CLEAN = Patches(4, 3, noise=0.0)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def needed(*reached: float, counts: tuple[int, ...] = (2, 4, 8)) -> float:
    samples = {n: Sample((each,)) for n, each in zip(counts, reached, strict=True)}
    return examples_needed(samples, 80).center


def test_a_target_is_reached_between_two_numbers_of_examples() -> None:
    assert needed(60, 70, 90) == pytest.approx(4 * sqrt(2))  # half way from 4 to 8, by logarithms
    assert needed(60, 80, 70) == pytest.approx(4)  # at the first that reaches it
    assert needed(81, 50, 99) == 2
    assert needed(60, 70, 79) == 16  # twice the most


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.floats(-3, 3), st.lists(st.integers(1, 500), min_size=2, max_size=5, unique=True))
def test_the_slope_of_a_power_is_its_exponent(power: float, x: list[int]) -> None:
    y = [3 * n**power for n in x]
    assert slope(x, y) == pytest.approx(power, abs=1e-6)
    fitted, _ = np.polyfit(np.log(x), np.log(np.array(y) * np.arange(2, len(x) + 2)), 1)
    assert slope(x, [n * k for k, n in enumerate(y, 2)]) == pytest.approx(fitted, abs=1e-6)


def test_the_slopes_of_the_bound_are_those_of_the_audit() -> None:
    assert slope_of_bound("size") == pytest.approx(0.34, abs=0.01)
    assert 1.6 < slope_of_bound("patches") < 1.8


def test_one_patch_holds_the_signal_with_the_sign_of_the_label() -> None:
    direction = CLEAN.direction(generator())
    data = CLEAN.draw(200, direction, generator(1))
    found = (data.x @ direction).round(decimals=5)  # 0, or the label
    assert torch.equal(found.sum(1), data.y) and torch.equal(found.abs().sum(1), torch.ones(200))
    assert set(found.nonzero()[:, 1].tolist()) == {0, 1, 2, 3}
    fixed = replace(CLEAN, fixed=True).draw(50, direction, generator(1))
    assert set((fixed.x @ direction).round(decimals=5).nonzero()[:, 1].tolist()) == {0}


def test_fewer_examples_are_the_first_of_more_and_drawn_labels_differ() -> None:
    few, more = (CLEAN.training(n, 64)(generator()) for n in (8, 64))
    assert torch.equal(few.x, more.x[:8]) and torch.equal(few.y, more.y[:8])
    drawn = replace(CLEAN, shuffled=True).training(64, 64)(generator())
    assert torch.equal(drawn.x, more.x) and 10 < int((drawn.y != more.y).sum()) < 54


def test_held_out_examples_have_the_signal_of_the_seed_and_are_new() -> None:
    workbench = Workbench(first_seed=3)
    x, y, directions = CLEAN.held_out(workbench, 2)
    for seed in range(2):
        trained = CLEAN.training(9, 9)(workbench.generator(Stream.DATA, seed))
        assert torch.allclose((trained.x @ directions[seed]).sum(1), trained.y, atol=1e-5)
    assert torch.allclose(torch.einsum("snkd,sd->sn", x, directions), y, atol=1e-5)
    assert oracle(CLEAN, workbench, 2).values == (100, 100)


@pytest.mark.parametrize("arm", ARMS)
def test_networks_are_the_nested_sums(arm: str) -> None:
    torch.manual_seed(0)
    network, x = build(arm, CLEAN), torch.randn(5, 4, 3)
    assert isinstance(network, Thresholded)
    network.b.data.fill_(0.3)
    for example, answer in zip(x, network(x).tolist(), strict=True):
        total = 0.0
        for unit in range(4):
            weight = (network.weight if arm == SHARED else network.weight[unit]).tolist()
            seen = (example.flatten() if arm == DENSE else example[unit]).tolist()
            u = sum(w * v for w, v in zip(weight, seen, strict=True))
            total += max(u - 0.3, 0) - max(-u - 0.3, 0)
        assert answer == pytest.approx(total, abs=1e-5)


def test_an_answer_of_0_is_right_in_half_the_cases() -> None:
    answers, y = torch.tensor([[0.0, 0.0, 2.0, -1.0]]), torch.tensor([[1.0, -1.0, 1.0, 1.0]])
    assert right(answers, y).tolist() == [50]


def test_within_the_threshold_nothing_counts_and_the_sign_is_kept() -> None:
    u = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0])
    assert threshold(u, 1.0).tolist() == [-1, 0, 0, 0, 1]


def test_all_shifts_are_those_of_every_example() -> None:
    data = CLEAN.training(3, 3)(generator())
    shifted = all_shifts(data)
    expected = sorted(
        str(x[[(i - s) % 4 for i in range(4)]].tolist()) for x in data.x for s in range(4)
    )
    assert sorted(str(x.tolist()) for x in shifted.x) == expected
    direction = CLEAN.direction(generator())
    assert torch.allclose((shifted.x @ direction).sum(1), shifted.y, atol=1e-5)


def test_a_clear_signal_is_learned_and_drawn_labels_are_not() -> None:
    trials = Trials(Workbench(), 2, Training(steps=60, lr=0.05), 64)
    clear = trials.accuracies(SHARED, Patches(4, 3, 0.05), (64,))[64]
    drawn = trials.accuracies(SHARED, Patches(4, 3, 0.05, shuffled=True), (64,))[64]
    assert min(clear.values) > 95 and clear.varies == "weights and data"
    assert drawn.center < 90
    assert trials.in_half_the_steps().training.steps == 30


def measured(
    times: dict[str, float], fixed: dict[str, float], *, drawn: float = 50
) -> Measurements:
    """As a run would measure it, if the arms needed so many times k (k + d) / 100 examples."""
    found = Measurements()
    for row in TRIED:
        k, d = row["patches"], row["size"]
        for arm in ARMS:
            values = tuple(times[arm] * k * (k + d) / 100 * (1 + i / 100) for i in range(8))
            found.add("", row | {"arm": arm}, {NEEDED: Sample(values)})
        found.add("", row, {KNOWN: exactly(99)})
    for arm in ARMS:
        few = exactly(100 - fixed[arm])
        for number in (MIDDLE, MOST):
            place = {"arm": arm, "where": FIXED, "patches": number}
            found.add("", place, {NEEDED: Sample((fixed[arm],) * 8), FROM_FEW: few})
    for arm in ARMS:
        half = Sample(tuple(times[arm] * 32 * 40 / 100 * (1 + i / 100) for i in range(8)))
        found.add("", {"arm": arm}, {HALF: half, DRAWN: exactly(drawn)})
    return found


OUTCOMES = {claim.id: claim for claim in signal.CLAIMS}
AS_FIXED = {SHARED: 18.0, LOCAL: 4.0, DENSE: 4.0}


def outcome(claim: str, found: Measurements) -> Outcome:
    return OUTCOMES[claim].check(found, signal.Config()).outcome


def test_claims_hold_where_sharing_helps_and_are_refuted_where_it_does_not() -> None:
    helps = measured({SHARED: 1, LOCAL: 6, DENSE: 9}, AS_FIXED)
    no_help = measured({SHARED: 7, LOCAL: 6, DENSE: 5}, AS_FIXED)
    for claim in ("C304", "C304o1", "C304o2", "C304o3"):
        assert outcome(claim, helps) == "holds"
        assert outcome(claim, no_help) == "refuted"
    assert outcome("C304o4", helps) == outcome("C304o5", helps) == "holds"  # k (k + d) itself
    assert slope_of(LOCAL, "size")(helps).center == pytest.approx(slope_of_bound("size"))


def test_a_task_whose_fixed_patch_favours_sharing_too_makes_claims_invalid() -> None:
    found = measured({SHARED: 1, LOCAL: 6, DENSE: 9}, {SHARED: 2.0, LOCAL: 12.0, DENSE: 4.0})
    assert outcome("C304", found) == "invalid" and outcome("C304o6", found) == "refuted"
    assert outcome("C304o7", found) == "refuted"


def test_a_task_whose_fixed_patch_favours_sharing_more_makes_claims_invalid() -> None:
    times, in_fixed = {SHARED: 1.0, LOCAL: 3.0, DENSE: 9.0}, {SHARED: 2.0, LOCAL: 7.0, DENSE: 4.0}
    assert outcome("C304o1", measured(times, in_fixed)) == "invalid"  # 3.5 times fewer, not 3


def test_labels_that_leak_make_claims_invalid() -> None:
    found = measured({SHARED: 1, LOCAL: 6, DENSE: 9}, AS_FIXED, drawn=56)
    assert outcome("C304", found) == outcome("C304o2", found) == "invalid"
