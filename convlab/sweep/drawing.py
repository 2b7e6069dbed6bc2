"""The figures of a sweep: each quantity against each swept key, with its intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import files
from ..lab.drawing import DOTS
from ..lab.figure_files import plain
from .points import value_text
from .quantities import Column, Value, columns
from .rows import Row
from .stored import Sweep

if TYPE_CHECKING:  # a second to import
    from matplotlib.figure import Figure

MOST_LINES = 6  # of one figure
DECADES = 100  # how many times the least the largest value is, where an axis is logarithmic
ASIDE = 0.08  # between lines, where names are 1 apart
Line = dict[int, Value]  # by the place of the key's value


def keep(sweep: Sweep, rows: Sequence[Row], folder: Path, show: Sequence[str]) -> list[str]:
    """Keep the figures as PNG files in the sweep's folder; their names."""
    names = []
    for name, figure in figures(sweep, rows, show).items():
        files.write(folder / f"{name}.png", partial(figure.savefig, dpi=DOTS))
        names.append(f"{name}.png")
    return names


def figures(
    sweep: Sweep, rows: Sequence[Row], show: Sequence[str], width: float | None = None
) -> dict[str, Figure]:
    """The figures by their names, as wide as they are drawn, or as many inches as are given."""
    found = columns([each.record for each in rows], show)
    drawn: dict[str, Figure] = {}
    for name, column in found.items():
        for place, key in enumerate(sweep.keys):
            values = list(dict.fromkeys(value_text(point[place]) for point in sweep.points))
            if len(values) > 1 and column:
                lines = _lines(sweep, column, place, values)
                drawn[plain(f"{name} by {key}")] = _figure(sweep, name, place, lines, width)
    if any(each.record and each.record.quick for each in rows):
        from ..figures import stamp

        for figure in drawn.values():
            stamp(figure, "quick run")
    return drawn


def _lines(sweep: Sweep, column: Column, place: int, values: Sequence[str]) -> dict[str, Line]:
    """The values along the key, a line for each combination of the other keys."""
    lines: dict[str, Line] = {}
    for number, point in enumerate(sweep.points):
        if number in column:
            others = [each for at, each in enumerate(point) if at != place]
            name = ", ".join(f"{each.key}={value_text(each)}" for each in others)
            lines.setdefault(name, {})[values.index(value_text(point[place]))] = column[number]
    return lines


def _figure(
    sweep: Sweep, name: str, place: int, lines: Mapping[str, Line], width: float | None
) -> Figure:
    from .. import figures
    from ..figures.lettering import drawable

    key, every = sweep.keys[place], [point[place] for point in sweep.points]
    texts = list(dict.fromkeys(map(value_text, every)))
    numbers = _numbers([each.value for each in every])
    shown = dict(list(lines.items())[:MOST_LINES])
    left_out = len(lines) - len(shown)
    more = f"; the first {MOST_LINES} of {len(lines)} lines" if left_out else ""
    log = bool(numbers) and min(numbers) > 0 and max(numbers) >= DECADES * min(numbers)
    series = {
        each or name: _points(line, numbers, nudge=at - (len(shown) - 1) / 2)
        for at, (each, line) in enumerate(shown.items())
    }
    figure = figures.lines(
        series, title=f"{sweep.experiment}: {name} by {key}{more}", x=key, y=name, log_x=log
    )
    (axes,) = figure.axes
    if not numbers:
        axes.set_xticks(range(len(texts)), [drawable(text) for text in texts])
    if len(sweep.keys) == 1 and (legend := axes.get_legend()):
        legend.remove()
    if width is not None:
        figures.resize(figure, width)
    return figure


def _numbers(values: Sequence[Any]) -> list[float]:
    """The distinct values as numbers, in their order; none where one of them is no number."""
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in values):
        return []
    return list(dict.fromkeys(map(float, values)))


def _points(line: Line, numbers: Sequence[float], nudge: float) -> tuple[Any, ...]:
    """What `figures.lines` draws: x, centers, lows and highs, from the left to the right."""
    at = {place: numbers[place] if numbers else place + ASIDE * nudge for place in line}
    known = sorted(line, key=at.__getitem__)
    values = [line[place] for place in known]
    return (
        [at[place] for place in known],
        [value.center for value in values],
        [value.low for value in values],
        [value.high for value in values],
    )
