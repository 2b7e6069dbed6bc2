"""The ledger in a terminal: the counts, what is unexpected, and a table for each post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from .standing import OURS, Standing, State, counts
from .states import below, drawn, legend, style, value_and_spread, verdict
from .strip import ASCII, LETTERS, Signs
from .words import joined, words

WITH_RUN, WITH_STRIP, WITH_INTERVAL = 100, 96, 72  # columns of a terminal, from which on
UNEXPECTED, OWN = "not as expected", "your own"
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
            yield Text(legend(signs), style="dim")
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
    more: list[Text] = [words(line, style="dim") for line in below(standing)]
    ours: list[Text] = [words(OURS, style="dim not bold")] if standing.source == OURS else []
    cells: dict[str, Text] = {
        "claim": joined([words(standing.id), *ours], by="\n"),
        "verdict": words(verdict(standing, ascii_only), style=style(standing)),
        "what it says": joined([words(standing.sentence), *more], by="\n"),
    }
    if width >= WITH_STRIP:
        cells["strip"] = Text(drawn(standing, signs))
    cells["measured"] = _measured(standing, width)
    return cells


def _measured(standing: Standing, width: int) -> Text:
    """The value with its unit, below it the interval, and the run that says so."""
    if not standing.measured:
        return Text()
    value, spread = value_and_spread(standing)
    lines: list[Text] = [words(f"{value} {standing.unit}".strip())]
    if spread and width >= WITH_INTERVAL:
        lines.append(words(spread))
    if width >= WITH_RUN:
        lines.append(words(Path(standing.run).name, style="dim"))
    return joined(lines, by="\n")
