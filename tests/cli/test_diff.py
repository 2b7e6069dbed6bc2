"""Tests of the command `diff`: two runs side by side at every width, and as JSON."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from convlab import cli
from convlab.lab import store
from convlab.measure import Measurements, Outcome, Sample, Verdict, exactly
from convlab.record import Record

HOLDS, REFUTED, *_ = Outcome


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs: the second has another setting, one row more and another verdict."""
    monkeypatch.chdir(tmp_path)
    for number, outcome in enumerate([HOLDS, REFUTED]):
        measurements = Measurements()
        values = Sample(tuple(float(seed + number) for seed in range(10)), "mean", "weights")
        measurements.add("by arm", {"arm": "cnn"}, {"error (share)": values})
        if number:
            measurements.add("by arm", {"arm": "mlp"}, {"weights": exactly(7)})
        verdict = Verdict("C1", "S0", "it is so", outcome, HOLDS, "1", "1")
        record = Record(
            *("edge", "Is it?", {"seeds": 10, "training": {"lr": 0.1 + number}}),
            measurements=measurements,
            verdicts=(verdict,),
        )
        store.save(record, store.reserve(Path("runs"), "edge"))


def diff(*words: str, width: int = 80) -> Result:
    return CliRunner().invoke(cli.app, ["diff", *words], env={"COLUMNS": str(width)})


@pytest.mark.parametrize("width", [60, 80, 140])
def test_two_runs_stand_side_by_side(width: int) -> None:
    result = diff("edge-001", "runs/edge-002", width=width)
    assert result.exit_code == 0 and max(map(len, result.stdout.splitlines())) <= width
    text = " ".join(result.stdout.split())
    assert "how they were run: the same" in text
    assert re.search(r"training\.lr (edge-001 )?0\.1 (edge-002 )?1\.1", text)
    assert re.search(r"arm=cnn: error \(share\) (edge-001 )?4\.5 (edge-002 )?5\.5", text)
    assert re.search(r"5\.5 (difference )?1 ", text) and "only in the other" in text
    assert "difference: edge-002 less edge-001, seed by seed" in text
    assert "✓ holds" in text and "✗ refuted, but holds was expected" in text


def test_a_run_is_the_same_as_itself() -> None:
    text = diff("edge-001", "edge-001").stdout
    assert "settings: the same" in text and "how they were run: the same" in text


def test_a_table_of_one_run_alone_has_no_difference_to_explain() -> None:
    measurements = Measurements()
    measurements.add("elsewhere", {"arm": "cnn"}, {"weights": exactly(7)})
    record = Record("edge", "Is it?", {}, measurements=measurements)
    store.save(record, store.reserve(Path("runs"), "edge"))
    text = diff("edge-001", "edge-003").stdout
    assert "only in one" in text and "only in the other" in text and "less" not in text


def test_json_is_one_document() -> None:
    document = json.loads(diff("edge-001", "edge-002", "--json").stdout)
    assert document["runs"] == ["runs/edge-001", "runs/edge-002"]
    assert document["quantities"][0]["difference"] == {
        **{"center": 1.0, "low": 1.0, "high": 1.0, "how": "seed by seed"}
    }


def test_an_unknown_run_is_named() -> None:
    result = diff("edge-001", "edge-003")
    assert result.exit_code == 2 and "no run edge-003; did you mean" in result.stderr
