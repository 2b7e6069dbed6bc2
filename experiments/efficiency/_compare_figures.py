"""The figures of a comparison: by the number of images, by what was tried, and the cost."""

from __future__ import annotations

from matplotlib.figure import Figure

from convlab.figures import bars, curves, lines, points
from convlab.measure import Measurements, Sample
from convlab.record import Record

from ._learning import ALL_IMAGES
from ._settings import ACCURACY, OTHER_WRITERS, SHUFFLED, TEST_ACCURACY

BARS = "bars: 95 % intervals"
BAND = "cross-entropy of a batch; band: middle 80 % of the seeds"
ASIDE = 0.12  # between the arms, where what was tried is 1 apart


def by_what_was_tried(record: Record) -> Figure:
    """The accuracy of each arm on random splits, and by all else that was tried."""
    measurements, series = record.measurements, dict[str, dict[float, Sample]]()
    names = ["random splits"]
    for row in measurements.rows:
        arm = row.factors["arm"]
        if row.factors.get("equal") == "parameters" and TEST_ACCURACY in row.quantities:
            series[arm] = {0: row.quantities[TEST_ACCURACY]}
        if what := row.factors.get("tried"):
            names += [what] * (what not in names)
            series[arm][names.index(what)] = row.quantities[ACCURACY]
    shifted = {}
    for number, (arm, samples) in enumerate(series.items()):
        left = ASIDE * (number - (len(series) - 1) / 2)
        shifted[arm] = points({place + left: each for place, each in samples.items()})
    title = record.finding("C005o2", "What does each make of other splits, pixels and steps?")
    figure = lines(shifted, title=title, x="", y=f"{TEST_ACCURACY}; {BARS}")
    (axes,) = figure.axes
    axes.set_xticks(range(len(names)), names)
    for container in axes.containers:
        container[0].set_linestyle("none")  # nothing lies between two names
    return figure


def cost_bars(measurements: Measurements) -> Figure:
    rows = [row for row in measurements.rows if "multiply-adds" in row.quantities]
    costs = {
        f"{row.factors['arm']} {row.factors['width']}: {name}": row.quantities[name].center
        for name in rows[0].quantities
        for row in rows
    }
    return bars(costs, title="What does each cost, by its width?", x="number")


def learning_curves(measurements: Measurements, equal: str, title: str) -> Figure:
    by_arm: dict[str, dict[int, Sample]] = {}
    levels: dict[str, float] = {}
    for row in measurements.rows:
        arm = row.factors["arm"]
        if "images" in row.factors and row.factors["equal"] == equal:
            by_arm.setdefault(arm, {})[row.factors["images"]] = row.quantities[ACCURACY]
        elif arm == "support vectors":
            levels["support vectors, all images"] = row.quantities[ACCURACY].center
    series = {arm: points(by_images) for arm, by_images in by_arm.items()}
    x, y = "training images", f"{TEST_ACCURACY}; {BARS}"
    return lines(series, title=title, x=x, y=y, levels=levels, log_x=True)


def loss_curves(measurements: Measurements) -> Figure:
    losses = {
        name.removeprefix("loss of ").removesuffix(f", {ALL_IMAGES}"): values
        for name, values in measurements.arrays.items()
        if name.endswith(f", {ALL_IMAGES}")
        and not any(t in name for t in (SHUFFLED, OTHER_WRITERS))
    }
    return curves(losses, title="How fast does each learn, from all images?", y=BAND)
