"""Stored runs as documents and figures in a folder, each written whole and none overwritten."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from .. import files, report
from ..errors import UsageError
from ..foreign import printable
from ..record import Record, tidy
from . import store
from .figure_files import Writer, figure_files, plain
from .formats import DOCUMENTS, FIGURES, FORMATS, Width


def export(
    runs: Sequence[Path],
    to: Path,
    chosen: Sequence[str] = FORMATS,
    width: Width | None = None,
    *,
    overwrite: bool = False,
    code: Sequence[Path] = (),
) -> Iterator[str]:
    """Write each run's documents and figures to a folder; a line for each file, and what lacks.

    Figures are drawn again from the record, by an experiment that ships or by the file of `code`
    that is called so; no other is executed. Raises UsageError before anything is written: for a
    run that cannot be read, for two files of one name, for a file that is there already, unless
    it may be overwritten, for code that is not there, and where there is nothing to write.
    """
    planned, told = writers(runs, chosen, width or Width(), code)
    yield from write(planned, told, to, overwrite=overwrite)


def writers(
    runs: Sequence[Path], chosen: Sequence[str], width: Width, code: Sequence[Path] = ()
) -> tuple[list[tuple[str, Writer]], list[str]]:
    """A writer for the file of each run's documents and figures, and what is to be said of them.

    Raises UsageError for a run that cannot be read, and for code that is not there.
    """
    _check_code(code)
    planned, told = list[tuple[str, Writer]](), list[str]()
    for folder in {run.resolve(): run for run in runs}.values():  # one that is named twice, once
        record = store.load(folder)
        stem = plain(tidy.name_of(record))
        figures, notes = figure_files(record, stem, chosen, width, code)
        told += [f"{printable(tidy.name_of(record))}: {printable(note)}" for note in notes]
        planned += (_documents(record, stem, chosen, [*figures]) | figures).items()
    return planned, told


def write(
    planned: Iterable[tuple[str, Writer]], told: Iterable[str], to: Path, *, overwrite: bool
) -> Iterator[str]:
    """Write files by their names to a folder; a line for each, after what is to be told.

    Raises UsageError before anything is written: for two files of one name, for one that is there
    already, unless it may be overwritten, and where there is nothing to write.
    """
    said, files_ = list(told), dict[Path, Writer]()
    for name, writer in planned:
        if to / name in files_:
            raise UsageError(
                f"two runs would be {printable(to / name)}: export each to a folder of its own"
            )
        files_[to / name] = writer
    if not files_:
        raise UsageError(f"nothing was written: {'; '.join(said) or 'there is no figure'}")
    _check_free(files_, overwrite)
    yield from said
    for path, writer in files_.items():
        _make(to)
        files.write(path, writer)
        yield f"wrote {printable(path)}"


def _check_code(code: Sequence[Path]) -> None:
    for file in code:
        if file.suffix != ".py" or not files.is_file(file):
            raise UsageError(f"--code {printable(file)} is no file of Python; check the path")


def _documents(
    record: Record, stem: str, chosen: Sequence[str], figures: Sequence[str]
) -> dict[str, Writer]:
    """A writer for the file of each document that is wanted."""
    makers: dict[str, Callable[[], str]] = {
        "markdown": lambda: report.as_markdown(record, of_one_kind(figures, FIGURES)),
        "latex": lambda: report.as_latex(record, stem, of_one_kind(figures, ("pdf", "png"))),
        "csv": lambda: report.as_tidy_csv(record),
        "json": lambda: report.as_json(record),
    }
    return {
        f"{stem}{ending}": partial(write_text, makers[name])
        for name, ending in DOCUMENTS.items()
        if name in chosen
    }


def write_text(make: Callable[[], str], path: Path) -> None:
    """Write the text that it makes, with a line end."""
    path.write_text(make() + "\n", encoding="utf-8")


def of_one_kind(figures: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """The files of the first kind that there is, since a document shows each figure once."""
    by_kind = ([name for name in figures if name.endswith(f".{kind}")] for kind in kinds)
    return next(filter(None, by_kind), [])


def _check_free(planned: dict[Path, Writer], overwrite: bool) -> None:
    there = [path for path in planned if os.path.lexists(path)]  # not where none can be looked for
    if there and not overwrite:
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise UsageError(
            f"{printable(there[0])} is there already{more}; name another --to, or say --overwrite"
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{printable(folder)} cannot be made: {error.strerror}; name another --to"
        ) from error
