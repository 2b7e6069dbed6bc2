"""A sweep as documents and figures in a folder: its table, and each quantity by each key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..lab.exporting import of_one_kind, write_text
from ..lab.figure_files import Writer, plain, save
from ..lab.formats import DOCUMENTS, FIGURES, Width
from . import documents, drawing
from .documents import Shown


def writers(shown: Shown, chosen: Sequence[str], width: Width) -> list[tuple[str, Writer]]:
    """A writer for the file of each document and figure of the sweep."""
    stem = plain(shown.folder.resolve().name)
    figures = _figures(shown, stem, chosen, width)
    made = _documents(shown, stem, list(figures))
    wanted = {f"{stem}{DOCUMENTS[name]}": made[name] for name in made if name in chosen}
    return [*wanted.items(), *figures.items()]


def _documents(shown: Shown, stem: str, figures: Sequence[str]) -> dict[str, Writer]:
    makers: dict[str, Callable[[], str]] = {
        "markdown": lambda: documents.as_markdown(shown, of_one_kind(figures, FIGURES)),
        "latex": lambda: documents.as_latex(shown, stem, of_one_kind(figures, ("pdf", "png"))),
        "csv": lambda: documents.as_csv(shown),
        "json": lambda: documents.as_json(shown),
    }
    return {name: partial(write_text, make) for name, make in makers.items()}


def _figures(shown: Shown, stem: str, chosen: Sequence[str], width: Width) -> dict[str, Writer]:
    kinds = [kind for kind in FIGURES if kind in chosen]
    if not kinds:
        return {}
    drawn = drawing.figures(shown.sweep, shown.rows, shown.show, width.inches)
    return {
        f"{stem}-{name}.{kind}": partial(save, figure, kind, width.dots)
        for kind in kinds
        for name, figure in drawn.items()
    }
