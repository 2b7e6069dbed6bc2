"""The names of what `spectrum` compares, and the published slopes. No torch."""

from convlab.measure import Measurements, exactly

from ._photograph_names import IMAGE

SLOPE, CURVATURE = "slope of amplitude", "change of slope"
BY_TILES, CHANGED = "slope, by tiles", "change, no window"
FROM, HERE = "from", "here"
TOLHURST = "Tolhurst, Tadmor and Chao 1992"
PUBLISHED = {"mean of 135": -1.2, "flattest of 135": -0.8, "steepest of 135": -1.5}
DRAWN = "drawn, -1.2"
HOW = "how"


def add_published(measurements: Measurements, table: str) -> None:
    for name, value in PUBLISHED.items():
        measurements.add(table, {IMAGE: name, FROM: TOLHURST}, {SLOPE: exactly(value)})
