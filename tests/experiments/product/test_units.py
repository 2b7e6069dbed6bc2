"""Tests of units: the units and their starts, the rule of success, the training, the intervals."""

from dataclasses import replace
from math import exp, isnan, log, nan
from pathlib import Path

import pytest
import torch
from scipy.stats import norm
from torch import Tensor

from convlab import lab
from convlab.measure import Outcome, Sample, exactly
from convlab.streams import Stream, generator
from convlab.workbench import Workbench
from experiments.product._arithmetic_units import UNITS, Nalu, Nmu, bound_of_nac, set_by_hand
from experiments.product._unit_figures import as_array
from experiments.product._unit_results import AS_LONG, HERE, newcombe
from experiments.product._unit_training import (
    Course,
    limit_of_solved,
    products,
    solved_by_hand,
    trained,
)


def draws(seeds: int, stream: Stream = Stream.WEIGHTS) -> list[torch.Generator]:
    return [generator(seed, stream) for seed in range(seeds)]


def numbers(seeds: int, count: int) -> Tensor:
    each = [torch.rand(count, 4, generator=g) + 1 for g in draws(seeds, Stream.DATA)]
    return torch.stack(each)


def by_formula(network: torch.nn.Module, seed: int, x: list[float]) -> float:
    """What the network of a seed makes of four numbers, by plain sums."""
    state = {name: tensor[seed].tolist() for name, tensor in network.state_dict().items()}
    if isinstance(network, Nmu):
        z = [sum(w * v for w, v in zip(row, x, strict=True)) for row in state["first"]]
        one, other = (w * v + 1 - w for w, v in zip(state["second"], z, strict=True))
        return float(one * other)
    for layer, gate in (("first", "gates.0"), ("second", "gates.1")):
        large, small = (torch.tensor(state[f"{layer}.{part}"]) for part in ("large", "gate"))
        weights = (large.tanh() * small.sigmoid()).tolist()
        sums = [sum(w * v for w, v in zip(row, x, strict=True)) for row in weights]
        logs = [log(abs(v) + 1e-7) for v in x]
        exps = [exp(sum(w * v for w, v in zip(row, logs, strict=True))) for row in weights]
        if isinstance(network, Nalu):
            inner = [sum(w * v for w, v in zip(row, x, strict=True)) for row in state[gate]]
            gates = [1 / (1 + exp(-v)) for v in inner]
        else:  # the first layer of NAC-mul adds, the second multiplies
            gates = [1.0 if layer == "first" else 0.0] * len(sums)
        x = [g * a + (1 - g) * m for g, a, m in zip(gates, sums, exps, strict=True)]
    return float(x[0])


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_its_formula(name: str) -> None:
    network, x = UNITS[name](draws(3)), numbers(3, 4)
    out = network(x)
    assert out.shape == (3, 4)
    for seed in range(3):
        for place in range(4):
            expected = by_formula(network, seed, x[seed, place].tolist())
            assert out[seed, place].item() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", UNITS)
