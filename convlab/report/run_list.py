"""The stored runs: when each began, how it ended, how its verdicts are, what was set otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..record import Record, Status, tidy
from ..record.facts import judged, setting
from .words import longest_word, words

HEADINGS = ("run", "started (UTC)", "status", "as expected", "changed settings")
WIDE = 78  # columns from which the settings stand beside the rest
LONGEST = 30  # letters of a name that is not broken over lines, nor makes others wide
BETWEEN = 2  # columns that are empty between two of the table
LONGEST_SETTING = 40  # letters of a value that are shown
STYLES = {Status.COMPLETED: "green", Status.RUNNING: "cyan", Status.INTERRUPTED: "yellow"}


@dataclass(frozen=True)
class Runs:
    """A line for each run in a table; on a narrow screen, its settings on a line below."""

    records: Sequence[Record]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        if not self.records:
            yield words("no runs yet: `convlab run NAME` keeps one")
        elif options.max_width >= WIDE and _settings_fit(self.records, options.max_width):
            yield _table(self.records)
        else:
            yield from map(_in_lines, self.records)


def runs(records: Iterable[Record]) -> Runs:
    """The runs, whole names and all; `convlab show NAME` takes these names."""
    return Runs(list(records))


def _settings_fit(records: Sequence[Record], width: int) -> bool:
    """Whether no setting would have to be broken beside the rest of its run."""
    columns = (
        [min(len(tidy.name_of(each)), LONGEST) for each in records],
        *(
            [cell_len(str(told(each))) for each in records]
            for told in (_started, _status, _judged)
        ),
    )
    taken = sum(
        max([len(heading), *cells]) + BETWEEN
        for heading, cells in zip(HEADINGS, columns, strict=False)
    )
    settings = (longest_word(_changed(each)) for each in records)
    return max(settings) <= width - taken


def _table(records: Sequence[Record]) -> Table:
    names = [tidy.name_of(record) for record in records]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    short = max(map(len, names)) <= LONGEST
    table.add_column(HEADINGS[0], no_wrap=short, overflow="fold", max_width=LONGEST)
    for heading in HEADINGS[1:-1]:
        table.add_column(heading, no_wrap=True)
    table.add_column(HEADINGS[-1], overflow="fold", ratio=1)
    for name, record in zip(names, records, strict=True):
        table.add_row(
            words(name),
            words(_started(record)),
            _status(record),
            _judged(record),
            _changed(record),
        )
    return table


def _in_lines(record: Record) -> RenderableType:
    """The name on a line, all that is known of it below."""
    known = [words(_started(record)), _status(record), _judged(record, said=" as expected")]
    lines = [Text("  ").join(filter(None, known)), *filter(None, [_changed(record)])]
    return Group(words(tidy.name_of(record)), *(Padding.indent(line, 2) for line in lines))


def _started(record: Record) -> str:
    return record.started[:16].replace("T", " ")


def _status(record: Record) -> Text:
    return words(record.status, style=STYLES.get(record.status, "red"))


def _judged(record: Record, said: str = "") -> Text:
    """How many verdicts are as expected, and how many are open, if any is judged at all."""
    fine, open_, all_ = judged(record)
    style = "red" if fine + open_ < all_ else ""
    parts = [words(f"{fine} of {all_}{said}", style=style)] if all_ > open_ else []
    return Text(", ").join([*parts, *([words(f"{open_} open", style="dim")] if open_ else [])])


def _changed(record: Record) -> Text:
    """What was set otherwise than as shipped; or why a run says nothing."""
    if record.status is Status.UNREADABLE:
        return words("`convlab show` says why it cannot be read", style="dim")
    changed = [f"{key}={_short(setting(value))}" for key, value in record.changed.items()]
    first = [f"first seed {record.first_seed}"] if record.first_seed else []
    return words(", ".join(["quick"] * record.quick + first + changed))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SETTING else f"{text[: LONGEST_SETTING - 1]}…"
