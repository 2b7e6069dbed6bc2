"""Tests of convlab.report.listing: an experiment and its settings before it is run."""

from io import StringIO

from pydantic import BaseModel, Field
from rich.console import Console, RenderableType

from convlab import report
from convlab.measure import Claim, Outcome, below


def rows(renderable: RenderableType, width: int = 160) -> list[list[str]]:
    """The cells of a table's lines."""
    console = Console(file=(file := StringIO()), width=width)
    console.print(renderable)
    lines = file.getvalue().replace("┃", "│").splitlines()
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]


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
        expected=Outcome.REFUTED,
    )
    shown = report.experiment("Is it?\n\nThe\nidea.", [claim], Config())
    console = Console(file=(file := StringIO()), width=160)
    console.print(shown)
    question, idea, *_ = file.getvalue().splitlines()
    assert (question.strip(), idea.strip()) == ("Is it?", "The idea.")
    assert ["C7", "errors [of all] are small", "at most 2", "refuted"] in rows(shown)


def test_a_prediction_that_depends_on_the_settings_is_shown_for_these() -> None:
    claim = Claim(
        id="C8",
        source="S2",
        sentence="errors are few",
        of=lambda measurements: measurements.get("error"),
        predicted=lambda settings: below(settings.seeds),
        expected=None,
    )
    shown = report.experiment("Is it?", [claim], Config(seeds=5))
    assert ["C8", "errors are few", "at most 5", "either"] in rows(shown)
