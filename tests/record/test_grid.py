"""Tests of convlab.record.grid: the tables that every document of a record shows."""

from dataclasses import replace

import pytest

from convlab.measure import Measurements, Outcome, Sample, Varies, Verdict, exactly
from convlab.record import Record, Trained, grid

HOLDS, REFUTED, UNDECIDED, INVALID = Outcome
VERDICT = Verdict("C1", "S0", "it is so", HOLDS, HOLDS, "exactly 1", "1", "size", "px")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "✓ holds"),
        ({"outcome": REFUTED, "expected": REFUTED}, "✓ refuted, as expected"),
        ({"outcome": REFUTED, "expected": None}, "✓ refuted (either was possible)"),
        ({"identity": True}, "✓ holds, by construction"),
        ({"expected": REFUTED}, "✗ holds, but refuted was expected"),
        ({"outcome": UNDECIDED, "why": "needs 6 seeds"}, "? undecided: needs 6 seeds"),
        ({"outcome": INVALID, "why": "not trained"}, "✗ invalid: not trained"),
        ({"outcome": UNDECIDED}, "? undecided"),
        ({"other_settings": "side=2, not 4"}, "? predicted for other settings: side=2, not 4"),
    ],
)
def test_a_verdict_reads_without_a_legend(changes: dict[str, object], words: str) -> None:
    verdict = replace(VERDICT, **changes)  # type: ignore[arg-type]
    (row,) = grid.claims([verdict]).rows
    assert row == ("C1 (S0)", "it is so", "size (px)", "exactly 1", "1", words)
    assert grid.claims([verdict], marks=False).rows[0][-1] == words.partition(" ")[2]


def test_what_the_claims_are_over_is_said_once() -> None:
    ten, exact, fifty = (replace(VERDICT, over=over) for over in ("10 seeds", "", "50 repeats"))
    assert grid.claims([ten, exact, ten]).caption == "10 seeds"
    others = replace(ten, id="C2"), replace(fifty, id="C3")
    assert grid.claims([ten, exact, *others]).caption == "C1, C2: 10 seeds; C3: 50 repeats"
    assert grid.claims([exact]).caption == ""


def sample(statistic: str = "median", varies: Varies = "") -> Sample:
    return Sample((1.0, 2.0, 3.0), statistic, varies)  # type: ignore[arg-type]


def tables(*rows: tuple[dict[str, object], dict[str, Sample]]) -> list[grid.Grid]:
    measurements = Measurements()
    for factors, quantities in rows:
        measurements.add("t", factors, quantities)
    return grid.quantities(Record("e", "Is it?", {}, measurements=measurements))


def test_what_all_columns_show_is_said_once_and_else_in_each() -> None:
    (table,) = tables(({"arm": "a"}, {"x": sample(), "y": sample("mean", "weights")}))
    assert table.title == "t" and table.headings == ("arm", "x, median", "y, mean")
    assert table.caption.startswith("medians and means over 3 seeds, which vary weights")
    (table,) = tables(({"arm": "a"}, {"x": sample("mean"), "y": sample("mean")}))
    assert (table.title, table.headings) == ("t", ("arm", "x", "y"))
    assert table.words == 1 and table.rows[0][1] == str(sample("mean"))


def test_a_row_without_a_quantity_or_a_factor_has_an_empty_cell() -> None:
    (table,) = tables(({"arm": "a"}, {"x": exactly(1)}), ({"size": 0.5}, {"y": exactly(2)}))
    assert table.headings == ("arm", "size", "x", "y")
    assert table.rows == (("a", "", "1", ""), ("", "0.5", "", "2"))


def test_arms_stand_side_by_side_where_that_is_shorter() -> None:
    rows: list[tuple[dict[str, object], dict[str, Sample]]]
    rows = [({"arm": arm, "size": 1}, {"x": exactly(2)}) for arm in ("a", "b")]
    (table,) = tables(*rows, ({"arm": "a", "size": 2}, {"x": exactly(3)}))
    assert (table.title, table.headings) == ("t, x", ("size", "a", "b"))
    assert table.rows == (("1", "2", "2"), ("2", "3", ""))


def test_trainings_have_a_row_each_and_trials_one_together() -> None:
    one = Trained("cnn", 12, None, 3, 100, sample(), sample(), 1, 2.5)
    trial = replace(one, trial=True)
    arm, trials = grid.trained([one, trial, trial]).rows
    assert arm[:5] == ("cnn", "12", "?", "3", "100") and arm[-2:] == ("1", "2.5")
    assert trials[0] == "2 trials" and trials[-1] == "5.0"


def test_nothing_in_a_grid_acts_on_a_terminal() -> None:
    (table,) = tables(({"arm": "a\x1b[31m\nb"}, {"x\n": exactly(1)}))
    assert table.rows[0][0] == r"a\x1b[31m\nb" and table.headings[1] == r"x\n"
