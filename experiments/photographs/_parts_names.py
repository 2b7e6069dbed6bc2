"""The names of what `stationary` compares. No torch."""

from collections.abc import Iterable

from convlab.measure import Sample

BRIGHTNESS, CONTRAST, SIZE = "brightness", "contrast", "size of differences"
SIGNED = "differences"
STATISTICS = (BRIGHTNESS, CONTRAST, SIZE)
STATISTIC = "statistic"
BETWEEN, OF_SURROGATES = "share between blocks", "share, phases shuffled"
RATIO = "share / that of surrogates"
P_PHASES, P_PIXELS = "p, phases shuffled", "p, pixels shuffled"
LEAST_P = "least p of three statistics, times 3"
REJECTED, LEVEL = "rejected (share)", 0.05
DIGITS, MOVED = "digits, each pixel a block", "digits moved around"
FIELD = "drawn fields of 1/f"
SHUFFLED = 39  # surrogates with pixels shuffled, in a set
TABLE = "Share of the variance that lies between 64 blocks"


def drawn(values: Iterable[float]) -> Sample:
    """Of sets of surrogates, one for each seed."""
    return Sample(tuple(values), "mean", "data")
