"""The figures of a sweep: each quantity against each swept key, with its intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import files
from ..lab.drawing import DOTS
from ..lab.figure_files import plain
from .points import named, value_text
from .quantities import Column, Value, columns
from .rows import Row
from .stored import Sweep
from .table import caption

if TYPE_CHECKING:  # a second to import
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LONGEST = 120  # letters of the name of a file
MOST_LINES = 6  # of one figure
MOST_TICKS = 8  # that say each value of a key
LONGEST_VALUE = 30  # letters of a value beside its axis
MOST_LETTERS = 70  # of all values, that stand side by side
TALL = 4.0  # inches for the name of a quantity beside its axis
DECADE = 10  # how many times the least the largest value is, where an axis is logarithmic
ASIDE = 0.08  # between points of lines, where names are 1 apart
Line = dict[int, Value]  # by the place of the key's value


def keep(sweep: Sweep, rows: Sequence[Row], folder: Path, show: Sequence[str]) -> None:
    """Keep the figures as PNG files in the sweep's folder."""
    for name, figure in figures(sweep, rows, show).items():
        files.write(folder / f"{name}.png", partial(figure.savefig, dpi=DOTS))


def figures(
    sweep: Sweep, rows: Sequence[Row], show: Sequence[str], width: float | None = None
) -> dict[str, Figure]:
    """The figures by their names, as wide as they are drawn, or as many inches as are given."""
    found = columns([each.record for each in rows], show)
    drawn: dict[str, Figure] = {}
    for name, column in found.items():
        for place, key in enumerate(sweep.keys):
            if len({value_text(point[place]) for point in sweep.points}) > 1 and column:
                figure = _figure(sweep, name, column, place)
                _finish(figure, sweep, name, column, width)
                drawn[_free(f"{name} by {key}", drawn)] = figure
    return drawn


def _finish(figure: Figure, sweep: Sweep, name: str, column: Column, width: float | None) -> None:
    """Say below it what it shows, and across it that its runs are quick ones."""
    from .. import figures
    from ..figures.lettering import leave_broken_mathematics

    if width is not None:
        figures.resize(figure, width)
    fixed = _no_mathematics(named(sweep.asked.overrides))
    settings = f"{sweep.experiment}: {fixed}" if fixed else sweep.experiment
    leave_broken_mathematics(figure)  # in the names of quantities
    figures.caption(figure, "; ".join(filter(None, [caption({name: column}), settings])))
    if sweep.asked.quick:
        figures.stamp(figure, "quick runs")


def _free(text: str, taken: Iterable[str]) -> str:
    """The name of a file that none has yet; `A` and `a` are one where a file system says so."""
    called, lower = plain(text)[:LONGEST], {each.lower() for each in taken}
    numbered = chain([called], (f"{called}-{number}" for number in count(2)))
    return next(each for each in numbered if each.lower() not in lower)


def _figure(sweep: Sweep, name: str, column: Column, place: int) -> Figure:
    from .. import figures

    key, every = sweep.keys[place], [point[place] for point in sweep.points]
    texts = list(dict.fromkeys(map(value_text, every)))
    numbers = _numbers([each.value for each in every])
    lines = _lines(sweep, column, place, texts)
    shown = list(lines)[:MOST_LINES]
    more = f"; the first {MOST_LINES} of {len(lines)} lines" if len(shown) < len(lines) else ""
    series = {
        _no_mathematics(each) or name: _points(
            lines[each], numbers, nudge=at - (len(shown) - 1) / 2
        )
        for at, each in enumerate(shown)
    }
    title = f"{sweep.experiment}: {name} by {key}{more}"
    figure = figures.lines(series, title=title, x=key, y=figures.wrapped(name, TALL))
    (axes,) = figure.axes
    _name_places(axes, texts, numbers)
    if len(sweep.keys) == 1 and (legend := axes.get_legend()):
        legend.remove()
    return figure


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def _no_mathematics(text: str) -> str:
    """The text, in which dollars are dollars."""
    return text.replace("$", r"\$")


def _lines(sweep: Sweep, column: Column, place: int, values: Sequence[str]) -> Mapping[str, Line]:
    """The values along the key, a line for each combination of the other keys."""
    lines: dict[str, Line] = {}
    for number, point in enumerate(sweep.points):
        if number in column:
            name = named(each for at, each in enumerate(point) if at != place)
            lines.setdefault(name, {})[values.index(value_text(point[place]))] = column[number]
    return lines


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


def _name_places(axes: Axes, texts: Sequence[str], numbers: Sequence[float]) -> None:
    """Let the axis say the values of the key; nothing lies between two that are no numbers."""
    from matplotlib.ticker import NullFormatter

    from ..figures.lettering import drawable

    if numbers and min(numbers) > 0 and max(numbers) >= DECADE * min(numbers):
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter(NullFormatter())
    if not numbers or len(numbers) <= MOST_TICKS:
        labels = [drawable(_no_mathematics(_short(text))) for text in texts]
        aslant = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
        style: dict[str, Any] = aslant if sum(map(len, labels)) > MOST_LETTERS else {}
        axes.set_xticks(numbers or range(len(texts)), labels, **style)
    if not numbers:
        axes.set_xlim(-0.5, len(texts) - 0.5)
        for container in axes.containers:
            container[0].set_linestyle("none")
