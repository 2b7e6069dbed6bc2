"""Which networks `leak` compares, and whether they see as far as they should. No torch."""

from __future__ import annotations

from convlab.measure import Measurements, Sample, exactly

from ._half_names import ACCURACY, DIFFERENCE, Padding

DEPTHS = (1, 2, 3)
ARMS: tuple[tuple[Padding, int], ...] = (("circular", 2), *(("zeros", n) for n in DEPTHS))
GAP = "gap (pixels)"


def exceptions(measurements: Measurements, beyond: bool) -> Sample:
    """At how many depths and gaps within 2 (n - 1) pixels, or beyond, the rule is broken.

    Within, some network must give the images of some pair different logits, and beyond none.
    """
    count = 0
    for row in measurements.rows:
        if row.factors.get("padding") == "zeros" and row.factors[GAP] != "all":
            is_beyond = int(row.factors[GAP]) > 2 * (row.factors["layers"] - 1)
            differs = row.quantities[DIFFERENCE].center > 0
            count += is_beyond == beyond and differs == beyond
    return exactly(count)


def distance_from_guessing(measurements: Measurements) -> Sample:
    """The greatest distance of a circular network's accuracy from 50 %, at any gap."""
    rows = [row for row in measurements.rows if row.factors.get("padding") == "circular"]
    return exactly(
        max(abs(value - 50) for row in rows for value in row.quantities[ACCURACY].values)
    )
