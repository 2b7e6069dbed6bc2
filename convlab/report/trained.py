"""What was trained: a row for each arm, and a line for the trials before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from ..measure import Sample, number
from ..measure.spread import spread
from ..record import Trained
from .grids import Grid
from .words import bounds_together, joined, words

UNKNOWN = "–"
SAID_BELOW = "seeds", "steps", "diverged"  # where it is the same of all arms


def trained(trainings: Sequence[Trained]) -> Iterator[RenderableType]:
    """The table of what was trained last of each arm, and a line on the trials."""
    if arms := [each for each in trainings if not each.trial]:
        yield _table(arms)
    if trials := [each for each in trainings if each.trial]:
        yield words(_trials(trials), style="dim")


def cells(samples: Sequence[Sample | None]) -> list[Text]:
    """A number and its interval each; how many seeds there were where they differ in that."""
    counts = {len(each.values) for each in samples if each and not each.exact}
    return [_cell(each, counted=len(counts) > 1) if each else words() for each in samples]


def _cell(sample: Sample, *, counted: bool) -> Text:
    center, interval = sample.texts()
    if interval.startswith("(") and not counted:  # too few for one, which is said below
        interval = interval.partition(")")[2].removeprefix(", ")
    told = [words(bounds_together(interval), style="dim")] if interval else []
    return joined([words(center), *told], by=" ")


def _table(arms: Sequence[Trained]) -> Grid:
    same = {n: getattr(arms[0], n) for n in SAID_BELOW if len({getattr(a, n) for a in arms}) == 1}
    shown = {name: column for name, column in _columns(arms).items() if name not in same}
    losses = [sample for each in arms for sample in (each.first_loss, each.last_loss)]
    return Grid(
        title="what was trained",
        names=[words("arm")],
        numbers=[words(*name.split("\n")) for name in shown],
        rows=list(zip(map(words, (each.name for each in arms)), *shown.values(), strict=True)),
        caption="; ".join([*_said_once(same), spread(losses)]),
    )


def _columns(arms: Sequence[Trained]) -> dict[str, list[Text]]:
    counts = [each.multiply_adds for each in arms]
    losses = cells([loss for each in arms for loss in (each.first_loss, each.last_loss)])
    return {
        "parameters": [words(number(each.parameters)) for each in arms],
        "multiply-adds\nper sample": [words(UNKNOWN if n is None else number(n)) for n in counts],
        "seeds": [words(number(each.seeds)) for each in arms],
        "steps": [words(number(each.steps)) for each in arms],
        "first loss": losses[::2],
        "last loss": losses[1::2],
        "diverged": [words(number(each.diverged)) for each in arms],
        "seconds": [words(f"{each.seconds:.1f}") for each in arms],
    }


def _said_once(same: Mapping[str, int]) -> Iterator[str]:
    """What is the same of all arms; how many seeds there were is said of the losses."""
    if "steps" in same:
        yield f"{number(same['steps'])} steps each"
    if "diverged" in same:
        yield f"{same['diverged'] or 'none'} diverged"


def _trials(trials: Sequence[Trained]) -> str:
    seconds = sum(each.seconds for each in trials)
    return (
        f"and {len(trials)} trial{'s' * (len(trials) != 1)}, of learning rates or with fewer "
        f"examples, seeds or steps ({seconds:.1f} s in all), in the record"
    )
