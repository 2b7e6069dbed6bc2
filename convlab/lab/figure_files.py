"""The files of a run's figures: drawn again from the record, or those that the run kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..record import Record, pictures
from .formats import FIGURES, Width
from .redrawing import redrawn

if TYPE_CHECKING:  # a second to import
    from matplotlib.figure import Figure

# Letters of text in a file are letters, and two exports of one run are the same bytes.
STYLE: dict[Any, Any] = {"pdf.fonttype": 42, "svg.hashsalt": "convlab"}
UNDATED = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}

Writer = Callable[[Path], object]
T = TypeVar("T")


def figure_files(
    record: Record,
    stem: str,
    chosen: Sequence[str],
    width: Width,
    code: Sequence[Path] = (),
) -> tuple[dict[str, Writer], list[str]]:
    """A writer for the file of each figure in each format, and what is to be said of them."""
    kinds = [kind for kind in FIGURES if kind in chosen]
    if not kinds:
        return {}, []
    drawn, notes = redrawn(record, width.inches, code)
    if notes and not drawn:
        return _kept(record, stem, kinds, notes), notes
    return {
        f"{name}.{kind}": partial(save, figure, kind, width.dots)
        for kind in kinds
        for name, figure in _by_file(stem, drawn).items()
    }, notes


def plain(name: str) -> str:
    """The name as every file system, LaTeX and a link take it."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.") or "figure"


def _kept(record: Record, stem: str, kinds: Sequence[str], notes: list[str]) -> dict[str, Writer]:
    """The figures that the run kept, as they are, where none can be drawn."""
    kept = {path.stem: path for path in pictures.there(record).values()}
    if "png" not in kinds or not kept:
        return {}
    notes.append("its PNG files are copied as the run drew them")
    named = _by_file(stem, kept).items()
    return {f"{name}.png": partial(shutil.copyfile, path) for name, path in named}


def _by_file(stem: str, figures: Mapping[str, T]) -> dict[str, T]:
    """The figures by the names of their files, numbered where two would have one name.

    `A` and `a` are one name where a file system takes them for one.
    """
    named, taken = dict[str, T](), set[str]()
    for name, figure in figures.items():
        called = f"{stem}-{plain(name)}"
        numbered = chain([called], (f"{called}-{number}" for number in count(2)))
        free = next(each for each in numbered if each.lower() not in taken)
        named[free] = figure
        taken.add(free.lower())
    return named


def save(figure: Figure, kind: str, dots: int, path: Path) -> None:
    from matplotlib import rc_context

    with rc_context(STYLE):
        figure.draw_without_rendering()  # a second layout finds room that the first one lacks
        figure.savefig(path, format=kind, dpi=dots, metadata=UNDATED[kind])
