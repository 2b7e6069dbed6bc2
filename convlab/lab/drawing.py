"""The figures of a record, by the experiment's `draw`, with the settings written below."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from reprlib import repr as brief
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .. import files
from ..foreign import as_text
from ..record import Record
from ..record.facts import leaves

if TYPE_CHECKING:  # a second to import
    from matplotlib.figure import Figure

DOTS = 144  # an inch
LONGEST = 40  # characters of a setting that a figure states


def keep(experiment: ModuleType, record: Record, folder: Path) -> Iterator[str]:
    """Keep the figures as PNG files in the folder; their names."""
    for stem, figure in figures(experiment, record).items():
        files.write(folder / f"{stem}.png", partial(figure.savefig, dpi=DOTS))
        yield f"{stem}.png"


def figures(
    experiment: ModuleType, record: Record, width: float | None = None
) -> dict[str, Figure]:
    """The figures by name, each with its settings and seeds; a quick run's are stamped.

    They are as wide as they were drawn, or as many inches as are given.

    `draw(record)` is given the record, and `draw` with a parameter of any other name what was
    measured. Raises TypeError or ValueError for what is no figure, or no name of a file.
    """
    drawn = _drawn(experiment, record)
    if not drawn:
        return {}
    from ..figures import caption, resize, stamp
    from ..figures.lettering import leave_broken_mathematics

    for figure in drawn.values():
        if width is not None:
            resize(figure, width)
        caption(figure, settings(record))
        if record.quick:
            stamp(figure, "quick run")
        leave_broken_mathematics(figure)
    return drawn


def _drawn(experiment: ModuleType, record: Record) -> dict[str, Figure]:
    draw = getattr(experiment, "draw", None)
    if draw is None:
        return {}
    takes_record = next(iter(inspect.signature(draw).parameters), "") == "record"
    drawn = draw(record if takes_record else record.measurements)
    wanted = f"{experiment.__file__}: `draw` should return matplotlib Figures by name"
    if not isinstance(drawn, Mapping):
        raise TypeError(f"{wanted}, not {brief(drawn)}")
    for stem, figure in drawn.items():
        if not hasattr(figure, "savefig"):
            raise TypeError(f"{wanted}, not {brief(figure)} as {brief(stem)}")
        if not files.is_name(f"{stem}.png"):  # it would be written elsewhere
            raise ValueError(f"{wanted}; {brief(stem)} cannot be the name of a file")
    return dict(drawn)


def settings(record: Record) -> str:
    """The experiment, its seeds and its settings, in one line; long ones are left out."""
    stated = {key: _text(value) for key, value in leaves(record.settings) if key != "seeds"}
    known = [f"{key}={text}" for key, text in stated.items() if 0 < len(text) <= LONGEST]
    if isinstance(seeds := record.settings.get("seeds"), int):
        first = record.first_seed
        known.insert(0, f"seeds {first} to {first + seeds - 1}" if seeds > 1 else f"seed {first}")
    return f"{record.experiment}: {', '.join(known) or 'no settings'}"


def _text(value: Any) -> str:
    return "" if value is None else as_text(value)
