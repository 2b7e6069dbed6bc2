"""What straight kernels gain on curved ones: quantities of the measurements, and figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convlab.measure import Measurements, Quantity, at, paired
from convlab.record import Record

from ._stroke_names import (
    DRAWN,
    ENLARGED,
    FITTED,
    KERNEL_WIDTHS,
    MAXIMUM,
    ON_ONES,
    ON_ZEROS,
    PLAIN,
    SHUFFLED,
    SIDES,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def of(quantity: str, name: str = PLAIN) -> Quantity:
    return at(quantity, images=name, kernels=FITTED, statistic=MAXIMUM)


def gain(name: str = PLAIN, kernels: str = FITTED, statistic: str = MAXIMUM) -> Quantity:
    """By how much straight less curved rises from a 0 to a 1."""
    return rise(f"gain, {name}", images=name, kernels=kernels, statistic=statistic)


def rise(name: str, **row: object) -> Quantity:
    return replace(paired(at(ON_ONES, **row), at(ON_ZEROS, **row)), name=name)


def draw_answers(record: Record) -> Figure:
    from convlab.figures import side_by_side

    measured = Measurements()
    for name in (PLAIN, ENLARGED, DRAWN, SHUFFLED):
        each = {what: of(what, name)(record.measurements) for what in (ON_ONES, ON_ZEROS)}
        measured.add("", {"images": name}, each)
    return side_by_side(
        measured,
        (ON_ONES, ON_ZEROS),
        by="images",
        title=f"{record.finding('C104')}.\n{record.finding('C105')}",
        y="straight less curved kernels, greatest output\nbars: 95 % intervals over splits",
        levels={"straight as much as curved": 0},
    )


def draw_gains(record: Record) -> Figure:
    from convlab.figures import lines, points

    series = {}
    for side in SIDES:
        for padding in (side // 2, 0):
            row = {"side": side, "padding": padding}
            gains = {w: rise("", width=w, **row)(record.measurements) for w in KERNEL_WIDTHS}
            series[f"{side} x {side}, {padding} zeros around the image"] = points(gains)
    return lines(
        series,
        title=record.finding("C104o2"),
        x="width of the kernel's stroke (pixels of an 8 x 8 digit)",
        y="gain of straight kernels from a 0 to a 1\nbars: 95 % intervals over splits",
        levels={"no gain": 0},
    )
