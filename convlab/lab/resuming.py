"""Go on with a run in its folder, in whatever process, unless what it is made from has changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import replace
from pathlib import Path

from .. import files
from ..errors import UsageError
from ..record import Record, Status
from . import identity, store
from .asked import Asked, place
from .lock import Held
from .planning import Plan, plan
from .running import Tell, begun, carry_out, on_device


def run_in(
    folder: Path,
    *,
    tell: Tell = lambda progress: None,
    force: bool = False,
    afresh: bool = False,
) -> Record:
    """Carry out what the folder of a run asks for, from where an earlier attempt left it.

    A run that is completed is only loaded. Raises UsageError where what the run is made from has
    changed since, and Held where a process is at work on it, or may be on another host, unless
    `force` says that none is. `afresh` forgets how many attempts were lost.
    """
    asked, status = Asked.load(folder), _status(folder)
    if status is Status.COMPLETED:
        return store.load(folder)
    if status is Status.RUNNING and not force:
        raise Held(f"{folder} is at work elsewhere, or was within the last minutes: wait for it")
    whole = folder.absolute()
    with _in(asked.folder):
        planned = plan(asked.config, asked.overrides, quick=asked.quick)
        asked = on_device(asked, planned)
        record = _before(planned, asked, whole, folder) or begun(planned, asked, folder)
        record = replace(record, run=str(folder))
        return carry_out(planned, asked, record, whole, tell, afresh=afresh)


def is_ours(folder: Path) -> bool:
    """Whether this host made the folder, so that its code is what its user had asked to run."""
    return Asked.load(folder).place == place(folder)


def changes(record: Record, planned: Plan, asked: Asked) -> str:
    """What a run is made from that is no longer as it was, in a few words; nothing if all is."""
    now = {"device": asked.device, "threads": str(asked.threads)}
    other = [name for name, text in now.items() if identity.key(record)[name] != text]
    stale = identity.stale(record, planned, asked.first_seed)
    return "; ".join(filter(None, [stale, *other]))


def _status(folder: Path) -> Status | None:
    return store.head(folder).status if store.is_run(folder) else None


def _before(planned: Plan, asked: Asked, folder: Path, shown: Path) -> Record | None:
    """The record that an earlier attempt left, if that came to say what it is made from."""
    try:
        record = store.load(folder)
    except UsageError:  # it was killed before it kept one
        return None
    if not record.environment:
        return None
    if changed := changes(record, planned, asked):
        raise UsageError(
            f"{shown} cannot be resumed, since this has changed: {changed}; run its config again"
        )
    return _begun_again(record)


def _begun_again(record: Record) -> Record:
    """What stays of the record: all that was known before anything was measured."""
    return Record(
        experiment=record.experiment,
        question=record.question,
        settings=record.settings,
        status=Status.RUNNING,
        quick=record.quick,
        seconds=record.seconds,
        started=record.started,
        environment=record.environment,
        run=record.run,
        first_seed=record.first_seed,
        changed=record.changed,
        predictions=record.predictions,
    )


@contextmanager
def _in(folder: str) -> Iterator[None]:
    """In the folder from which the paths in the settings lead, if it is there."""
    if files.is_folder(Path(folder)) and folder:
        with chdir(folder):
            yield
    else:
        yield
