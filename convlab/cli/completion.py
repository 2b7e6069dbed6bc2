"""What a shell completes: the names of stored runs, read from their folders alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from typer import Context

from .. import lab
from ..errors import UsageError
from ..foreign import printable
from ..lab import catalogue, store
from ..settings import place


def runs(context: Context, incomplete: str) -> list[str]:
    """The runs and sweeps whose names begin so."""
    return [name for name in _names(context) if name.startswith(incomplete)]


def resumable(context: Context, incomplete: str) -> list[str]:
    """Those that were stopped, and can be gone on with."""
    names = runs(context, incomplete)
    return [name for name in names if store.way_on(store.head(_root(context) / name))]


def shown(context: Context, incomplete: str) -> list[str]:
    """Runs and configs."""
    configs = [name for name in catalogue.configs() if name.startswith(incomplete)]
    return [*runs(context, incomplete), *configs]


def _names(context: Context) -> Iterator[str]:
    """Of those that no terminal is acted on by."""
    try:
        names = [folder.name for folder in store.folders(_root(context))]
    except UsageError:
        return
    yield from (name for name in names if name == printable(name))


def _root(context: Context) -> Path:
    return place(context.params.get("out") or lab.RUNS)
