"""The ledger for a reader: a table for each post in a terminal, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from math import isnan
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from ..foreign import printable
from ..measure import Outcome
from .standing import OURS, Standing, State, counts
from .strip import ASCII, LETTERS, Signs, strip
from .words import words

VERSION = 1  # of the document's form
WITH_RUN, WITH_STRIP, WITH_INTERVAL = 100, 96, 72  # columns of a terminal, from which on
SHORT = 24  # characters of a reason that stands behind the verdict, and not below the sentence
UNEXPECTED, OWN = "not as expected", "your own"
MARKS = {
    State.AS_EXPECTED: ("✓", "+", "green"),
    State.UNEXPECTED: ("✗", "x", "red"),
    State.UNDECIDED: ("?", "?", "yellow"),
    State.STALE: ("~", "~", "yellow"),
}
NO_MARK = ("–", "-", "dim")  # where nothing was run
NO_BREAK = "\N{NO-BREAK SPACE}"  # a browser keeps it where it stands
COLUMNS: dict[str, dict[str, Any]] = {
    "claim": {"style": "bold", "no_wrap": True},
    "verdict": {"width": 15},
    "what it says": {"ratio": 1},
    "strip": {"no_wrap": True},
    "measured": {"max_width": 22, "overflow": "fold"},
}


@dataclass(frozen=True)
class Ledger:
    """Standings as rich shows them: the counts, what is unexpected, then post by post.

    `posts` says how each post is called, by its id. A narrow terminal loses the run, then the
    strip, then the interval, never the sentence.
    """

    standings: Sequence[Standing]
    posts: Mapping[str, str]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        signs = ASCII if options.ascii_only else LETTERS
        yield words(counts(self.standings), style="bold")
        if options.max_width >= WITH_STRIP and any(s.outcome for s in self.standings):
            yield Text(_legend(signs), style="dim")
        for title, group in groups(self.standings, self.posts):
            yield _table(title, group, options.max_width, signs)


def groups(
    standings: Sequence[Standing], posts: Mapping[str, str]
) -> Iterator[tuple[str, list[Standing]]]:
    """What is unexpected, then the others of each post, then the user's own; none is empty."""
    unexpected = [s for s in standings if s.state is State.UNEXPECTED]
    others = [s for s in standings if s not in unexpected]
    if unexpected:
        yield UNEXPECTED, unexpected
    for post, title in {**posts, "": OWN}.items():
        if group := [standing for standing in others if standing.post == post]:
            yield title, group


def _table(title: str, group: Sequence[Standing], width: int, signs: Signs) -> Table:
    """One line per claim; columns that hold nothing are left out."""
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True, title_justify="left")
    table.title, table.title_style = words(title, style="italic"), ""
    rows = [_cells(standing, width, signs) for standing in group]
    shown = [name for name in COLUMNS if name in rows[0] and any(row[name] for row in rows)]
    for name in shown:
        table.add_column(name, **COLUMNS[name])
    for row in rows:
        table.add_row(*(row[name] for name in shown))
    return table


def _cells(standing: Standing, width: int, signs: Signs) -> dict[str, Text]:
    ascii_only = signs is ASCII
    below = [words(line, style="dim") for line in _below(standing)]
    ours = [words(OURS, style="dim not bold")] if standing.source == OURS else []
    cells = {
        "claim": Text("\n").join([words(standing.id), *ours]),
        "verdict": words(verdict(standing, ascii_only), style=style(standing)),
        "what it says": Text("\n").join([words(standing.sentence), *below]),
    }
    if width >= WITH_STRIP:
        cells["strip"] = Text(drawn(standing, signs))
    cells["measured"] = _measured(standing, width)
    return cells


def _legend(signs: Signs, quote: str = "") -> str:
    region, interval = signs.region * 3, f"{signs.interval}{signs.center}{signs.interval}"
    return f"{quote}[{region}]{quote} is predicted, {quote}{interval}{quote} was measured"


def _measured(standing: Standing, width: int) -> Text:
    """The value with its unit, below it the interval, and the run that says so."""
    if not standing.measured:
        return Text()
    value, spread = _value_and_spread(standing)
    lines = [words(f"{value} {standing.unit}".strip())]
    if spread and width >= WITH_INTERVAL:
        lines.append(words(spread))
    if width >= WITH_RUN:
        lines.append(words(Path(standing.run).name, style="dim"))
    return Text("\n").join(lines)


