"""Tests of convlab.record.comparison: two runs beside each other, nothing of them left out."""

import json
from dataclasses import replace
from typing import Any

import pytest

from convlab.measure import Measurements, Outcome, Sample, Verdict, exactly
from convlab.record import Record, as_json
from convlab.record.comparison import MISSING, Comparison

HOLDS, REFUTED, *_ = Outcome
Rows = list[tuple[dict[str, Any], dict[str, Sample]]]


def verdict(name: str, outcome: Outcome) -> Verdict:
    return Verdict(name, "S0", f"{name} is so", outcome, HOLDS, "1", "1")


def record(rows: Rows, *verdicts: Verdict, **changes: Any) -> Record:
    measurements = Measurements()
    for factors, quantities in rows:
        measurements.add("t", factors, quantities)
    made = Record("e", "Is it?", {}, measurements=measurements, verdicts=verdicts)
    return replace(made, **changes)


def drawn(*values: float) -> Sample:
    return Sample(tuple(values), "mean")


def test_settings_that_differ_are_named_by_their_dotted_keys() -> None:
    one = record([], settings={"seeds": 3, "training": {"lr": 0.1, "steps": 5}})
    other = record([], settings={"seeds": 3, "training": {"lr": 0.2}, "side": 4})
    assert Comparison(one, other).settings == {
        "training.lr": (0.1, 0.2),
        "training.steps": (5, MISSING),
        "side": (MISSING, 4),
    }
    assert Comparison(one, one).settings == {} == Comparison(one, one).facts


def test_rows_are_paired_by_their_factors_wherever_they_stand() -> None:
    a, b = {"arm": "a", "size": 1}, {"size": 1, "arm": "b"}
    one = record([(a, {"x": exactly(1)}), (b, {"x": exactly(2)})])
    other = record([(dict(reversed(b.items())), {"x": exactly(5)}), (a, {"x": exactly(3)})])
    pairs = Comparison(one, other).pairs
    assert [pair.row for pair in pairs] == ["arm=a, size=1", "size=1, arm=b"]
    assert [pair.difference.center for pair in pairs if pair.difference] == [2, 3]


def test_what_only_one_run_has_is_there_without_a_difference() -> None:
    one = record([({"arm": "a"}, {"x": exactly(1), "y": exactly(2)})])
    other = record([({"arm": "a"}, {"x": exactly(1)}), ({"arm": "b"}, {"x": exactly(4)})])
    _, y, b = Comparison(one, other).pairs
    assert (y.quantity, y.other, y.difference) == ("y", None, None)
    assert (b.row, b.one, b.difference) == ("arm=b", None, None)


def test_rows_that_are_alike_are_paired_in_their_order() -> None:
    twice: Rows = [({}, {"x": exactly(1)}), ({}, {"x": exactly(2)})]
    pairs = Comparison(record(twice), record([*twice, ({}, {"x": exactly(3)})])).pairs
    assert [pair.difference and pair.difference.center for pair in pairs] == [0, 0, None]


def test_seeds_are_paired_only_where_they_are_the_same() -> None:
    rows: Rows = [({}, {"x": drawn(*range(10))})]
    one, other = record(rows), record(rows, first_seed=100)
    assert [
        pair.difference.how
        for found in (Comparison(one, one), Comparison(one, other))
        for pair in found.pairs
        if pair.difference
    ] == ["seed by seed", "Welch"]
    assert Comparison(one, other).facts == {"first seed": (0, 100)}


def test_code_and_files_that_changed_between_the_runs_are_named() -> None:
    def made(code: str, room: str, image: str, *more: str) -> Record:
        paths = {"m/e.py": code, "m/e.yaml": code, **dict.fromkeys(more, code)}
        sources = [{"path": path, "sha256": text} for path, text in paths.items()]
        known = {"sources": sources, "convlab": {"train": room}, "inputs": {"a.png": image}}
        return record([], environment=known)

    one, other = made("1" * 64, "3", "4", "m/_a.py"), made("2" * 64, "3", "5", "m/_b.py")
    assert Comparison(one, other).facts == {
        "code e.py": ("1" * 12, "2" * 12),
        "file a.png": ("4", "5"),
    }
    broken = record([], environment={"sources": [3, {}], "convlab": 3, "inputs": None})
    assert Comparison(one, broken).facts == {}


def test_verdicts_stand_side_by_side() -> None:
    one = record([], verdict("C1", HOLDS), verdict("C2", HOLDS))
    other = record([], verdict("C3", HOLDS), verdict("C1", REFUTED))
    found = [
        (v.id, v.one and v.one.outcome, v.other and v.other.outcome)
        for v in Comparison(one, other).verdicts
    ]
    assert found == [("C1", HOLDS, REFUTED), ("C2", HOLDS, None), ("C3", None, HOLDS)]


def test_two_runs_of_one_name_are_told_apart_by_their_paths() -> None:
    one, other = record([], run="a/e-001"), record([], run="b/e-001")
    assert Comparison(one, other).names == ("a/e-001", "b/e-001")
    assert Comparison(one, record([], run="a/e-002")).names == ("e-001", "e-002")


def test_a_comparison_is_a_document() -> None:
    one = record([({"arm": "a"}, {"x": drawn(1, 2)})], verdict("C1", HOLDS), settings={"a": 1})
    other = record([({"arm": "a"}, {"y": exactly(3)})])
    document = json.loads(as_json(Comparison(one, other).document()))
    assert document["settings"] == [{"name": "a", "one": 1}]
    first, second = document["quantities"]
    assert first["one"] == {"center": 1.5, "low": "-Infinity", "high": "Infinity", "values": 2}
    assert first["other"] is None and first["difference"] is None and second["one"] is None
    assert document["verdicts"] == [
        {"id": "C1", "sentence": "C1 is so", "one": "holds", "other": None}
    ]


@pytest.mark.parametrize("environment", [{}, {"versions": None}, {"commit": 3, "versions": "x"}])
def test_any_environment_can_be_compared(environment: dict[str, Any]) -> None:
    other = {"commit": "a" * 40, "versions": {"torch": "2"}}
    found = Comparison(record([], environment=environment), record([], environment=other))
    assert found.facts["torch"] == (MISSING, "2") and found.facts["commit"][1] == "a" * 12
