"""How a sweep comes along: its table, live in a terminal; elsewhere a plain line for each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.live import Live

from ..record import Status
from ..report.words import words
from .estimate import duration
from .rows import Row, row, rows
from .stored import Sweep
from .table import SweepTable

ABOVE_AND_BELOW = 8  # lines of a screen that are not rows: title, headings, what is said below


class Watching:
    """Tells a console of the runs of a sweep; on leaving, a live table is wiped away."""

    def __init__(self, sweep: Sweep, folder: Path, console: Console) -> None:
        self.sweep, self.folder, self.console = sweep, folder, console
        self.rows = rows(sweep, folder)
        self.live = Live(
            console=console, auto_refresh=False, transient=True, vertical_overflow="ellipsis"
        )

    def __enter__(self) -> Watching:
        if self.console.is_terminal:
            self.live.start()
            self._show()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def begun(self, number: int) -> None:
        self.rows[number] = replace(self.rows[number], status=str(Status.RUNNING), error="")
        if self.console.is_terminal:
            self._show()

    def ended(self, number: int) -> None:
        self.rows[number] = row(self.sweep, self.folder, number)
        if self.console.is_terminal:
            self._show()
        else:
            self.console.print(words(self._line(self.rows[number])), soft_wrap=True)

    def _show(self) -> None:
        title = f"sweep of {self.sweep.experiment}"
        shown = _around_the_last(self.rows, self.console.height - ABOVE_AND_BELOW)
        table = SweepTable(title, shown, self.sweep.show, of=self.rows)
        self.live.update(table, refresh=True)

    def _line(self, ended: Row) -> str:
        done = sum(each.is_done for each in self.rows)
        said = f": {ended.error}" if ended.has_failed and ended.error else ""
        status = ended.status.upper() if ended.has_failed else ended.status
        took = f" ({duration(ended.seconds)})" if ended.is_done else ""
        return f"{done} of {len(self.rows)} done: {ended} {status}{said}{took}"


def _around_the_last(shown: Sequence[Row], most: int) -> Sequence[Row]:
    """As many rows as a screen holds, to the last that has begun."""
    most = max(most, 1)
    begun = [place for place, each in enumerate(shown) if each.has_begun]
    stop = max(most, min(len(shown), (max(begun, default=0)) + 2))
    return shown[max(0, stop - most) : stop]
