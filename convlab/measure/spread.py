"""Of what the intervals of a table are: how many seeds or repeats, and what they vary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..numbers import number
from .intervals import CONFIDENCE, EQUIVALENCE, FEWEST_SEEDS
from .sample import Sample

MANY = {
    "median": "medians",
    "mean": "means",
    "proportion": "proportions",
    "difference": "differences of proportions",
}


def spread(samples: Iterable[Sample], confidence: float = CONFIDENCE) -> str:
    """What the numbers are that were drawn, said once for all of them; nothing of exact ones.

    >>> spread([Sample((1.0,) * 10, varies="weights"), Sample((2.0,) * 10, varies="weights")])
    'medians with 95 % intervals over 10 seeds, which vary weights'
    """
    drawn = [sample for sample in samples if not sample.exact]
    repeats = [sample for sample in drawn if sample.varies == "repeats"]
    seeds = [sample for sample in drawn if sample.varies != "repeats"]
    parts = {"seed": seeds, "repeat": repeats}
    return "; ".join(_of_each(unit, each, confidence) for unit, each in parts.items() if each)


def _of_each(unit: str, samples: Sequence[Sample], confidence: float) -> str:
    statistics = " and ".join(dict.fromkeys(MANY[sample.statistic] for sample in samples))
    fewest, most = (of(len(sample.values) for sample in samples) for of in (min, max))
    count = number(most) if fewest == most else f"{number(fewest)} to {number(most)}"
    what = ", or ".join(dict.fromkeys(s.varies for s in samples if s.varies and unit == "seed"))
    vary = "varies" if most == 1 else "vary"
    over = f"{count} {unit}{'s' * (most != 1)}{f', which {vary} {what}' if what else ''}"
    if most < FEWEST_SEEDS:
        return f"{statistics} over {over}; a 95 % interval needs {FEWEST_SEEDS}"
    corrected = ", corrected for overlapping splits" if any(s.overlap for s in samples) else ""
    tests = " (two one-sided tests)" if confidence == EQUIVALENCE else ""
    return f"{statistics} with {100 * confidence:.0f} % intervals{tests} over {over}{corrected}"
