"""The command `list`: experiments, configs, models, and the stored runs that are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from .. import lab, report
from ..errors import UsageError
from ..lab import listing
from ..lab.selection import Selection
from ..record import Status, as_json
from ..report.run_list_text import as_csv, document
from . import output
from .exit_codes import one_line_errors
from .options import Debug, Out
from .output import show_all

KINDS = ("experiments", "configs", "models", "runs")
Kind = Annotated[
    str,
    Argument(help="experiments, configs, models or runs.", autocompletion=lambda: KINDS),
]
Experiments = Annotated[
    list[str] | None, Option("--experiment", metavar="NAME", help="Only runs of it, and sweeps.")
]
Statuses = Annotated[
    list[str] | None,
    Option(
        "--status",
        metavar="WORD",
        help=f"Only such runs: {', '.join(Status)}.",
        autocompletion=lambda: list(Status),
    ),
]
Since = Annotated[
    str | None,
    Option(metavar="TIME", help="Only runs since then: 2026-11-20, 2026-11-20T15:30, 2h, 3d, 1w."),
]
Json = Annotated[bool, Option("--json", help="Print the runs as one JSON document.")]
Csv = Annotated[bool, Option("--csv", help="Print one CSV line per run.")]


def list_(
    kind: Kind = "experiments",
    experiment: Experiments = None,
    status: Statuses = None,
    since: Since = None,
    json: Json = False,
    csv: Csv = False,
    out: Out = lab.RUNS,
    debug: Debug = False,
) -> None:
    """What there is: the experiments and their questions, or another kind of thing."""
    with one_line_errors(debug):
        selection = Selection.of(experiment or (), status or (), since)
        if kind == "runs":
            _runs(selection, out, json=json, csv=csv)
            return
        if selection or json or csv:
            raise UsageError(
                "--experiment, --status, --since, --json and --csv are for `convlab list runs`"
            )
        if kind == "experiments":
            show_all(report.groups(listing.experiments()))
        else:
            show_all(report.names(listing.things(kind)))


def _runs(selection: Selection, out: Path, *, json: bool, csv: bool) -> None:
    if json and csv:
        raise UsageError("--json and --csv are two documents: name one of them")
    known = listing.heads(out)
    heads = selection.of_heads(known)
    if json:
        output.print_document(as_json(document(heads), ascii_only=output.ascii_only()))
    elif csv:
        output.print_document(as_csv(heads))
    else:
        show_all(report.runs(heads, *([selection.nothing(known)] if known else [])))
