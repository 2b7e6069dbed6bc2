"""How a sweep is carried out, watched and printed, begun or gone on with; and shown again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console, RenderableType

from ..errors import UsageError
from ..lab import store
from ..report.words import words
from ..sweep import documents, drawing, quantities
from ..sweep.attempt import Policy
from ..sweep.carrying_out import carry_out, measures_times
from ..sweep.documents import Shown
from ..sweep.engines import Engine, engine
from ..sweep.rows import rows
from ..sweep.stored import Sweep
from ..sweep.table import SweepTable
from ..sweep.watching import Watching
from . import output
from .options import OnError, Options

ONCE = Policy()  # each run is tried once, and may take as long as it does


@dataclass(frozen=True)
class Way:
    """How the runs of a sweep are carried out."""

    jobs: int = 1
    engine: str = "local"
    address: str | None = None
    policy: Policy = ONCE
    on_error: OnError = OnError.CONTINUE

    def chosen(self, sweep: Sweep) -> Engine:
        """The engine; UsageError for one that is not there, or not for this experiment."""
        alone = measures_times(sweep)
        if alone and self.engine != "local":
            raise UsageError(
                f"{sweep.experiment} measures times, which is no work for a cluster: its runs go "
                "one by one, with --engine local"
            )
        if alone and self.jobs > 1:
            output.tell(f"{sweep.experiment} measures times: its runs go one by one")
        jobs = 1 if alone else self.jobs
        return engine(self.engine, jobs=jobs, address=self.address, tell=output.tell)


def go_on(
    made: Sweep, folder: Path, way: Way, chosen: Engine, options: Options, *, afresh: bool = False
) -> None:
    """Run what is missing, watched; then print the sweep, and exit with 1 if a run failed."""
    console = Console(stderr=True, quiet=options.quiet, highlight=False)
    try:
        with Watching(made, folder, console) as watch:
            carry_out(
                made,
                folder,
                chosen,
                way.policy,
                watch,
                stop=way.on_error is OnError.STOP,
                afresh=afresh,
            )
    except KeyboardInterrupt as error:
        stopped = shown(folder)
        _print(stopped, options)
        done = sum(each.is_done for each in stopped.rows)
        error.add_note(f"{done} of {len(stopped.rows)} runs are done")
        error.add_note(f"`convlab resume {store.name_of(folder)}` goes on")
        raise
    ended = shown(folder)
    _draw(ended)
    try:
        _print(ended, options)
    finally:  # whether or not anybody reads it
        unexpected = any(each.record and each.record.unexpected for each in ended.rows)
        if not all(each.is_done for each in ended.rows) or (options.check and unexpected):
            raise typer.Exit(1)


def _draw(ended: Shown) -> None:
    """Keep the figures; one that fails costs no more than those."""
    try:
        drawing.keep(ended.sweep, ended.rows, ended.folder, ended.show)
    except Exception as error:
        told = " ".join(f"{type(error).__name__}: {error}".split())
        output.tell(f"not all figures could be drawn: {told}")


def shown(folder: Path, show: Sequence[str] = ()) -> Shown:
    """The sweep of a folder as it is now, with these quantities or those that it was made for.

    Raises UsageError for a quantity that no run has.
    """
    made = Sweep.load(folder)
    known = rows(made, folder)
    for problem in quantities.unknown([each.record for each in known], show):
        raise UsageError(problem)
    return Shown(made, folder, known, show or made.show)


def _print(known: Shown, options: Options) -> None:
    if not is_document(known, options):
        output.show_all(*table(known, everything=options.tables))


def is_document(known: Shown, options: Options) -> bool:
    """Whether a document is wanted, which is printed then; what it lacks is told beside it."""
    if options.json or options.csv:
        for note in quantities.notes([each.record for each in known.rows], known.show):
            output.tell(note)
    if options.json:
        output.print_document(documents.as_json(known, ascii_only=output.ascii_only()))
    elif options.csv:
        output.print_document(documents.as_csv(known))
    return options.json or options.csv


def table(shown: Shown, *, everything: bool) -> Iterator[RenderableType]:
    """The sweep for a terminal: its question, table, figures, and where it lies."""
    name = store.name_of(shown.folder)
    how_ = "" if everything else f"`convlab show {name} --tables` shows all"
    if shown.question:
        yield words(shown.question, style="bold")
    yield SweepTable(shown.title, shown.rows, shown.show, how_)
    if shown.sweep.asked.quick:
        yield "quick runs: they show that all works, and decide only what is exact"
    yield from (words(f"figure: {shown.folder / each}") for each in shown.figures)
    yield words(f"sweep: {shown.folder} ({store.head(shown.folder).seconds:.1f} s)")
    if not all(each.is_done for each in shown.rows):
        yield words(f"`convlab resume {name}` runs what is missing")
