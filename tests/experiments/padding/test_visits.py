"""Tests of experiments/padding/visits: loops over windows, walks one by one, and what fails."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Claim, Measurements, Outcome, exactly
from convlab.record import Record

visits = lab.load(catalogue.experiments()["visits"])
package = visits.__name__.rpartition(".")[0]
_quantities, _visits = (
    import_module(f"{package}.{name}") for name in ("_visit_quantities", "_visits")
)


@given(st.integers(0, 2), st.integers(5, 9), st.integers(0, 2**32))
def test_contributions_are_those_of_a_loop_over_all_outputs(
    padding: int, side: int, seed: int
) -> None:
    (kernel,) = _visits.signed_kernels(1, Generator().manual_seed(seed))
    expected = torch.zeros(side, side, dtype=torch.float64)
    for top, left in product(range(-padding, side + padding - 2), repeat=2):
        for i, j in product(range(3), repeat=2):
            if 0 <= top + i < side and 0 <= left + j < side:
                expected[top + i, left + j] += kernel[i, j].abs()
    assert torch.equal(_visits.contributions(kernel, padding, side), expected)


@pytest.mark.parametrize("layers", _quantities.DEPTHS)
def test_the_share_of_paths_is_that_of_walks_that_stay(layers: int) -> None:
    steps = list(product((-1, 0, 1), repeat=layers))
    stay = [s for s in steps if all(sum(s[: n + 1]) >= 0 for n in range(layers))]
    assert Fraction(len(stay), len(steps)) == _quantities.WALKS[layers]
    found = _visits.places(_visits.paths(layers, 1, 9))
    assert found["corner"] == len(stay) ** 2 and found["interior"] == 9**layers


def test_kernels_have_no_zero_and_either_sign() -> None:
    kernels = _visits.signed_kernels(50, Generator().manual_seed(0))
    assert set(kernels.abs().flatten().tolist()) == set(range(1, 10))
    assert 0.3 < float((kernels > 0).double().mean()) < 0.7


def test_a_mean_sees_the_zeros_beyond_the_border() -> None:
    found = _visits.means(9)
    assert found["zeros"] == {"corner": 4 / 9, "edge": 6 / 9, "interior": 1.0}
    for mode in _quantities.MODES[1:]:
        assert set(found[mode].values()) == {1.0}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    planned = lab.plan("visits", {"side": 10, "kernels": 7})
    return lab.run(planned, root=tmp_path_factory.mktemp("visits"), first_seed=3)


def test_all_holds_at_other_settings_and_another_seed(record: Record) -> None:
    assert {verdict.outcome for verdict in record.verdicts} == {Outcome.HOLDS}
    assert "4 outputs" in record.answer and "nan" not in record.answer


def test_the_figure_bears_the_counts(record: Record) -> None:
    without, same, full = visits.draw(record)["visits"].axes[:3]
    assert [axes.texts[0].get_text() for axes in (without, same, full)] == ["1", "4", "9"]
    assert [axes.texts[3].get_text() for axes in (without, same, full)] == ["3", "6", "9"]


Case = tuple[str, dict[str, object], float]
WRONG: dict[str, Case] = {  # claim: quantity, its factors, and what would refute the claim
    "C115": (_quantities.LEAST, {"padding": "same size", "place": "edge"}, 0.9),
    "C115r": (_quantities.READ, {"padding": "same size", "place": "edge"}, 9),
    "C115o6": (_quantities.MOST, {"padding": "same size", "place": "edge"}, 1.1),
    "C115o7": (_quantities.MEAN_OF_ONES, {"padded with": "zeros", "place": "corner"}, 1.0),
    "C115o8": (_quantities.OF_INTERIOR, {"layers": 4}, 0.4),
}
SPOILED: dict[str, Case] = {  # and of its control
    "C115": (_quantities.LEAST, {"padding": "same size", "place": "interior"}, 2),
    "C115r": (_quantities.READ, {"padding": "full", "place": "corner"}, 4),
    "C115o6": (_quantities.MOST, {"padding": "full", "place": "corner"}, 0.5),
    "C115o7": (_quantities.MEAN_OF_ONES, {"padded with": "reflect", "place": "corner"}, 0.5),
    "C115o8": (_quantities.PATHS_LEFT, {"layers": 4}, 0.5),
}


@pytest.mark.parametrize("claim", visits.CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_is_refuted_by_another_number_and_needs_its_controls(
    record: Record, claim: Claim
) -> None:
    def outcome(quantity: str, factors: dict[str, object], value: float) -> Outcome:
        changed = Measurements()
        for row in record.measurements.rows:
            here = quantity in row.quantities and factors.items() <= row.factors.items()
            changed.add(
                row.table,
                row.factors,
                row.quantities | ({quantity: exactly(value)} if here else {}),
            )
        return Outcome(claim.check(changed, visits.Config()).outcome)

    assert outcome(*WRONG[claim.id]) in (Outcome.REFUTED, Outcome.INVALID)
    assert outcome(*SPOILED[claim.id]) is not Outcome.HOLDS
