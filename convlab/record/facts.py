"""What a reader of a run must know beside its numbers: its state, its settings, its machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..foreign import as_text
from ..measure import Outcome
from .grid import Grid
from .parts import Status
from .record import Record


def warnings(record: Record) -> Iterator[str]:
    """A sentence for whatever makes the numbers less than those of a whole run."""
    if record.quick:
        yield "A quick run: it shows that all works, and decides only what is exact."
    if record.status is not Status.COMPLETED:
        yield f"This run is {record.status}{f': {record.error}' if record.error else '.'}"


def judged(record: Record) -> tuple[int, int, int]:
    """How many verdicts are as expected, how many are open, and how many there are."""
    fine = sum(verdict.settled for verdict in record.verdicts)
    open_ = sum(v.outcome is Outcome.UNDECIDED and not v.settled for v in record.verdicts)
    return fine, open_, len(record.verdicts)


def summary(record: Record) -> str:
    """The run in a line: where it is, how it ended, how its verdicts came out.

    >>> summary(Record("edge", "Is it?", {}, run="runs/edge-001"))
    'runs/edge-001: completed'
    """
    fine, open_, all_ = judged(record)
    parts = [str(record.status), *(["quick"] if record.quick else [])]
    if all_ > open_:
        parts.append(f"{fine} of {all_} verdicts as expected")
    if open_:
        parts.append(f"{open_} open")
    return f"{record.run or record.experiment}: {', '.join(parts)}"


def settings(record: Record) -> Grid:
    """Every setting by its dotted key; those that are not as shipped say so."""
    changed = {key for key, _ in leaves(record.changed)} | set(record.changed)
    rows = (
        (key, setting(value), "changed" if key in changed else "")
        for key, value in leaves(record.settings)
    )
    return Grid.of("Settings", ("key", "value", "from the shipped ones"), rows, words=3)


def provenance(record: Record) -> Grid:
    """When the run was made, from which seeds, and on what."""
    known = {
        "experiment": record.experiment,
        "run": record.run,
        "started": record.started,
        "seconds": f"{record.seconds:.1f}",
        "first seed": record.first_seed,
        **{key: record.environment.get(key) for key in ("python", "device", "threads", "commit")},
        **_versions(record.environment),
    }
    rows = ((key, as_text(value)) for key, value in known.items() if value not in (None, ""))
    return Grid.of("How it was run", ("", ""), rows, words=2)


def leaves(values: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Every stored setting by its dotted key."""
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def setting(value: Any) -> str:
    """A setting as it would be typed: `[1, 2]`, `true`, `none`."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(setting, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else as_text(value)


def _versions(environment: Mapping[str, Any]) -> dict[str, Any]:
    versions = environment.get("versions")
    return dict(versions) if isinstance(versions, dict) else {}
