"""Can the two signals of a convolution be exchanged?

In one and two dimensions, for signals of all pairs of lengths, the sums are written out with f and
g as they are, and exchanged: the whole convolution, and the circular one. Predicted: exchanged, it
gives the same numbers. Correlation, which is what a layer computes, is the control: exchanged, it
gives others in most cases, and these are its own numbers read from the other end.
"""

from itertools import product

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from convlab.figures import COLOURS, wrapped
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    Sample,
    above,
    at,
    equal,
    exactly,
)
from convlab.probes.exact import whole
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._written import written

FULL, CIRCULAR = "convolution", "circular convolution"
CORRELATION, MIRRORED = "correlation", "correlation, one of them mirrored"
PAIRS, UNLIKE = "pairs", "other numbers once exchanged (%)"
Signal = NDArray[np.int64]


class Config(BaseModel):
    """How long the signals are."""

    model_config = FROZEN

    longest: int = Field(6, ge=2, le=12, description="signal along an axis, from 2 on")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, generator = Measurements(), workbench.generator(Stream.DATA)
    for dimensions in (1, 2):
        sizes = list(product(range(2, config.longest + 1), repeat=2))
        unlike: dict[str, list[bool]] = {}
        for one, other in workbench.track(f"{dimensions}-D", sizes):
            f, g = (
                whole((n,) * dimensions, generator).long().numpy().astype(np.int64)
                for n in (one, other)
            )
            for arm, differs in exchanged(f, g).items():
                unlike.setdefault(arm, []).append(differs)
        for arm, each in unlike.items():
            shares = {PAIRS: exactly(len(each)), UNLIKE: exactly(100 * float(np.mean(each)))}
            title = "Signals f and g, and exchanged g and f"
            measurements.add(title, {"dimensions": dimensions, "arm": arm}, shares)
    add_example(measurements)
    return measurements


def exchanged(f: Signal, g: Signal) -> dict[str, bool]:
    """For each operation, whether f and g give other numbers than g and f."""
    found = {
        FULL: not np.array_equal(convolved(f, g), convolved(g, f)),
        CORRELATION: not np.array_equal(correlated(f, g), correlated(g, f)),
        MIRRORED: not np.array_equal(correlated(f, g), np.flip(correlated(g, f))),
    }
    if f.shape == g.shape:  # circular signals have one length
        found[CIRCULAR] = not np.array_equal(circular(f, g), circular(g, f))
    return found


def correlated(f: Signal, g: Signal) -> Signal:
    """Σ_p f(p) g(i + p) for every i at which the two meet; g is 0 outside."""
    (numbers,) = written(g[None], f[None, None], padding=len(f) - 1)
    return np.asarray(numbers)


def convolved(f: Signal, g: Signal) -> Signal:
    """Σ_p f(p) g(i - p) for every i at which they meet."""
    return correlated(np.flip(f), g)


def circular(f: Signal, g: Signal) -> Signal:
    """Σ_p f(p) g(i - p), i - p counted around the end."""
    total = np.zeros_like(g)
    for place in np.ndindex(f.shape):
        total += f[place] * np.roll(g, place, tuple(range(g.ndim)))
    return total


def add_example(measurements: Measurements) -> None:
    """A wedge and a box, and exchanged, for the figure."""
    f, g = np.array([4, 3, 2, 1]), np.array([1, 1, 1])
    for name, operation in ((FULL, convolved), (CORRELATION, correlated)):
        measurements.arrays[f"{name} of f with g"] = operation(f, g)
        measurements.arrays[f"{name} of g with f"] = operation(g, f)


def most(arm: str) -> Quantity:
    """The share of pairs with other numbers, in the dimension where it is greatest."""

    def share(measurements: Measurements) -> Sample:
        each = [measurements.get(UNLIKE, dimensions=d, arm=arm).center for d in (1, 2)]
        return exactly(max(each))

    return Quantity(f"other numbers once exchanged, {arm}", share, "%")


EXCHANGE_SHOWS = Control(
    sentence="a correlation gives other numbers once exchanged in most cases of one dimension",
    of=at(UNLIKE, dimensions=1, arm=CORRELATION),
    predicted=above(50),
)

CLAIMS = (
    Claim(
        id="C201",
        source="S2",
        sentence="Convolution is commutative: f and g can be exchanged and the value is the same",
        of=most(FULL),
        predicted=equal(0),
        controls=(EXCHANGE_SHOWS,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C201o1",
        source="ours",
        sentence="The circular convolution of two signals of one length is commutative",
        of=most(CIRCULAR),
        predicted=equal(0),
        controls=(EXCHANGE_SHOWS,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C201o2",
        source="ours",
        sentence="Cross-correlation is not commutative: exchanged, it gives its own numbers in "
        "reverse order",
        of=most(MIRRORED),
        predicted=equal(0),
        controls=(EXCHANGE_SHOWS,),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "Yes, in a convolution: of {pairs} pairs of signals in a row, and as many images, {full} % "
    "give other numbers once exchanged, circular ones included. A correlation, which is what "
    "layers compute, does so in {other:.0f} % of the rows: it gives its numbers in reverse order.",
    pairs=at(PAIRS, dimensions=1, arm=FULL),
    full=most(FULL),
    other=at(UNLIKE, dimensions=1, arm=CORRELATION),
)


def draw(record: Record) -> dict[str, Figure]:
    figure = Figure(figsize=(8, 3.8), layout="constrained")
    figure.suptitle(wrapped(record.finding("C201o2"), 7.5))
    for axes, name in zip(figure.subplots(1, 2, sharey=True), (FULL, CORRELATION), strict=True):
        for side, order in enumerate(("f with g", "g with f")):
            values = record.measurements.arrays[f"{name} of {order}"]
            where = np.arange(len(values)) + 0.4 * side - 0.2
            bars = axes.bar(where, values, 0.38, color=COLOURS[side], label=f"{name} of {order}")
            axes.bar_label(bars, fontsize=8)
        axes.set_xlabel("place; f = 4 3 2 1, g = 1 1 1")
        axes.set_ylim(0, 13)  # room for the legend
        axes.legend(fontsize=8)
    return {"exchanged": figure}
