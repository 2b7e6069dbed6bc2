"""The command `show`: runs, configs and claims, each whole, and none of the words ignored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from rich.console import RenderableType
from typer import Argument, Option

from .. import lab, report
from ..config import assignment
from ..errors import UsageError
from ..foreign import printable
from ..lab import arrays, listing, store
from ..record import Record, as_json
from ..sweep import documents
from ..sweep.documents import Shown
from . import completion, output
from .claims import about, is_claim
from .exit_codes import one_line_errors
from .options import Debug, Out, Show, Tables
from .output import show_all
from .sweeping import shown as sweep
from .sweeping import table

Words = Annotated[
    list[str],
    Argument(
        metavar="NAME | KEY=VALUE...",
        help="Runs, configs, YAML files, claims and posts; and settings, each behind its config.",
        autocompletion=completion.shown,
    ),
]
Json = Annotated[bool, Option("--json", help="Print the record of a run as JSON.")]
Csv = Annotated[bool, Option("--csv", help="Print one CSV line per quantity of a run.")]
Markdown = Annotated[bool, Option("--markdown", help="Print a run as Markdown.")]


def show(
    words: Words,
    json: Json = False,
    csv: Csv = False,
    markdown: Markdown = False,
    tables: Tables = False,
    show_: Show = None,
    out: Out = lab.RUNS,
    debug: Debug = False,
) -> None:
    """What an experiment asks, claims and can be set to; or a stored run, as it was printed."""
    with one_line_errors(debug):
        named = _with_settings(words, out)
        if json or csv or markdown:
            kept = [_kept(name, out, show_ or ()) for name, _ in named]
            output.print_document(_document(kept, json=json, csv=csv, markdown=markdown))
            return
        shown = [
            list(_parts(name, settings, out, tables=tables, show=show_ or ()))
            for name, settings in named
        ]
        for place, parts in enumerate(shown):
            show_all(*([""] if place else []), *parts)


def _with_settings(words: Sequence[str], out: Path) -> list[tuple[str, list[str]]]:
    """Each name with the settings behind it; UsageError for one that has no config before it."""
    named: list[tuple[str, list[str]]] = []
    for word in words:
        if listing.is_run(word, out) or is_claim(word):
            named.append((word, []))
        elif "=" not in word:
            listing.check_known(word, out)
            named.append((word, []))
        elif why := _without_settings(named[-1][0] if named else "", out):
            raise UsageError(
                f"{printable(word)} is a setting of the config before it, but {printable(why)}"
            )
        else:
            named[-1][1].append(word)
    return named


def _without_settings(name: str, out: Path) -> str:
    """Why what is named has no settings to change; nothing if it has."""
    if not name:
        return "none is named"
    if listing.is_run(name, out):
        return f"{name} is a run, which keeps its own"
    return f"{name} is none" if is_claim(name) else ""


def _kept(name: str, out: Path, show: Sequence[str]) -> Record | Shown:
    """The record of a run, or a sweep as it is now."""
    if not listing.is_run(name, out):
        raise UsageError(f"{printable(name)} is no run; --json, --csv and --markdown show runs")
    folder = store.find(name, out)
    return sweep(folder, show) if store.is_sweep(folder) else store.load(folder, arrays=False)


def _document(kept: Sequence[Record | Shown], *, json: bool, csv: bool, markdown: bool) -> str:
    """One document of the runs; UsageError where it is to be of two kinds."""
    if json + csv + markdown > 1:
        raise UsageError("--json, --csv and --markdown are three documents: name one of them")
    if csv:
        return _csv(kept)
    if markdown:
        return "\n\n".join(map(_markdown, kept))
    made = [
        documents.document(each) if isinstance(each, Shown) else each.document() for each in kept
    ]
    return as_json(made[0] if len(made) == 1 else made, ascii_only=output.ascii_only())


def _csv(kept: Sequence[Record | Shown]) -> str:
    records = [each for each in kept if isinstance(each, Record)]
    sweeps = [each for each in kept if isinstance(each, Shown)]
    if sweeps and len(kept) > 1:
        raise UsageError("the CSV of a sweep has columns of its own: show each by itself")
    return documents.as_csv(sweeps[0]) if sweeps else report.as_csv(*records)


def _markdown(kept: Record | Shown) -> str:
    if isinstance(kept, Shown):
        figures = [(kept.folder / name).as_posix() for name in kept.figures]
        return documents.as_markdown(kept, figures)
    return report.as_markdown(kept, _figures(kept))


def _figures(record: Record) -> list[str]:
    return [(Path(record.run or "") / name).as_posix() for name in record.figures]


def _parts(
    name: str, settings: Sequence[str], out: Path, *, tables: bool, show: Sequence[str]
) -> Iterator[RenderableType]:
    if not listing.is_run(name, out) and is_claim(name):
        yield about(name, out)
        return
    if not listing.is_run(name, out):
        plan = lab.plan(name, list(map(assignment, settings)))
        yield report.experiment(plan.docstring, plan.claims, plan.settings)
        return
    folder = store.find(name, out)
    if store.is_sweep(folder):
        yield from table(sweep(folder, show), everything=tables)
        return
    stored, broken = arrays.outline(folder)
    kept = store.load(folder, arrays=False)
    yield report.record(kept, tables=tables)
    yield report.arrays({each.name: (str(each.dtype), each.shape) for each in stored}, broken)
    yield report.kept_settings(kept.settings)
