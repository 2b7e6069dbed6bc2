"""The stored runs: when each began, how it ended, how its verdicts are, what was set otherwise.

They may be thousands, so the lines are made here: rich's tables take a millisecond for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment

from ..foreign import printable
from ..record import Head, Status
from ..record.facts import setting
from .words import words

HEADINGS = ("run", "started (UTC)", "status", "as expected")
LAST = "changed settings"
WIDE = 78  # columns from which all that is known of a run stands side by side
LONGEST = 30  # columns of a name that has the rest beside it
BETWEEN = 2  # columns that are empty between two of the table, and before a line below
LONGEST_SETTING, LONGEST_ERROR = 40, 200  # letters that are shown
NONE = "no runs yet: `convlab run NAME` keeps one"
STYLES = {Status.COMPLETED: "green", Status.RUNNING: "cyan", Status.INTERRUPTED: "yellow"}

Cells = list[tuple[str, str]]  # texts, each with its style


@dataclass(frozen=True)
class Runs:
    """A line for each run in a table, and lines below for what has no room, or how to go on."""

    heads: Sequence[Head]
    none: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self.heads:
            yield words(self.none)
            return
        for line in _lines(self.heads, options.max_width):
            yield from (Segment(text, console.get_style(style)) for text, style in line)
            yield Segment.line()


def runs(heads: Iterable[Head], none: str = NONE) -> Runs:
    """The runs, whole names and all; `convlab show NAME` takes these names."""
    return Runs(list(heads), none)


def _lines(heads: Sequence[Head], width: int) -> Iterator[Cells]:
    rows = [known(head) for head in heads]
    widths = _widths(rows)
    taken = sum(widths) + BETWEEN * len(widths)
    if width < max(WIDE, taken):
        for head in heads:
            yield from _in_lines(head, width)
        return
    room = width - taken if width >= taken + len(LAST) else 0
    yield _row([(text, "bold") for text in (*HEADINGS, LAST if room else "")], widths)
    yield [("─" * width, "")]
    for head, cells in zip(heads, rows, strict=True):
        yield from _in_table(head, cells, widths, room, width)


def _widths(rows: Iterable[Cells]) -> list[int]:
    """Of each column; a name that is longer than others may be has lines of its own."""
    widths = list(map(len, HEADINGS))
    for row in rows:
        for place, (text, _) in enumerate(row):
            if place or cell_len(text) <= LONGEST:
                widths[place] = max(widths[place], cell_len(text))
    return widths


def _in_table(
    head: Head, cells: Cells, widths: Sequence[int], room: int, width: int
) -> Iterator[Cells]:
    """A run's line; what was changed stands beside the rest where no word of it is broken."""
    name, *rest = cells
    if cell_len(name[0]) > widths[0]:
        yield from ([(part, name[1])] for part in chop_cells(name[0], width))
        name = ("", "")
    changed = _changed(head)
    fits = max(map(cell_len, changed.split(" "))) <= room
    first, *more = (_wrapped(changed, room) if fits else []) or [""]
    yield _row([name, *rest, (first, "")], widths)
    yield from ([(" " * (width - room) + text, "")] for text in more)
    yield from _below("" if fits else changed, width)
    yield from _below(_way_on(head), width, style="dim")


def _in_lines(head: Head, width: int) -> Iterator[Cells]:
    """The name on a line, all that is known of the run below."""
    (name, _), *rest = known(head, said=" as expected")
    yield from ([(part, "")] for part in chop_cells(name, width))
    row = [("", ""), *(cell for cell in rest if cell[0])]
    yield _row(row, [cell_len(text) for text, _ in row])
    yield from _below(_changed(head), width)
    yield from _below(_way_on(head), width, style="dim")


def _row(cells: Cells, widths: Sequence[int]) -> Cells:
    """The cells, each as wide as its column, up to the last that says anything."""
    while not cells[-1][0]:
        cells = cells[:-1]
    *before, last = cells
    padded: Cells = []
    for (text, style), wide in zip(before, widths, strict=False):
        padded += [(text, style), (" " * (wide - cell_len(text) + BETWEEN), "")]
    return [*padded, last]


def _below(text: str, width: int, style: str = "") -> Iterator[Cells]:
    yield from ([(" " * BETWEEN + line, style)] for line in _wrapped(text, width - BETWEEN))


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines, of which only a word that is longer than they are is broken."""
    if not text:
        return []
    if cell_len(text) == len(text):
        return wrap(text, width, break_on_hyphens=False)
    return chop_cells(text, width)


def known(head: Head, said: str = "") -> Cells:
    """What has a column of its own: the name, when it began, how it stands, its verdicts."""
    name = Path(head.run).name if head.run else head.experiment
    started = head.started[:16].replace("T", " ")
    status = (str(head.status), STYLES.get(head.status, "red"))
    return [(printable(name), ""), (printable(started), ""), status, _judged(head, said)]


def _judged(head: Head, said: str) -> tuple[str, str]:
    """How many verdicts are as expected, and how many are open, if any is judged at all."""
    fine, open_, all_ = head.as_expected, head.open, head.verdicts
    style = "red" if fine + open_ < all_ else "" if fine else "dim"
    parts = [f"{fine} of {all_}{said}"] * (all_ > open_) + [f"{open_} open"] * (open_ > 0)
    return printable(", ".join(parts)), style


def _changed(head: Head) -> str:
    """What was set otherwise than as shipped; or why a run says nothing."""
    if head.status is Status.UNREADABLE:
        return "`convlab show` says why it cannot be read"
    changed = [f"{key}={_short(setting(value))}" for key, value in head.changed.items()]
    first = [f"first seed {head.first_seed}"] if head.first_seed else []
    return printable(", ".join(["quick"] * head.quick + first + changed))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SETTING else f"{text[: LONGEST_SETTING - 1]}…"


def _way_on(head: Head) -> str:
    """How to go on with a run that was stopped; why it failed, if it did."""
    if head.status is Status.FAILED:
        error = head.error
        return printable(error if len(error) <= LONGEST_ERROR else f"{error[:LONGEST_ERROR]}…")
    return printable(f"`{head.resume}` goes on with it") if head.resume else ""