def test_weights_set_by_hand_multiply(name: str) -> None:
    network, x = UNITS[name](draws(2)), numbers(2, 50)
    set_by_hand(network)
    expected = [[(a + b) * (a + b + c + d) for a, b, c, d in each] for each in x.tolist()]
    torch.testing.assert_close(network(x), torch.tensor(expected), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(products(x), torch.tensor(expected))
    assert solved_by_hand(name, limit_of_solved(1e-5), Workbench())


@pytest.mark.parametrize("name", UNITS)
def test_a_seed_is_the_same_alone(name: str) -> None:
    one, many = UNITS[name](draws(1)).state_dict(), UNITS[name](draws(4)).state_dict()
    assert all(torch.equal(one[key][0], many[key][0]) for key in one)


def test_the_start_of_a_nac_has_its_variance() -> None:
    for inputs, outputs, variance in ((4, 2, 1 / 3), (2, 1, 2 / 5)):
        bound = bound_of_nac(inputs, outputs)
        w, m = torch.empty(2, 1_000_000).uniform_(
            -bound, bound, generator=generator(0, Stream.DATA)
        )
        assert (w.tanh() * m.sigmoid()).var().item() == pytest.approx(variance, rel=0.01)


def test_the_rule_of_success_is_that_of_weights_that_are_a_little_off() -> None:
    x = 2 + 4 * torch.rand(1_000_000, 4, generator=generator(0, Stream.DATA)).double()
    off = 1e-5
    weights = torch.tensor([[1 - off, 1 - off, off, off], [1 - off] * 4]).double()
    error = ((x @ weights.T).prod(dim=1) - products(x)).square().mean().item()
    assert error == pytest.approx(limit_of_solved(off), rel=0.02)
    assert limit_of_solved(off) == pytest.approx(2.16e-6, rel=0.005)  # as published


def test_newcombes_interval_is_as_published() -> None:
    """Newcombe (1998), table II, method 10: 56/70 against 48/80, and 9/10 against 3/10."""
    assert newcombe((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=1e-4)
    assert newcombe((9, 10), (3, 10)) == pytest.approx((0.1705, 0.8090), abs=1e-4)
    low, high = newcombe((500, 1000), (400, 1000))
    reach = norm.ppf(0.975) * (0.25 / 1000 + 0.24 / 1000) ** 0.5  # Wald's, for many
    assert (low, high) == pytest.approx((0.1 - reach, 0.1 + reach), abs=1e-3)


def test_a_course_is_solved_where_the_validation_error_is_least() -> None:
    known = torch.tensor([[9.0, 9, nan], [1, 3, nan], [2, 2, nan]])
    further = torch.tensor([[9.0, 9, nan], [5, 0.1, nan], [0.1, 5, nan]])
    course = Course((0, 1000, 2000), known, further)
    assert course.solved(1) == [False, False, False]  # each best at another look
    assert course.solved(6) == [True, True, False]
    first = course.first_below(1)
    assert first[:2] == [2000, 1000] and isnan(first[2])
    assert course.shares_below(1) == [[False] * 3, [False, True, False], [True, True, False]]
    assert as_array(course.steps, course.shares_below(1))[2].tolist() == [2000, 1, 1, 0]


def test_seeds_are_trained_as_each_alone() -> None:
    how = {"steps": 150, "batch": 16}
    alone, both = (trained("NMU", n, Workbench(), lr=0.01, **how) for n in (1, 2))
    torch.testing.assert_close(alone.known[:, 0], both.known[:, 0], rtol=1e-4, atol=1e-6)
    assert alone.steps == (0, 150) and both.known[-1].max() < both.known[0].min()


def test_weights_stay_between_their_bounds() -> None:
    network = Nmu(draws(2))
    network.first.data *= 100
    network.second.data -= 0.5
    network.settle()
    assert network.first.abs().max() == 1 and network.second.min() == 0


@pytest.mark.long
def test_the_claims_see_other_shares_and_units_that_cannot(tmp_path: Path) -> None:
    planned = lab.plan("units", quick=True)
    measured = lab.run(planned, root=tmp_path).measurements
    claims = {claim.id: claim for claim in planned.claims}

    def outcome(claim: str, values: Sample, quantity: str, **factors: object) -> Outcome:
        """What the claim says where all have learned but that quantity is another."""
        broken = replace(measured, rows=list(measured.rows))
        for place, row in enumerate(broken.rows):
            quantities, known = dict(row.quantities), dict(row.factors)
            if "after" in known:  # as if they had been trained as long as the published ones
                known["after"] = AS_LONG
                quantities = dict(zip(quantities, (exactly(-10), exactly(10)), strict=True))
            elif known["from"] == HERE:
                share = 1.0 if known["unit"] == "NMU" else 0.0
                quantities["solved (share)"] = Sample((share,) * 20, "proportion")
                quantities["solved before training (share)"] = Sample((0.0,) * 40, "proportion")
            if quantity in quantities and factors.items() <= known.items():
                quantities[quantity] = values
            broken.rows[place] = replace(row, factors=known, quantities=quantities)
        return claims[claim].check(broken, planned.settings).outcome

    none, all_ = (Sample((share,) * 20, "proportion") for share in (0.0, 1.0))
    nmu = {"unit": "NMU", "from": HERE}
    assert outcome("C216o7", all_, "solved (share)", **nmu) is Outcome.HOLDS
    assert outcome("C216o7", none, "solved (share)", **nmu) is not Outcome.HOLDS
    by_hand = {"unit": "NALU", "from": "weights by hand"}
    assert outcome("C216o7", exactly(0), "solved (share)", **by_hand) is Outcome.INVALID
    assert outcome("C216o10", exactly(12), "high end (points)", unit="NMU") is Outcome.HOLDS
    assert outcome("C216o10", exactly(22), "high end (points)", unit="NMU") is Outcome.REFUTED
    assert outcome("C216o9", exactly(2), "low end (points)", unit="NMU") is Outcome.REFUTED
