"""What an experiment hands back: numbers with one value per seed, and claims about them."""

from .claim import Claim, Control, Verdict
from .measurements import Measurements, NotMeasured, Row
from .prediction import (
    Equivalence,
    Outcome,
    Prediction,
    Region,
    above,
    below,
    between,
    equal,
    within,
)
from .quantity import Quantity, at, most, over
from .sample import Sample, Statistic, exactly, number

__all__ = [
    "Claim",
    "Control",
    "Equivalence",
    "Measurements",
    "NotMeasured",
    "Outcome",
    "Prediction",
    "Quantity",
    "Region",
    "Row",
    "Sample",
    "Statistic",
    "Verdict",
    "above",
    "at",
    "below",
    "between",
    "equal",
    "exactly",
    "most",
    "number",
    "over",
    "within",
]
