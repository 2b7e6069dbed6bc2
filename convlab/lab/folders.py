"""The folders of runs: one each, never used twice, found by name or path, told from others."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from ..errors import UsageError, nearest
from ..foreign import printable
from .asked import ASKED

RUNS = Path("runs")  # where they are kept, if nothing else is said
RECORD = "record.json"
HEAD = "head.json"
SWEEP = "sweep.json"  # in the folder of a sweep, in which its runs lie
MARKS = (HEAD, RECORD, ASKED, SWEEP)  # a folder with one of these is that of a run or a sweep


@contextmanager
def gone_if_unused(root: Path) -> Iterator[None]:
    """`root`, if it is made within, is gone afterwards unless a run is kept in it."""
    made_within = not root.exists()
    try:
        yield
    finally:
        if made_within:
            with suppress(OSError):  # it holds a run, or was never made
                root.rmdir()


def reserve(root: Path, experiment: str) -> Path:
    """A new directory `root/EXPERIMENT-001`, or the next number that is free, for one run."""
    try:
        str(root).encode()  # a record names its folder
        root.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = root / f"{experiment}-{number:03}"
            try:
                folder.mkdir()  # fails where another run was faster: the next number is tried
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"cannot write runs to {printable(root)}: {reason}; name another --out"
        ) from error
    except UnicodeEncodeError:
        raise UsageError(f"{printable(root)} is not UTF-8 text; name another --out") from None
    raise AssertionError("numbers do not end")


def discard(folder: Path) -> None:
    """Remove the directory of a run that never began."""
    shutil.rmtree(folder, ignore_errors=True)


def name_of(folder: Path) -> str:
    """What a command finds the run by, as it would be typed."""
    shown = folder.name if folder.parent == RUNS else str(folder)
    return shlex.quote(printable(shown))


def find(name: str, root: Path) -> Path:
    """The run directory of that path, or of that name below `root`; a UsageError if none is.

    A name alone is one below `root` where both are there, as that was named.
    """
    places = (root / name, Path(name))
    for folder in places if Path(name).name == name else reversed(places):
        if is_run(folder):
            return folder
    close = nearest(name, [folder.name for folder in folders(root)])
    hint = f"did you mean {close}?" if close else f"`convlab list runs` shows those in {root}"
    raise UsageError(f"no run {name}; {hint}")


def is_run(folder: Path) -> bool:
    """Whether it is the directory of a run or a sweep, be its record readable or not."""
    return any(os.path.lexists(os.path.join(folder, name)) for name in MARKS)  # noqa: PTH118


def is_sweep(folder: Path) -> bool:
    """Whether it is the directory of a sweep, in which its runs lie."""
    return os.path.lexists(folder / SWEEP)


def has_record(folder: Path) -> bool:
    """Whether a run has kept a record, be it readable or not."""
    return os.path.lexists(folder / RECORD)


def folders(root: Path) -> Iterator[Path]:
    """The directories of runs and sweeps in `root`, by name; those within a sweep are its own."""
    try:
        found = sorted(root.iterdir(), key=lambda path: path.name) if root.is_dir() else []
    except OSError as error:
        raise UsageError(f"{root} cannot be read: {error.strerror}; name another --out") from error
    yield from filter(is_run, (path for path in found if not path.name.startswith(".")))
