"""Tests of the command `show`: every word is a run, a config or a setting, and none is ignored."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from convlab import cli
from convlab.lab import store
from convlab.measure import Measurements, exactly
from convlab.record import Record


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two runs, the second of which has a figure."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    for number, figures in enumerate([(), ("a.png",)]):
        measurements = Measurements()
        measurements.add("t", {"arm": "a"}, {"x": exactly(number)})
        record = Record("edge", f"Is it {number}?", {"seeds": 3}, measurements=measurements)
        folder = store.reserve(Path("runs"), "edge")
        store.save(Record(**{**record.__dict__, "figures": figures}), folder)
    return tmp_path


def convlab(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def test_all_that_is_named_is_shown_in_its_order() -> None:
    result = convlab("show", "edge-002", "gradient", "side=9", "runs/edge-001", "growth")
    assert result.exit_code == 0, result.stderr
    words = ["Is it 1?", "What is the gradient", "Is it 0?", "How "]
    places = [result.stdout.find(word) for word in words]
    assert -1 not in places and places == sorted(places)
    assert any(
        line.split("│")[1:3] and "side" in line and " 9 " in line
        for line in result.stdout.splitlines()
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["edge-001", "seeds=4"], "edge-001 is a run, which keeps its own"),
        (["seeds=4", "edge"], "seeds=4 is a setting of the config before it, but none is named"),
        (["edge-001", "edge-022"], "is called `edge-022`; did you mean `edge-002`?"),
        (["C212", "seeds=4"], "seeds=4 is a setting of the config before it, but C212 is none"),
        (["C212", "--json"], "C212 is no run"),
        (["gradient", "sides=5"], "`sides`: unknown key; did you mean `side`?"),
        (["edge-001", "gradient", "--json"], "gradient is no run"),
        (["edge-001", "--json", "--csv"], "name one of them"),
    ],
)
def test_a_word_that_means_nothing_is_named_and_nothing_is_shown(
    words: list[str], message: str
) -> None:
    result = convlab("show", *words)
    assert result.exit_code == 2 and message in result.stderr and not result.stdout


def test_a_claim_stands_beside_runs() -> None:
    text = convlab("show", "C212", "edge-001").stdout
    assert text.startswith("C212: ") and text.find("Is it 0?") > 0


def test_a_run_whose_name_looks_like_a_setting_is_one() -> None:
    Path("runs/edge-001").rename("runs/a=1")
    assert "Is it 0?" in convlab("show", "a=1").stdout


def test_json_is_the_record_and_of_several_a_list() -> None:
    first, second = (json.loads(Path(f"runs/edge-00{n}/record.json").read_text()) for n in (1, 2))
    assert json.loads(convlab("show", "edge-001", "--json").stdout) == first
    assert json.loads(convlab("show", "edge-001", "edge-002", "--json").stdout) == [first, second]


def test_csv_is_that_of_run_and_of_several_names_each() -> None:
    one = list(csv.reader(StringIO(convlab("show", "edge-002", "--csv").stdout)))
    assert one[0][0] == "experiment" and one[1][-1] == "1.0" and len(one) == 2
    header, *rows = csv.reader(StringIO(convlab("show", "edge-001", "edge-002", "--csv").stdout))
    assert header == ["run", *one[0]] and [row[0] for row in rows] == ["edge-001", "edge-002"]


def test_markdown_is_a_document_with_the_figures_of_the_run() -> None:
    text = convlab("show", "edge-002", "edge-001", "--markdown").stdout
    assert text.startswith("# Is it 1?") and "# Is it 0?" in text
    assert "](runs/edge-002/a.png)" in text and "| a | 1 |" in text
