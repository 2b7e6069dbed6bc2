"""The stored runs that say something of claims; whole records are read of no others.

A head says what its run is made from, so that one which cannot be a run of today is left unread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..errors import UsageError
from ..record import Head, Record, Status
from . import identity, listing, sources, store
from .planning import Plan

_NONE: tuple[Record | None, str] = None, ""


def completed(root: Path) -> list[Head]:
    """The heads of the completed runs in `root`, the newest first."""
    return [head for head in listing.heads(root) if head.status is Status.COMPLETED][::-1]


def of_plan(
    planned: Plan, newest_first: Iterable[Head], first_seed: int
) -> tuple[Record | None, str]:
    """The newest run of the plan; if there is none, the newest of its experiment, and why."""
    wanted, other = "", _NONE
    for head in newest_first:
        if head.experiment != planned.name or head.own:
            continue
        wanted = wanted or identity.hash_of(identity.key_of(planned, first_seed))
        if other[0] and head.made_from not in ("", wanted):
            continue  # another stale one, and not the newest
        record = _record(head)
        if not record or record.experiment != planned.name or sources.are_own(kept(record)):
            continue
        if not (stale := identity.stale(record, planned, first_seed)):
            return record, ""
        other = other if other[0] else (record, stale)
    return other


def own(newest_first: Iterable[Head]) -> Iterator[Record]:
    """The newest run of each experiment of the user's own."""
    seen = set[str]()
    for head in newest_first:
        if (head.made_from and not head.own) or head.own in seen:
            continue
        record = _record(head)
        code = sources.code(kept(record)) if record else []
        if record and sources.are_own(code) and code[0]["path"] not in seen:
            seen.add(code[0]["path"])
            yield record


def kept(record: Record) -> Sequence[Mapping[str, str]]:
    """The files that the run was made from."""
    return sources.kept(record.environment)


def _record(head: Head) -> Record | None:
    """The record of a completed run; None where it cannot be read."""
    try:
        record = store.load(Path(head.run), arrays=False)
    except UsageError:
        return None
    return record if record.status is Status.COMPLETED else None
