"""The command `diff`: two stored runs side by side."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from .. import lab, report
from ..lab import store
from ..record import as_json
from ..record.comparison import Comparison
from . import completion, output
from .exit_codes import one_line_errors
from .options import Debug, Out
from .output import show_all

Run = Annotated[
    str,
    Argument(metavar="RUN", help="A stored run, by name or path.", autocompletion=completion.runs),
]
Json = Annotated[bool, Option("--json", help="Print one JSON document.")]


def diff(
    one: Run, other: Run, json: Json = False, out: Out = lab.RUNS, debug: Debug = False
) -> None:
    """Settings, quantities and verdicts of two runs side by side: `convlab diff RUN RUN`."""
    with one_line_errors(debug):
        folders = (store.find(name, out) for name in (one, other))
        found = Comparison(*(store.load(folder, arrays=False) for folder in folders))
        if json:
            output.print_document(as_json(found.document(), ascii_only=output.ascii_only()))
        else:
            show_all(report.comparison(found))
