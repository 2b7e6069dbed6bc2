"""Verdicts for a reader: marks and words that need no legend, the claims, what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ..measure import Verdict
from ..record import Record, Status
from ..record.grid import NO, OPEN, YES, over, told
from .grids import table
from .words import bounds_together, joined, words

COLUMNS = "claim", "what it says", "measured", "predicted", "value", "verdict"
STYLES = {YES: "green", NO: "red", OPEN: "yellow"}
WIDE = 120  # columns from which claims stand in a table
MOST_IDS = 6  # that one line names
CONTROL = "control: "  # how a reason begins that names one


def verdict_text(verdict: Verdict) -> tuple[str, str, str]:
    """Its mark, its words and their style: `✓`, `refuted, as expected`, `green`.

    The words say all that the mark and the colour say.
    """
    mark, said = told(verdict)
    return mark, said, STYLES[mark]


def outcome(verdict: Verdict) -> Text:
    """Mark and words, in the colour of the verdict."""
    mark, told, style = verdict_text(verdict)
    return words(f"{mark} {told}", style=style)


def prediction(verdict: Verdict) -> list[str]:
    """What was predicted, and that a trial came first where one did."""
    return [verdict.predicted, *([] if verdict.blind else ["(set after a trial)"])]


def answer(record: Record) -> Text | None:
    """What was found, where all verdicts are as expected or explained; else which are not."""
    if record.status is not Status.COMPLETED:
        return None
    if unsettled := [v for v in record.verdicts if not (v.settled or v.explained)]:
        return words(f"Not settled: {'; '.join(_reasons(unsettled))}", style="bold yellow")
    said = record.answer and not (record.quick and not record.verdicts)
    return words(f"We found: {record.answer}") if said else None


def _reasons(unsettled: Sequence[Verdict]) -> Iterator[str]:
    """Which claims are not settled, those with one reason together."""
    by_reason: dict[str, list[str]] = {}
    for verdict in unsettled:
        said = verdict_text(verdict)[1]
        reason, control, _ = said.partition(CONTROL)
        by_reason.setdefault(f"{reason}a control" if control else said, []).append(verdict.id)
    for reason, ids in by_reason.items():
        named = list(dict.fromkeys(ids))
        if more := len(named) - MOST_IDS:
            named[MOST_IDS:] = [f"and {more} more"] if more > 0 else []
        yield f"{', '.join(named)} {reason}"


@dataclass(frozen=True)
class Claims:
    """Every claim: what it says, what was measured and predicted, the value and the verdict.

    In a table where there is room for one, else a few lines for each.
    """

    verdicts: Sequence[Verdict]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        rows = list(map(_cells, self.verdicts))
        wide = options.max_width if options.max_width >= WIDE else 0
        fitting = table(list(map(words, COLUMNS)), rows, wide, words_in=len(COLUMNS))
        yield words("claims", style="italic")
        yield from [fitting] if fitting else map(_in_lines, self.verdicts)
        if caption := over(self.verdicts):
            yield words(caption, style="dim")


def _cells(verdict: Verdict) -> list[Text]:
    return [
        words(verdict.id, verdict.source, style="bold"),
        words(verdict.sentence),
        words(_quantity(verdict)),
        words(*prediction(verdict)),
        words(*bounds_together(verdict.measured).split(" ", maxsplit=1)),
        outcome(verdict),
    ]


def _in_lines(verdict: Verdict) -> RenderableType:
    named = words(f"{verdict.id} ({verdict.source})", style="bold")
    measured = f"{_quantity(verdict) or 'measured'}: {bounds_together(verdict.measured)}"
    predicted = " ".join(prediction(verdict))
    about = words(verdict.sentence, f"{measured}; predicted {predicted}")
    return Group(joined([named, outcome(verdict)], by="  "), Padding.indent(about, 2))


def _quantity(verdict: Verdict) -> str:
    """What was measured, in which unit."""
    return f"{verdict.quantity} ({verdict.unit})" if verdict.unit else verdict.quantity
