"""Tests of convlab.report.listing: the table of runs, and an experiment before it is run."""

from dataclasses import replace
from io import StringIO

import pytest
from pydantic import BaseModel, Field
from rich.console import Console, RenderableType

from convlab import report
from convlab.measure import Claim, Outcome, Verdict, below
from convlab.record import Record, Status

HOLDS, REFUTED, UNDECIDED, _ = Outcome


def rows(renderable: RenderableType, width: int = 160) -> list[list[str]]:
    """The cells of a table's lines."""
    console = Console(file=(file := StringIO()), width=width)
    console.print(renderable)
    lines = file.getvalue().replace("┃", "│").splitlines()
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]


def run(*outcomes: Outcome, quick: bool = False) -> Record:
    verdicts = (Verdict("C1", "S0", "so", outcome, HOLDS, "1", "1") for outcome in outcomes)
    return Record(
        experiment="edge",
        question="Is it?",
        settings={},
        status=Status.FAILED,
        quick=quick,
        verdicts=tuple(verdicts),
        seconds=2.345,
        started="2026-11-22T01:02:03+00:00",
        run="runs/edge-001",
    )


def test_a_run_says_when_how_it_ended_and_how_many_verdicts_are_as_expected() -> None:
    table = report.runs(
        [run(HOLDS, REFUTED, HOLDS, UNDECIDED), run(HOLDS), run(REFUTED), run(HOLDS, quick=True)]
    )
    _, first, *others, quick = rows(table)
    assert first == ["runs/edge-001", "2026-11-22 01:02", "failed", "2.3", "2 of 4"]
    assert [cells[-1] for cells in others] == ["1 of 1", "0 of 1"]
    assert quick[-1] == "quick"
    assert rows(report.runs([run()]))[1][-1] == ""


class Inner(BaseModel):
    lr: float = Field(0.5, description="rate [per step]")


class Config(BaseModel):
    seeds: int = Field(3, description="networks")
    sizes: tuple[int, ...] = (1, 2)
    image: str | None = None
    inner: Inner = Inner()


def test_settings_are_shown_by_their_dotted_keys() -> None:
    assert rows(report.settings(Config()))[1:] == [
        ["seeds", "3", "networks"],
        ["sizes", "[1, 2]", ""],
        ["image", "none", ""],
        ["inner.lr", "0.5", "rate [per step]"],
    ]


def test_an_experiment_shows_what_it_claims_predicts_and_expects() -> None:
    claim = Claim(
        id="C7",
        source="S2",
        sentence="errors [of all] are small",
        of=lambda measurements: measurements.get("error"),
        predicted=below(2),
        expected=REFUTED,
    )
    shown = report.experiment("Is it?\n\nThe\nidea.", [claim], Config())
    console = Console(file=(file := StringIO()), width=160)
    console.print(shown)
    question, idea, *_ = file.getvalue().splitlines()
    assert (question.strip(), idea.strip()) == ("Is it?", "The idea.")
    assert ["C7", "errors [of all] are small", "at most 2", "refuted"] in rows(shown)


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("name", ["runs/edge-001", f"runs/{'a' * 25}", f"runs/{'a' * 200}"])
def test_a_run_is_listed_whole_at_any_width(width: int, name: str) -> None:
    listed = rows(report.runs([replace(run(HOLDS), run=name, seconds=123456.0)]), width)
    assert {len(cells) for cells in listed} == {5}  # with both borders
    assert "".join(cells[0] for cells in listed).removeprefix("run") == name
    assert [cells[0] for cells in listed].count(name) == (len(name) <= 30)
    assert "".join(cells[3] for cells in listed).endswith("123456.0")
