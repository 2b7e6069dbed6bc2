"""Whether what is asked for has been run already, or something near it: nothing is run twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import UsageError
from ..record import Head, Record, Status
from ..record.text import plain
from . import identity, sources, store
from .asked import Asked
from .outline import measures_time
from .planning import Plan


def done(planned: Plan, asked: Asked, root: Path) -> Record | None:
    """The newest completed run below `root` that is the one asked for, with its arrays.

    None for what always runs: experiments that measure times, and settings that name a file to be
    written.
    """
    if measures_time(planned.file) or sources.writes_files(planned.settings):
        return None
    key = identity.hash_of(_key(planned, asked))
    for head in _newest_first(planned.name, root):
        if head.status is Status.COMPLETED and head.key == key:
            try:
                return store.load(Path(head.run))
            except UsageError:  # its record is damaged: it is run again
                continue
    return None


def alike(planned: Plan, asked: Asked, root: Path) -> str:
    """What to tell of the newest run of these settings: how to go on with it, or what differs."""
    changed = plain({each.key: each.value for each in planned.differences})
    wanted = changed, planned.quick, asked.first_seed
    for head in _newest_first(planned.name, root):
        if (head.changed, head.quick, head.first_seed) == wanted:
            return _told(head, planned, asked)
    return ""


def _told(head: Head, planned: Plan, asked: Asked) -> str:
    if head.status in (Status.INTERRUPTED, Status.DEAD):
        name = store.name_of(Path(head.run))
        return f"{name} was not finished: `convlab resume {name}` goes on with it"
    if head.status is not Status.COMPLETED or measures_time(planned.file):
        return ""
    try:
        changed = identity.stale(
            store.load(Path(head.run), arrays=False), planned, asked.first_seed
        )
    except UsageError:
        return ""
    return f"{store.name_of(Path(head.run))} is another run: {changed}" if changed else ""


def _newest_first(experiment: str, root: Path) -> Iterator[Head]:
    heads = (store.head(folder) for folder in store.folders(root))
    of_it = [head for head in heads if head.experiment == experiment]
    yield from sorted(of_it, key=lambda head: head.started, reverse=True)


def _key(planned: Plan, asked: Asked) -> identity.Parts:
    how = {"device": _device(planned, asked), "threads": str(asked.threads)}
    return identity.key_of(planned, asked.first_seed) | how


def _device(planned: Plan, asked: Asked) -> str:
    """The device that it would run on; torch is asked only where that is not plain."""
    if asked.device == "cpu" or (asked.device == "auto" and not planned.on_a_card):
        return "cpu"
    from ..workbench import choose_device

    return choose_device(asked.device, on_a_card=planned.on_a_card)
