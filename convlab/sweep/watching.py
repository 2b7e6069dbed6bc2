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
        """The rows around the last that has begun, as many as the screen holds."""
        most = len(self.rows)
        while most > 1 and self._lines(most) >= self.console.height:
            most -= max(1, most // 4)
        self.live.update(self._table(most), refresh=True)

    def _lines(self, most: int) -> int:
        return len(self.console.render_lines(self._table(most), pad=False))

    def _table(self, most: int) -> SweepTable:
        shown = _around_the_last(self.rows, most)
        return SweepTable(
            f"sweep of {self.sweep.experiment}", shown, self.sweep.show, of=self.rows
        )

    def _line(self, ended: Row) -> str:
        done = sum(each.is_done for each in self.rows)
        said = f": {ended.error}" if ended.has_failed and ended.error else ""
        status = ended.status.upper() if ended.has_failed else ended.status
        took = f" ({duration(ended.seconds)})" if ended.is_done else ""
        return f"{done} of {len(self.rows)} done: {ended} {status}{said}{took}"


def _around_the_last(rows: Sequence[Row], most: int) -> Sequence[Row]:
    begun = [place for place, each in enumerate(rows) if each.has_begun]
    stop = min(len(rows), max(most, max(begun, default=0) + 2))
    return rows[max(0, stop - most) : stop]
