"""The command `rm`: stored runs and sweeps are removed, once the user has said so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from typer import Argument, Option

from .. import lab
from ..errors import UsageError
from ..lab import listing, removing, store
from ..lab.selection import Selection
from ..report.removal import Removal, amount, removals
from . import completion, output
from .exit_codes import one_line_errors
from .listing import Experiments, Since, Statuses
from .options import Debug, Out

Runs = Annotated[
    list[str] | None,
    Argument(
        metavar="[RUN]...",
        help="Stored runs and sweeps, by name or path; all that the options choose, without one.",
        autocompletion=completion.runs,
    ),
]
Yes = Annotated[bool, Option("--yes", "-y", help="Do not ask.")]
Force = Annotated[bool, Option("--force", help="Also what a process may be at work on.")]


def rm(
    runs: Runs = None,
    experiment: Experiments = None,
    status: Statuses = None,
    since: Since = None,
    yes: Yes = False,
    force: Force = False,
    out: Out = lab.RUNS,
    debug: Debug = False,
) -> None:
    """Remove stored runs and sweeps, all of each: `convlab rm RUN` shows them, and asks first."""
    with one_line_errors(debug):
        selection = Selection.of(experiment or (), status or (), since)
        doomed = removing.planned(_folders(runs or [], selection, out), out, force=force)
        if not yes:
            _ask(doomed)
        removed: list[Removal] = []
        try:
            for each in doomed:
                removing.remove(Path(each.head.run), force=force)
                removed.append(each)
        finally:
            if removed:
                output.show_all(f"removed {amount(removed)}")


def _folders(names: Sequence[str], selection: Selection, out: Path) -> list[Path]:
    """Those of the runs that are named, or of all, which the options choose."""
    if not names and not selection:
        raise UsageError("name the runs, or choose them by --experiment, --status, --since")
    folders = [store.find(name, out) for name in names]
    if not selection:
        return folders
    heads = [store.head(folder) for folder in folders] if names else listing.heads(out)
    chosen = selection.of_heads(heads)
    if not chosen:
        raise UsageError(f"{selection.nothing(heads)}: nothing was removed")
    return [Path(head.run) for head in chosen]


def _ask(doomed: Sequence[Removal]) -> None:
    if not output.can_ask():
        raise UsageError(f"nobody is here to be asked about {amount(doomed)}; say --yes")
    Console(stderr=True, highlight=False).print(removals(doomed))
    if not typer.confirm(f"Remove {amount(doomed)} for ever?", err=True):
        raise UsageError("nothing was removed")
