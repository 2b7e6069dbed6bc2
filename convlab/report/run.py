"""A run for a reader, answers first: question, answer, claims, what was trained, tables, files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from ..record import Record, Status
from .tables import FirstTables, by_title, of_small_version, separated
from .trained import trained
from .verdicts import Claims, answer
from .words import notes, words


def record(
    shown: Record, *, tables: bool = False, before_files: Iterable[RenderableType] = ()
) -> RenderableType:
    """The run from its question to its folder, all of its tables among it if asked for.

    `before_files` stands between what was measured and the files that it is kept in.
    """
    parts = [Group(*_answered(shown)), *_judged_and_trained(shown)]
    parts += _tables(shown, everything=tables, needed=len(parts) == 1)
    parts += [Group(*below) for below in (notes(shown.measurements.notes), before_files) if below]
    return Group(*separated([*parts, Group(*_closing(shown))]))


def _answered(shown: Record) -> Iterator[RenderableType]:
    yield words(shown.question, style="bold")
    if found := answer(shown):
        yield found


def _judged_and_trained(shown: Record) -> Iterator[RenderableType]:
    if shown.verdicts:
        yield Claims(shown.verdicts)
    if shown.trained:
        yield Group(*trained(shown.trained))


def _tables(shown: Record, *, everything: bool, needed: bool) -> Iterator[RenderableType]:
    rows = shown.measurements.rows
    if everything:
        yield from by_title(rows)
    elif rows:
        how = f"`convlab show {shown.run} --tables` shows them" if shown.run else "not shown"
        if shown.quick:
            yield of_small_version(rows, how)
        else:
            yield FirstTables(list(by_title(rows)), how, at_least=int(needed))


def _closing(shown: Record) -> list[Text]:
    lines = []
    if shown.quick:
        lines.append(Text("a quick run: it shows that all works, and decides only what is exact"))
    if shown.status is not Status.COMPLETED:
        reason = f": {shown.error}" if shown.error else ""
        lines.append(words(f"this run is {shown.status}{reason}", style="bold red"))
    if shown.run:
        lines += [words(f"figure: {Path(shown.run) / name}") for name in shown.figures]
        first = f"; first seed {shown.first_seed}" if shown.first_seed else ""
        lines.append(words(f"run: {shown.run} ({shown.seconds:.1f} s{first})"))
    return lines
