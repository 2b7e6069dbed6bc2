"""How the runs of a sweep stand: a row for each point, from what its run has kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..lab import store
from ..record import Record, Status
from ..record.grid import NO, OPEN, YES, told
from .points import Point, named, value_text
from .stored import Sweep, run_folder

NOT_BEGUN = "not begun"
MOST_IDS = 3  # of claims with one mark, that a row names
MARKS = {mark: mark for mark in (YES, NO, OPEN)}
WORDS = {YES: "as expected:", NO: "not as expected:", OPEN: "open:"}  # for fonts without marks
ELSEWHERE = "predicted for other settings"


@dataclass(frozen=True)
class Row:
    """A point, its run and what that has come to; without a record until one is read."""

    number: int
    point: Point
    folder: Path
    status: str = NOT_BEGUN
    error: str = ""
    seconds: float = 0.0
    record: Record | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def values(self) -> list[str]:
        """Of the swept keys, as they would be typed."""
        return list(map(value_text, self.point))

    @property
    def is_done(self) -> bool:
        return self.status == Status.COMPLETED

    @property
    def has_begun(self) -> bool:
        return self.status != NOT_BEGUN

    @property
    def has_failed(self) -> bool:
        return self.status in (Status.FAILED, Status.DEAD, Status.UNREADABLE)

    @property
    def log(self) -> Path | None:
        """What its processes have written, if they did."""
        path = self.folder / store.LOG
        return path if path.is_file() else None

    def __str__(self) -> str:
        return f"{self.name} ({named(self.point)})"

    @property
    def verdicts(self) -> str:
        """Its verdicts in short: `✓ C212, C213; ✗ C214; 2 predicted for other settings`."""
        return self.judged(MARKS)

    def judged(self, words: Mapping[str, str]) -> str:
        """Its verdicts in short, with these words for the marks."""
        judged = self.record.verdicts if self.record else ()
        here = [each for each in judged if not each.other_settings]
        parts = []
        for mark in MARKS:
            ids = [each.id for each in here if told(each)[0] == mark]
            if ids:
                parts.append(
                    f"{words[mark]} {', '.join(ids) if len(ids) <= MOST_IDS else len(ids)}"
                )
        if elsewhere := len(judged) - len(here):
            parts.append(f"{elsewhere} {ELSEWHERE}" if here else ELSEWHERE)
        return "; ".join(parts)


def rows(sweep: Sweep, folder: Path) -> list[Row]:
    """Every row as it is now."""
    return list(_rows(sweep, folder))


def row(sweep: Sweep, folder: Path, number: int) -> Row:
    """The row of one point as it is now."""
    run, point = run_folder(folder, number), sweep.points[number]
    if not store.is_run(run) or not (run / store.HEAD).exists():
        return Row(number, point, run)
    head = store.head(run)
    status, error, record = str(head.status), head.error, None
    if head.status is Status.COMPLETED:
        try:
            record = store.load(run, arrays=False)
        except UsageError as damaged:
            status, error = str(Status.UNREADABLE), str(damaged)
    return Row(number, point, run, status, error, head.seconds, record)


def _rows(sweep: Sweep, folder: Path) -> Iterator[Row]:
    for number in range(len(sweep.points)):
        yield row(sweep, folder, number)


def counts(shown: Sequence[Row]) -> str:
    """How many runs there are, and how they stand: `8 runs: 6 completed, 2 not begun`."""
    said = f"{len(shown)} run{'s' * (len(shown) != 1)}"
    if not any(each.has_begun for each in shown):
        return said
    by_status: dict[str, int] = {}
    for each in shown:
        by_status[each.status] = by_status.get(each.status, 0) + 1
    parts = ", ".join(f"{n} {status}" for status, n in by_status.items())
    return f"{said}: {parts}"
