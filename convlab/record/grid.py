"""The tables of a record as plain text, for every document that is made of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ..foreign import as_text, printable
from ..measure import Outcome, Row, Sample, Verdict, number
from ..measure.columns import columns
from ..measure.spread import spread
from .parts import Trained
from .record import Record

YES, NO, OPEN = "✓", "✗", "?"
CLAIMS = ("claim", "what it says", "measured", "predicted", "value", "verdict")
TRAINED = (
    *("arm", "parameters", "multiply-adds per sample", "seeds", "steps"),
    *("first loss", "last loss", "diverged", "seconds"),
)


@dataclass(frozen=True)
class Grid:
    """A table: its title, a heading for each column, and the cells row by row."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int  # so many columns from the left hold words, and those after them numbers
    caption: str = ""  # what its numbers are

    @classmethod
    def of(
        cls,
        title: str,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        words: int,
        caption: str = "",
    ) -> Grid:
        """The grid of texts from anywhere, each made printable on one line."""
        cells = tuple(tuple(map(printable, row)) for row in rows)
        return cls(printable(title), tuple(map(printable, headings)), cells, words, caption)


def claims(verdicts: Iterable[Verdict], *, marks: bool = True) -> Grid:
    """Every claim: what it says, which quantity decides it, where that should lie and lies.

    A verdict stands behind its mark, for fonts that have these.
    """
    judged = list(verdicts)
    rows = (
        (
            f"{each.id} ({each.source})",
            each.sentence,
            each.quantity + (f" ({each.unit})" if each.unit else ""),
            each.predicted + ("" if each.blind else " (set after a trial)"),
            each.measured,
            " ".join(told(each)) if marks else told(each)[1],
        )
        for each in judged
    )
    return Grid.of("Claims", CLAIMS, rows, words=len(CLAIMS), caption=over(judged))


def over(verdicts: Iterable[Verdict]) -> str:
    """Of what the intervals of the claims are: said once, or of which claims where they differ."""
    kinds: dict[str, list[str]] = {}
    for each in verdicts:
        kinds.setdefault(each.over, []).append(each.id)
    kinds.pop("", None)  # exact values
    named = (f"{', '.join(ids)}: {kind}" for kind, ids in kinds.items())
    return "; ".join(kinds if len(kinds) == 1 else named)


def told(verdict: Verdict) -> tuple[str, str]:
    """A mark and words that say as much: `✓`, `refuted, as expected`."""
    outcome = verdict.outcome
    if verdict.other_settings:
        return OPEN, f"predicted for other settings: {verdict.other_settings}"
    if verdict.as_expected:
        return YES, _as_expected(verdict)
    if verdict.decided:
        why = f": {verdict.surprise}" if verdict.surprise else ""
        return NO, f"{outcome}, but {verdict.expected} was expected{why}"
    why = f": {verdict.why}" if verdict.why else ""
    return OPEN if outcome is Outcome.UNDECIDED else NO, f"{outcome}{why}"


def _as_expected(verdict: Verdict) -> str:
    if verdict.expected is None:
        return f"{verdict.outcome} (either was possible)"
    if verdict.outcome is not Outcome.HOLDS:
        return f"{verdict.outcome}, as expected"
    return "holds, by construction" if verdict.identity else "holds"


def trained(trainings: Iterable[Trained]) -> Grid:
    """What was trained, an arm a row; trials of it are one row together."""
    known = list(trainings)
    rows = [_training(each) for each in known if not each.trial]
    if trials := [each for each in known if each.trial]:
        seconds = sum(each.seconds for each in trials)
        rows.append((f"{len(trials)} trials", *[""] * (len(TRAINED) - 2), f"{seconds:.1f}"))
    losses = [loss for each in known for loss in (each.first_loss, each.last_loss)]
    return Grid.of("What was trained", TRAINED, rows, words=1, caption=spread(losses))


def _training(each: Trained) -> tuple[str, ...]:
    counts = (each.parameters, each.multiply_adds, each.seeds, each.steps)
    return (
        each.name,
        *("?" if count is None else number(count) for count in counts),
        str(each.first_loss),
        str(each.last_loss),
        number(each.diverged),
        f"{each.seconds:.1f}",
    )


def quantities(record: Record) -> list[Grid]:
    """The tables of what was measured, in their order."""
    by_table = groupby(record.measurements.rows, key=lambda row: row.table)
    return [_quantities(title, list(rows)) for title, rows in by_table]


def _quantities(title: str, rows: Sequence[Row]) -> Grid:
    shown = columns(rows)
    cells = (
        (
            *(_factor(row.factors.get(name, "")) for name in shown.factors),
            *(_cell(row.quantities.get(name)) for name in shown.quantities),
        )
        for row in shown.rows
    )
    headings = [_joined(name, shown.statistic(name)) for name in shown.quantities]
    return Grid.of(
        _joined(title, shown.quantity),
        [*shown.factors, *headings],
        cells,
        words=len(shown.factors),
        caption=spread(shown.samples()),
    )


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _cell(sample: Sample | None) -> str:
    return "" if sample is None else str(sample)


def _factor(value: object) -> str:
    return number(value) if isinstance(value, float) else as_text(value)
