"""The command `resume`, and how a run is watched and its record printed, first or resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from typer import Argument, Option

from .. import lab, report
from ..errors import UsageError
from ..lab import resuming, store
from ..record import Progress, Record
from ..report.progress import ProgressLine
from ..sweep import stored
from ..sweep.attempt import Policy
from ..sweep.stored import Sweep
from . import completion, output
from .exit_codes import one_line_errors
from .options import (
    Address,
    EngineName,
    Jobs,
    OnError,
    Options,
    Retries,
    Timeout,
    WhenFailed,
    with_options_but,
)
from .sweeping import Way, go_on

Run = Annotated[
    str,
    Argument(
        metavar="RUN",
        help="A stored run or sweep, by name or path.",
        autocompletion=completion.resumable,
    ),
]
Force = Annotated[
    bool, Option("--force", help="Go on although another host may be at work on it.")
]
Yes = Annotated[bool, Option("--yes", "-y", help="Run the code of a run that was made elsewhere.")]
OF_A_NEW_RUN = ("seeds", "first_seed", "quick", "device", "threads", "again")


@with_options_but(*OF_A_NEW_RUN)
def resume(
    run: Run,
    force: Force = False,
    yes: Yes = False,
    jobs: Jobs = 1,
    engine: EngineName = "local",
    address: Address = None,
    retries: Retries = 0,
    timeout: Timeout = None,
    on_error: WhenFailed = OnError.CONTINUE,
    *,
    options: Options,
) -> None:
    """Go on with a run or sweep that was stopped or killed; what is trained is not trained again.

    Of a sweep what is missing is run, be it failed or never begun.
    """
    with one_line_errors(options.debug):
        folder = store.find(run, options.out)
        is_sweep = store.is_sweep(folder)
        if not (stored if is_sweep else resuming).is_ours(folder) and not yes:
            _ask(folder)
        way = Way(jobs, engine, address, Policy(retries, timeout), on_error)
        if is_sweep:
            _check_not_forced(run, force)
            made = Sweep.load(folder)
            go_on(made, folder, way, way.chosen(made), options, afresh=True)
            return
        _check_one(run, way)
        with running(options) as tell:
            record = lab.run_in(folder, tell=tell, force=force, afresh=True)
        finish(record, options)


def _check_not_forced(name: str, force: bool) -> None:
    if force:
        raise UsageError(f"--force is for one run: convlab resume {name}/NUMBER --force")


def _check_one(name: str, way: Way) -> None:
    """Raise UsageError for what only the runs of a sweep can have."""
    if way != Way():
        raise UsageError(
            f"{name} is one run, no sweep: --jobs, --engine, --address, --retries, --timeout and "
            "--on-error are for sweeps"
        )


def _ask(folder: Path) -> None:
    """Go on only if the user trusts code that somebody else may have chosen."""
    told = f"{folder} was not made on this machine, or was copied: to resume it runs the code"
    if not output.can_ask():
        raise UsageError(f"{told} that it names; say --yes if you trust that")
    if not typer.confirm(f"{told} that it names. Do you trust that?", err=True):
        raise UsageError(f"{folder} was left as it is")


@contextmanager
def running(options: Options) -> Iterator[Callable[[Progress], None]]:
    """What a run is told the progress to; on an interrupt, the tables that are whole are shown."""
    progress_line = ProgressLine(Console(stderr=True, quiet=options.quiet))
    try:
        with output.printed_to_stderr(options.json or options.csv), progress_line as progress:
            yield progress.tell
    except KeyboardInterrupt as error:
        if kept := getattr(error, "kept_in", ""):
            finish(store.load(Path(kept)), replace(options, check=False))
        raise


def finish(record: Record, options: Options, *before_files: RenderableType) -> None:
    """Print the record as asked for; exit with 1 on a wrong verdict, if asked to check."""
    try:
        if options.json:
            output.print_document(report.as_json(record, ascii_only=output.ascii_only()))
        elif options.csv:
            output.print_document(report.as_csv(record))
        else:
            output.show_all(
                report.record(record, tables=options.tables, before_files=before_files)
            )
    finally:  # whether or not anybody reads it
        if options.check and record.unexpected:
            raise typer.Exit(1)
