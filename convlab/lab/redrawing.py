"""The figures of a stored run, drawn again from its record by the experiment's code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from .. import files
from ..errors import UsageError
from ..foreign import printable
from ..record import Record
from . import catalogue, drawing
from .neighbours import neighbours
from .outline import account
from .sources import kept, sources

if TYPE_CHECKING:  # a second to import
    from matplotlib.figure import Figure


def redrawn(
    record: Record, width: float | None = None, code: Sequence[Path] = ()
) -> tuple[dict[str, Figure], list[str]]:
    """The figures, and a sentence where the code is not what it was; none, and why, without it.

    Executed is what ships, and of `code`, which the user names, the file that is called as the
    record's experiment. A record may name any file of this machine, so its word is not enough.
    """
    if not record.measurements.rows and not record.measurements.arrays:
        return {}, ["it has measured nothing that could be drawn"]
    file = _experiment(record, code)
    if file is None or not files.is_file(file):
        return {}, [_why_none(record)]
    changed = _changed(record, file)
    try:
        experiment = catalogue.load(file)
        try:
            return drawing.figures(experiment, record, width), changed
        finally:
            catalogue.forget(experiment.__package__ or "")
    except (Exception, SystemExit) as error:  # of a user's code, perhaps of another version
        return {}, [*changed, f"its figures cannot be drawn again: {account(file, error)}"]


def _experiment(record: Record, code: Sequence[Path]) -> Path | None:
    """The file of the experiment: the one that ships under its name, or one that is named."""
    if _own(record) is None:
        return catalogue.experiments().get(record.experiment)
    return next((file for file in code if file.stem == record.experiment), None)


def _own(record: Record) -> Path | None:
    """Where the record says that the user's own experiment lay; None for one that ships."""
    own = [source for source in kept(record.environment)[1:2] if "text" in source]
    return Path(own[0]["path"]) if own else None


def _why_none(record: Record) -> str:
    own = _own(record)
    if own is not None and files.is_file(own):
        return (
            f"only its record names {printable(own)}, so that is not executed: if you trust it, "
            f"add --code {printable(quote(str(own)))} to have its figures drawn"
        )
    where = f" {printable(own)}" if own else ""
    return f"its experiment's code{where} is not there any more: no figure can be drawn"


def _changed(record: Record, file: Path) -> list[str]:
    """A sentence if the experiment or what it imports from beside it is not what the run had."""
    made = {Path(each["path"]).name: each["sha256"] for each in kept(record.environment)[1:]}
    try:
        now = {
            Path(each["path"]).name: each["sha256"] for each in sources([file, *neighbours(file)])
        }
    except UsageError as error:
        return [str(error)]
    changed = [name for name in now.keys() | made.keys() if now.get(name) != made.get(name)]
    if not made:
        return ["it does not say from which code it was made: its figures are drawn by today's"]
    names = ", ".join(sorted(changed))
    return [f"{names} changed since the run: its figures are drawn by the code of now"] * bool(
        names
    )
