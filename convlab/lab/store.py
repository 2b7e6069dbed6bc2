"""Runs on disk: an exclusive directory each, written atomically, never overwritten or pickled."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from numpy.lib.format import write_array

from .. import files
from ..errors import UsageError, nearest
from ..foreign import printable
from ..record import Record

RECORD = "record.json"
ARRAYS = "arrays.npz"


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
        ) from None
    except UnicodeEncodeError:
        raise UsageError(f"{printable(root)} is not UTF-8 text; name another --out") from None
    raise AssertionError("numbers do not end")


def save(record: Record, folder: Path) -> Record:
    """The record, written to its directory: the arrays first, so that no document lacks them."""
    stored = replace(record, run=str(folder))
    if record.measurements.arrays:
        files.write(folder / ARRAYS, lambda path: _save_arrays(path, record))
    text = json.dumps(stored.document(), indent=2, ensure_ascii=False, allow_nan=False)
    files.write(folder / RECORD, lambda path: path.write_text(text + "\n", encoding="utf-8"))
    return stored


def discard(folder: Path) -> None:
    """Remove the directory of a run that never began."""
    shutil.rmtree(folder, ignore_errors=True)


def load(folder: Path, *, arrays: bool = True) -> Record:
    """The record of a run directory, with its arrays unless they are not wanted."""
    try:
        document = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        record = Record.of(document)
    except UsageError as error:
        raise UsageError(f"{folder}: {error}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{folder} holds no readable {RECORD}: {error!r}") from None
    if arrays and (folder / ARRAYS).is_file():
        with np.load(folder / ARRAYS, allow_pickle=False) as stored:
            record.measurements.arrays.update(stored)
    return replace(record, run=str(folder))


def find(name: str, root: Path) -> Path:
    """The run directory of that path, or of that name below `root`; a UsageError if none is."""
    for folder in (Path(name), root / name):
        if (folder / RECORD).is_file():
            return folder
    close = nearest(name, [folder.name for folder in folders(root)])
    hint = f"did you mean {close}?" if close else f"`convlab list runs` shows those in {root}"
    raise UsageError(f"no run {name}; {hint}")


def folders(root: Path) -> Iterator[Path]:
    """The run directories below `root`, by name."""
    yield from sorted(path.parent for path in root.glob(f"*/{RECORD}"))


def _save_arrays(path: Path, record: Record) -> None:
    """As numpy's savez_compressed, in a fifth of its time and a fifth more bytes."""
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as file:
        for name, array in record.measurements.arrays.items():
            with file.open(f"{name}.npy", "w", force_zip64=True) as member:
                write_array(member, np.asanyarray(array), allow_pickle=False)
