"""Runs on disk: an exclusive directory each, written atomically, never overwritten or pickled."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from .. import files
from ..errors import UsageError
from ..measure import Measurements, Row
from ..record import Head, Record, Status, as_json
from . import arrays as numbers
from . import lock, unrecorded
from .arrays import ARRAYS
from .asked import ASKED
from .folders import (
    HEAD,
    RECORD,
    RUNS,
    SWEEP,
    discard,
    find,
    folders,
    gone_if_unused,
    has_record,
    is_run,
    is_sweep,
    name_of,
    reserve,
)
from .unrecorded import GONE

LOG = "log"
LARGEST = 2**28  # bytes of a record that are read
LARGEST_HEAD = 2**22

__all__ = [
    "ARRAYS",
    "HEAD",
    "LOG",
    "RECORD",
    "RUNS",
    "SWEEP",
    "NotKept",
    "discard",
    "fail",
    "find",
    "folders",
    "gone_if_unused",
    "has_record",
    "head",
    "is_run",
    "is_sweep",
    "load",
    "log",
    "name_of",
    "reserve",
    "save",
    "save_head",
    "way_on",
]


class NotKept(Exception):
    """A part of a run could not be saved; the other parts were."""


def save(record: Record, folder: Path) -> Record:
    """The record, written to its directory: the arrays first, so that no document lacks them.

    What cannot be saved is named in the record, and all else is kept. Raises NotKept then, after
    the rest was written.
    """
    folder.mkdir(parents=True, exist_ok=True)  # somebody may have deleted it
    refused, lost = None, list[str]()
    try:
        lost += numbers.save(record.measurements.arrays, folder)
    except UsageError as error:  # the system refuses a file, perhaps only one so large
        refused = error
        lost.append(f"the arrays could not be kept: {error}")
    stored = replace(record, run=record.run or str(folder))
    document = _document(stored, lost)
    files.write(
        folder / RECORD, lambda path: path.write_text(as_json(document) + "\n", encoding="utf-8")
    )
    if lost:
        raise refused or NotKept("; ".join(lost))
    return stored


def _document(record: Record, lost: list[str]) -> dict[str, Any]:
    """The record's document with a note on all that is lost, to which it adds rows that fail."""
    measured = record.measurements
    try:
        record.document()
    except Exception:  # an experiment changed a row to what is none
        whole = {id(row): _row_fails(record, row) for row in measured.rows}
        lost += [why for why in whole.values() if why]
        measured = replace(measured, rows=[r for r in measured.rows if not whole[id(r)]])
    measured = replace(measured, notes=[*measured.notes, *lost])
    return replace(record, measurements=measured).document()


def _row_fails(record: Record, row: Row) -> str:
    try:
        replace(record, measurements=Measurements([row])).document()
    except Exception as error:
        return f"a row could not be kept, {brief(row)}: {error}"
    return ""


def log(text: str, folder: Path) -> None:
    """Add a text, such as a traceback, to the log of a run."""
    with (folder / LOG).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


def load(folder: Path, *, arrays: bool = True) -> Record:
    """The record of a run directory, with its arrays unless they are not wanted.

    An array that cannot be read, or is too large for this machine, is named in the notes. A run
    whose process is gone is dead. Raises UsageError where there is no record to read, with the way
    to go on if the run was stopped before it kept one.
    """
    try:
        record = Record.of(json.loads(files.read(folder / RECORD, LARGEST).decode()))
    except FileNotFoundError:
        raise UsageError(_without_record(folder)) from None
    except UsageError as error:
        raise UsageError(f"{folder}: {error}") from None
    except Exception as error:  # anybody may have written that file
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UsageError(
            f"{folder} holds no readable {RECORD}: {' '.join(reason.split())}"
        ) from None
    if arrays:
        loaded, broken = numbers.load(folder)
        record.measurements.arrays.update(loaded)
        record.measurements.notes.extend(broken)
    if record.status is Status.RUNNING:
        record = _as_it_ended(record, folder)
    return replace(record, run=str(folder))


def _as_it_ended(record: Record, folder: Path) -> Record:
    """One that says it runs: failed if its head says so, dead if its process is gone."""
    with suppress(OSError, ValueError):
        known = Head.read(files.read(folder / HEAD, LARGEST_HEAD))
        if known.status is Status.FAILED:
            return replace(record, status=Status.FAILED, error=known.error)
    return replace(record, status=Status.DEAD, error=GONE) if lock.is_dead(folder) else record


def fail(folder: Path, error: str) -> None:
    """Give a run up whose own process cannot say so: its head says that it failed, and why."""
    save_head(replace(head(folder), status=Status.FAILED, error=error), folder)


def _without_record(folder: Path) -> str:
    """Why a run has no record, and the way to go on."""
    if not is_run(folder) or has_record(folder):  # it may be a link to nothing
        return f"{folder} holds no readable {RECORD}: No such file or directory"
    found, name = head(folder), name_of(folder)
    if is_sweep(folder):
        return f"{name} is a sweep, which has no record of its own; its runs lie in its folder"
    if found.status is Status.RUNNING:
        return f"{name} has no record yet: a process is at work on it"
    if found.status is Status.FAILED:
        return f"{name} has no record: {found.error}"
    on = f"; `{way}` goes on with it" if (way := way_on(found)) else ""
    return f"{name} has no record: it was stopped before it kept one{on}"


def save_head(head: Head, folder: Path) -> Head:
    """The head, written to the folder of its run."""
    text = json.dumps(head.document())
    files.write(folder / HEAD, lambda path: path.write_text(text, encoding="utf-8"))
    return head


def head(folder: Path) -> Head:
    """The head of a run directory; of one that has none, what its record says.

    Never fails: what cannot be read has the status `unreadable`, and says why. A run whose process
    is gone is dead.
    """
    try:
        found = Head.read(files.read(folder / HEAD, LARGEST_HEAD), run=str(folder))
    except (OSError, ValueError):
        return _head_without(folder)
    if found.status is Status.RUNNING and lock.is_dead(folder):
        found = replace(found, status=Status.DEAD, error=GONE)
    return found


def _head_without(folder: Path) -> Head:
    """What is known where no head can be read: what the record says, or what was asked for."""
    if not has_record(folder):
        return unrecorded.head(folder)
    try:
        return Head.of(load(folder, arrays=False))
    except UsageError as error:
        return Head(folder.name, Status.UNREADABLE, error=str(error), run=str(folder))


def way_on(head: Head) -> str:
    """The command that goes on with a run that was stopped, if its folder says how."""
    if head.status not in (Status.DEAD, Status.INTERRUPTED):
        return ""
    folder = Path(head.run)
    known = os.path.lexists(folder / ASKED) or is_sweep(folder)
    return f"convlab resume {name_of(folder)}" if known else ""
