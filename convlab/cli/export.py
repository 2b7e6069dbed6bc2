"""The command `export`: stored runs as documents and figures in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from .. import lab
from ..lab import exporting, formats, store
from ..settings import place
from ..sweep import exporting as sweeps
from . import completion, output
from .exit_codes import one_line_errors
from .options import Debug, Out
from .sweeping import shown

Runs = Annotated[
    list[str],
    Argument(
        metavar="RUN...",
        help="Stored runs and sweeps, by name or path.",
        autocompletion=completion.runs,
    ),
]
To = Annotated[Path, Option("--to", metavar="FOLDER", help="Where the files go.", callback=place)]
Formats = Annotated[
    list[str] | None,
    Option(
        "--format", metavar="NAME", help=f"{', '.join(formats.FORMATS)}; all, if none is named."
    ),
]
Width = Annotated[
    str | None, Option(help="Of the figures, such as 5in, 12cm, 120mm or 600px.", metavar="SIZE")
]
Code = Annotated[
    list[Path] | None,
    Option(
        metavar="FILE.py",
        help="Your experiment, which is executed to draw the figures of its runs again.",
    ),
]
Overwrite = Annotated[bool, Option("--overwrite", help="Replace files that are there already.")]


def export(
    runs: Runs,
    to: To,
    formats_: Formats = None,
    width: Width = None,
    code: Code = None,
    overwrite: Overwrite = False,
    out: Out = lab.RUNS,
    debug: Debug = False,
) -> None:
    """Write runs as Markdown, LaTeX, CSV, JSON and figures: `convlab export RUN --to paper`."""
    with one_line_errors(debug):
        chosen = formats.formats(formats_ or [])
        size = formats.Width() if width is None else formats.Width.of(width)
        folders = [store.find(name, out) for name in dict.fromkeys(runs)]
        with output.printed_to_stderr():  # what a user's own `draw` prints is no result
            named = list(map(place, code or ()))
            runs_ = [folder for folder in folders if not store.is_sweep(folder)]
            planned, told = exporting.writers(runs_, chosen, size, named)
            for folder in {each.resolve(): each for each in folders if each not in runs_}.values():
                planned += sweeps.writers(shown(folder), chosen, size)
            lines = list(exporting.write(planned, told, to, overwrite=overwrite))
        for line in lines:
            typer.echo(line)
