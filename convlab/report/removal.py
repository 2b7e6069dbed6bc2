"""What is to be removed: a line for each run, and how much that is together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table

from ..record import Head
from .run_list import known
from .words import words

MOST = 20  # runs that are shown one by one


@dataclass(frozen=True)
class Removal:
    """A run or a sweep that is to be removed, and how much lies in its folder."""

    head: Head
    files: int
    bytes: int


def removals(runs: Sequence[Removal]) -> RenderableType:
    """A line for each run, with the number and the size of its files."""
    table = Table.grid(padding=(0, 2))
    for each in runs[:MOST]:
        cells = (words(text, style=style) for text, style in known(each.head))
        table.add_row(*cells, words(_files(each.files, each.bytes)))
    more = [words(f"and {len(runs) - MOST} more")] if len(runs) > MOST else []
    return Group(table, *more)


def amount(runs: Sequence[Removal]) -> str:
    """How many runs, and how much they hold: `2 runs (14 files, 5.1 MB)`."""
    files, size = sum(each.files for each in runs), sum(each.bytes for each in runs)
    return f"{len(runs)} run{'s' * (len(runs) != 1)} ({_files(files, size)})"


def _files(number: int, size: int) -> str:
    shown = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"
    return f"{number} file{'s' * (number != 1)}, {shown}"
