"""The command `sweep`: a config at every combination of values, checked before any runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from typer import Argument, Option

from .. import lab
from ..config import Override, assignment
from ..lab import store
from ..sweep import quantities, stored
from ..sweep.attempt import Policy
from ..sweep.carrying_out import measures_times
from ..sweep.checking import planned
from ..sweep.documents import Shown
from ..sweep.estimate import estimate
from ..sweep.points import points
from ..sweep.rows import Row
from ..sweep.stored import Sweep
from ..sweep.table import SweepTable
from . import output
from .exit_codes import one_line_errors
from .options import (
    Address,
    EngineName,
    Jobs,
    OnError,
    Options,
    Retries,
    Show,
    Timeout,
    WhenFailed,
    with_options_but,
)
from .sweeping import Way, go_on, is_document

Config = Annotated[str, Argument(help="A YAML file, or the name of a shipped config.")]
Settings = Annotated[
    list[str] | None,
    Argument(metavar="[KEY=VALUE]...", help="Settings to change, the same in every run."),
]
Over = Annotated[
    list[str] | None,
    Option(metavar="KEY=A,B", help="Values to try; of several keys, every combination."),
]
DryRun = Annotated[bool, Option("--dry-run", help="List the runs and how long they may take.")]


@with_options_but("again")
def sweep(
    config: Config,
    settings: Settings = None,
    over: Over = None,
    show: Show = None,
    dry_run: DryRun = False,
    jobs: Jobs = 1,
    engine: EngineName = "local",
    address: Address = None,
    retries: Retries = 0,
    timeout: Timeout = None,
    on_error: WhenFailed = OnError.CONTINUE,
    *,
    options: Options,
) -> None:
    """Run a config at many points: `convlab sweep hadamard --over training.lr=0.1,0.01`.

    Exit 1 if a run failed. `convlab resume SWEEP` runs what is missing.
    """
    with one_line_errors(options.debug):
        fixed = list(map(assignment, settings or ()))
        fixed += [] if options.seeds is None else [Override("seeds", options.seeds)]
        made = _planned(config, over or (), fixed, show or (), options)
        way = Way(jobs, engine, address, Policy(retries, timeout), on_error)
        chosen = way.chosen(made)
        if dry_run:
            _list(made, 1 if measures_times(made) else jobs, options)
            return
        with store.gone_if_unused(options.out):
            folder = stored.prepare(made, options.out)
            go_on(made, folder, way, chosen, options)


def _planned(
    config: str,
    over: Sequence[str],
    fixed: Sequence[Override],
    show: Sequence[str],
    options: Options,
) -> Sweep:
    values, plans = planned(config, over, fixed, quick=options.quick)
    quantities.check(show, plans[0].claims)
    asked = lab.asked_for(
        plans[0], device=options.device, threads=options.threads, first_seed=options.first_seed
    )
    base = replace(asked, overrides=tuple(fixed))
    return Sweep(plans[0].name, base, tuple(points(values)), tuple(show))


def _list(made: Sweep, jobs: int, options: Options) -> None:
    """What would be run, and how long it may take; nothing is run, and no folder made."""
    folder = options.out / f"sweep-{made.experiment}"
    listed = [Row(n, p, stored.run_folder(folder, n)) for n, p in enumerate(made.points)]
    as_planned = Shown(made, folder, listed, made.show)
    if not is_document(as_planned, options):
        output.show_all(
            SweepTable(as_planned.title, listed),
            estimate(made.experiment, len(listed), jobs, options.out, quick=made.asked.quick),
        )
