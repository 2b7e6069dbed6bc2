"""Whatever becomes of a run, what it measured and trained is kept, and the failure goes on."""

from __future__ import annotations

import faulthandler
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from traceback import TracebackException, extract_tb, format_exception, walk_tb
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..foreign import as_text
from ..interrupts import held_back
from ..measure import Measurements
from ..record import Record, Status
from . import attempts, store
from .attempts import Attempt

if TYPE_CHECKING:  # it imports torch
    from ..workbench import Workbench

Stages = Callable[[Record, Path], Iterator[Record]]


def kept(
    record: Record,
    stages: Stages,
    bench: Workbench,
    folder: Path,
    file: Path,
    *,
    afresh: bool = False,
) -> Record:
    """The last record of the stages, saved in the folder; where one fails, the fullest that is.

    `file` is the experiment's. What an earlier attempt has trained is not trained again; `afresh`
    forgets how many of them were lost. Nothing is left of a run that could not begin: one that
    raised a UsageError before anything was measured or trained. An experiment that ends the
    program (SystemExit) has failed, with a RuntimeError.
    """
    clock = perf_counter() - record.seconds
    with attempts.begun(folder, record, afresh=afresh) as attempt:
        attempt.checkpoints.notes = bench.notes
        bench.checkpoints = attempt.checkpoints.of
        try:
            with _crashes_logged(folder):
                for place, fuller in enumerate(stages(record, folder)):
                    record = attempt.save(fuller) if place == 0 else fuller
            whole = replace(record, status=Status.COMPLETED)
            with held_back():
                record = attempt.save(_with_all(whole, bench, clock))
                attempt.checkpoints.remove()
        except attempts.TakenOver:
            raise
        except BaseException as error:
            raised = error if isinstance(error, Exception | KeyboardInterrupt) else _ended(error)
            with suppress(KeyboardInterrupt), held_back():  # one more changes nothing
                full = _with_all(_unfinished(record, error), bench, clock)
                _end_badly(full, attempt, raised, file)
            if raised is error:
                raise
            raise raised from error
    return record


def _end_badly(record: Record, attempt: Attempt, error: BaseException, file: Path) -> None:
    """Keep what there is, and note on the error where; leave nothing of what could not begin."""
    measured = record.measurements.rows or record.measurements.arrays
    if isinstance(error, UsageError) and not measured and attempt.head.attempt == 1:
        store.discard(attempt.folder)
        return
    where = place(error, file)
    if record.status is not Status.COMPLETED:  # else it was saved whole before an interrupt
        stopped = isinstance(error, KeyboardInterrupt)
        status = Status.INTERRUPTED if stopped else Status.FAILED
        record = replace(record, status=status, error=words(error) + (f" ({where})" * bool(where)))
        record = _save(record, attempt, error)
    error.kept_in = record.run  # type: ignore[attr-defined]
    error.add_note(f"the run is kept in {record.run}{_trained(record)}")
    if record.status is Status.INTERRUPTED:
        name = store.name_of(Path(record.run or ""))
        error.add_note(f"`convlab resume {name}` goes on")
    elif not isinstance(error, KeyboardInterrupt | store.NotKept):
        whose = f"the error is in {where}, its" if where else "the"
        error.add_note(f"{whose} traceback in the run's `{store.LOG}`; --debug shows it")


def _trained(record: Record) -> str:
    number = len(record.trained)
    return f", with {number} training{'s' * (number != 1)} that had ended" if number else ""


def _save(record: Record, attempt: Attempt, error: BaseException) -> Record:
    """Save the record in its folder, or where the system refuses that, in a temporary one."""
    folder = attempt.folder
    with suppress(Exception):  # its losses are told in the notes
        attempt.checkpoints.flush()
    if refused := _refused(record, folder):
        elsewhere = Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))
        moved = replace(record, run=str(elsewhere))
        if _refused(moved, elsewhere):
            store.discard(elsewhere)
            error.add_note(f"not all of it could be kept: {refused}")
        else:
            record, folder = moved, elsewhere
    with suppress(OSError):
        store.log("".join(format_exception(error)), folder)
    with suppress(Exception):  # the record says it, too
        attempt.save_head(record)
    return record


def _refused(record: Record, folder: Path) -> str:
    """Save the record; why the system refuses that, if it does."""
    try:
        store.save(record, folder)
    except store.NotKept:  # it is named in the record, and all else is kept
        return ""
    except Exception as error:
        return words(error)
    return ""


def _with_all(record: Record, bench: Workbench, clock: float) -> Record:
    """The record with what the workbench trained and noted, and how long all attempts took."""
    measured, seconds = with_bench(record.measurements, bench), perf_counter() - clock
    return replace(record, measurements=measured, trained=bench.trained, seconds=seconds)


def with_bench(measured: Measurements, bench: Workbench) -> Measurements:
    """What was measured, with the losses of what was trained and the notes of the workbench."""
    losses = {f"loss of {name}": losses for name, losses in bench.losses.items()}
    notes = dict.fromkeys(map(as_text, [*measured.notes, *bench.notes]))
    return replace(measured, arrays={**measured.arrays, **losses}, notes=list(notes))


def _unfinished(record: Record, error: BaseException) -> Record:
    """The record, with what `measure` had in hand when it failed."""
    if record.measurements.rows:
        return record
    frames = (frame for each in _causes(error) for frame, _ in walk_tb(each.__traceback__))
    values = (value for frame in frames for value in frame.f_locals.values())
    found = next((value for value in values if isinstance(value, Measurements)), None)
    return replace(record, measurements=found) if found else record


def _ended(error: BaseException) -> RuntimeError:
    ended = RuntimeError(f"the experiment ended the program ({words(error)})")
    ended.__cause__ = error
    return ended


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it was raised from, and so on."""
    while error:
        yield error
        error = error.__cause__


def words(error: BaseException) -> str:
    """The error's kind and words on one line, also where its own words fail."""
    told = " ".join(str(TracebackException(type(error), error, None)).split())
    kind = "" if isinstance(error, UsageError) else type(error).__name__
    return ": ".join(filter(None, (kind, told)))


def place(error: BaseException, file: Path) -> str:
    """The last line that ran of the experiment's files, as `mine.py:12`."""
    ran = (frame for each in _causes(error) for frame in extract_tb(each.__traceback__))
    frames = [frame for frame in ran if Path(frame.filename).parent == file.parent]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


@contextmanager
def _crashes_logged(folder: Path) -> Iterator[None]:
    """What Python can still say in a crash of compiled code goes to the run's log."""
    if faulthandler.is_enabled():  # it is somebody else's
        yield
        return
    with (folder / store.LOG).open("a", encoding="utf-8") as file:
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()
