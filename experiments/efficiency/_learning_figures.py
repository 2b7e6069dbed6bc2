"""The figures of `signal`, `few`, `variance` and `shifts`."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import lines, points, side_by_side
from convlab.measure import Measurements
from convlab.record import Record

from ._few_quantities import ACCURACY, IN_ORDER, RANDOM, SHUFFLED
from ._signal_quantities import needed
from ._signal_settings import ARMS, PATCHES

BARS = "bars: 95 % intervals"


def of_examples(record: Record, title: str) -> Figure:
    """How many examples each arm needs, by the number of patches."""
    figure = lines(
        {arm: points({k: needed(arm, k)(record.measurements) for k in PATCHES}) for arm in ARMS},
        title=title,
        x="positions where the feature may stand",
        y=f"examples to be right in {record.settings['target']:g} %, medians",
        levels={"not with so many": max(record.settings["examples"])},
        log_x=True,
        log_y=True,
    )
    _mark(figure, PATCHES)
    return figure


def of_images(record: Record, title: str, counts: tuple[int, ...]) -> Figure:
    """The accuracy of the CNN and the MLP, by the number of images, in order and shuffled."""
    series = {}
    for arm in ("cnn", "mlp"):
        for pixels in (IN_ORDER, SHUFFLED):
            row = {"split": RANDOM, "pixels": pixels, "arm": arm}
            by_images = {n: record.measurements.get(ACCURACY, images=n, **row) for n in counts}
            series[f"{arm}, pixels {pixels}"] = points(by_images)
    x, y = "training images of each class", f"accuracy on new digits (%); {BARS}"
    figure = lines(series, title=title, x=x, y=y, log_x=True)
    _mark(figure, counts)
    return figure


def _mark(figure: Figure, numbers: tuple[int, ...]) -> None:
    """Name these numbers along the axis, and no others."""
    (axes,) = figure.axes
    axes.set_xticks(numbers, [str(number) for number in numbers])
    axes.minorticks_off()


def of_parts(record: Record, parts: tuple[str, ...], title: str) -> Figure:
    """The parts of the Brier score of each arm, by images, and by pixels where shuffled."""
    named = Measurements()
    for row in record.measurements.rows:
        if parts[0] in row.quantities:
            images, pixels, arm = row.factors.values()
            what = [f"from {images}", *[pixels] * (pixels != IN_ORDER)]
            name = "\n".join([*arm.split(", "), *what])
            named.add("", {"name": name}, {each: row.quantities[each] for each in parts})
    y = f"part of the Brier score; {BARS}"
    return side_by_side(named, parts, by="name", title=title, y=y, levels={})


def of_seen(record: Record, quantities: tuple[str, ...], title: str) -> Figure:
    """What each network is right in, by what it has seen."""
    named = Measurements()
    for row in record.measurements.rows:
        if quantities[0] in row.quantities:
            name = f"{row.factors['arm']}:\n{row.factors['seen']}"
            named.add("", {"name": name}, {each: row.quantities[each] for each in quantities})
    y, levels = f"right in new examples (%); {BARS}", {"guessing": 50.0}
    return side_by_side(named, quantities, by="name", title=title, y=y, levels=levels)