def verdict(standing: Standing, ascii_only: bool = False, *, whole: bool = False) -> str:
    """How it came out, in words that need no legend: `✓ refuted, as expected`.

    A reason that is long is left out unless the whole is wanted.
    """
    mark, reason = _mark(standing)[1 if ascii_only else 0], _reason(standing)
    told = f": {reason}" if reason and (whole or len(reason) <= SHORT) else ""
    return f"{mark} {_outcome(standing)}{told}"


def style(standing: Standing) -> str:
    """The colour of its verdict."""
    return _mark(standing)[2]


def _outcome(standing: Standing) -> str:
    match standing.state:
        case State.UNEXPECTED if standing.outcome != Outcome.INVALID:
            return f"{standing.outcome}, but {standing.expected} was expected"
        case State.AS_EXPECTED:
            return _as_expected(standing)
        case State.UNEXPECTED:
            return standing.outcome
    return str(standing.state)


def _as_expected(standing: Standing) -> str:
    if not standing.expected:
        return f"{standing.outcome} (either was possible)"
    if standing.outcome != Outcome.HOLDS:
        return f"{standing.outcome}, as expected"
    return "holds, by construction" if standing.identity else "holds"


def _reason(standing: Standing) -> str:
    """Why nothing is known of it, or nothing was decided."""
    state = standing.state
    return standing.untestable if state is State.UNTESTABLE else standing.stale or standing.why


def _below(standing: Standing) -> Iterator[str]:
    """What stands below the sentence: a long reason, and how the prediction came about."""
    if len(reason := _reason(standing)) > SHORT:
        yield reason
    if not standing.blind:
        yield "predicted after a trial"


def _mark(standing: Standing) -> tuple[str, str, str]:
    """The sign before the words, the same in ASCII, and the colour of both."""
    return MARKS.get(standing.state, NO_MARK)


def drawn(standing: Standing, signs: Signs = LETTERS) -> str:
    """Its strip, once it is measured."""
    if isnan(standing.center):
        return ""
    region = (standing.predicted_low, standing.predicted_high)
    return strip(region, (standing.low, standing.high), standing.center, signs).rstrip()


def measured(standing: Standing) -> str:
    """The value with its interval and its unit, on one line."""
    return f"{standing.measured} {standing.unit}".strip() if standing.measured else ""


def _value_and_spread(standing: Standing) -> tuple[str, str]:
    """`5.1` and `[4.2–6.3]`, or why there is no interval."""
    value, *spread = re.split(r" (?=[\[(])", standing.measured, maxsplit=1)
    return value, "".join(spread)


def document(
    standings: Sequence[Standing], posts: Mapping[str, str], predictions: Mapping[str, str]
) -> dict[str, Any]:
    """All of it in JSON's types; `predictions` holds the hash of each experiment's."""
    return {
        "version": VERSION,
        "counts": counts(standings),
        "posts": dict(posts),
        "predictions": dict(predictions),
        "claims": [standing.document() for standing in standings],
    }


def as_csv(standings: Sequence[Standing]) -> str:
    """A header and one line per claim."""
    text = StringIO()
    rows = [standing.document() for standing in standings]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names := [*Standing(id="", sentence="", source="").document()])
    writer.writerows([_in_a_cell(row[name]) for name in names] for row in rows)
    return text.getvalue().rstrip("\n")


def _in_a_cell(value: Any) -> str:
    return printable("; ".join(value) if isinstance(value, list) else value)


def as_markdown(standings: Sequence[Standing], posts: Mapping[str, str]) -> str:
    """The counts, and a table for each post."""
    lines = ["# What the posts claim, and what came out", "", counts(standings)]
    lines += ["", f"In a strip, {_legend(LETTERS, '`')}."]
    for title, group in groups(standings, posts):
        lines += ["", f"## {_escaped(title)}", ""]
        lines += ["| claim | verdict | what it says | predicted | | measured |", "|---" * 6 + "|"]
        lines += [f"| {' | '.join(_markdown(standing))} |" for standing in group]
    return "\n".join(lines)


def _markdown(standing: Standing) -> Iterator[str]:
    yield standing.id + (f" ({OURS})" if standing.source == OURS else "")
    yield _escaped(verdict(standing))
    below = "; ".join(_below(standing))
    yield _escaped(standing.sentence) + (f" ({_escaped(below)})" if below else "")
    yield _escaped(standing.predicted)
    shown = drawn(standing)
    yield f"`{shown.replace(' ', NO_BREAK)}`" if shown else ""
    yield _escaped(measured(standing))


def _escaped(text: str) -> str:
    """Letters that mean something in Markdown as they are."""
    return re.sub(r"([\\`*_<>|\[\]]|(?<=\])\()", r"\\\1", printable(text))
