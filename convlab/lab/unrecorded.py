"""Runs and sweeps that were stopped before they kept anything: what their folders still say."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ..errors import UsageError
from ..record import Head, Status
from . import lock
from .asked import ASKED, Asked
from .folders import SWEEP

_NUMBER = re.compile(r"-\d+$")  # of a folder that is named after its experiment
GONE = "its process ended without a word: it was killed, or crashed (its `log` may say where)"


def head(folder: Path) -> Head:
    """The head of a folder without a record, in which no head can be read."""
    path = next((p for p in (folder / SWEEP, folder / ASKED) if os.path.lexists(p)), None)
    if path is None:
        error = f"{folder} holds no readable head and no record"
        return Head(folder.name, Status.UNREADABLE, error=error, run=str(folder))
    at_work = lock.is_held(folder)
    found = Head(
        experiment=_NUMBER.sub("", folder.name),
        status=Status.RUNNING if at_work else Status.DEAD,
        started=_written(path),
        error="" if at_work else GONE,
        run=str(folder),
    )
    if path.name == SWEEP:
        name = found.experiment.removeprefix("sweep-")
        return replace(found, experiment=f"sweep of {name}")
    return _with_asked(found, folder)


def _with_asked(found: Head, folder: Path) -> Head:
    try:
        asked = Asked.load(folder)
    except UsageError as error:
        return replace(found, status=Status.UNREADABLE, error=str(error))
    return replace(
        found,
        quick=asked.quick,
        first_seed=asked.first_seed,
        changed={each.key: each.value for each in asked.overrides},
    )


def _written(path: Path) -> str:
    """When a file was written: ISO 8601, UTC."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    except (OSError, ValueError, OverflowError):
        return ""
