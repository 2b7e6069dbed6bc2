"""What an experiment hands back: numbers with one value per seed, and claims about them."""

from ..numbers import number
from .answer import Answer
from .claim import Claim, Control
from .measurements import Measurements, NoSuchName, NotMeasured, Row
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
from .quantity import Measured, Quantity, at, most, over, paired
from .sample import Sample, Statistic, Varies, exactly
from .verdict import Verdict

__all__ = [
    "Answer",
    "Claim",
    "Control",
    "Equivalence",
    "Measured",
    "Measurements",
    "NoSuchName",
    "NotMeasured",
    "Outcome",
    "Prediction",
    "Quantity",
    "Region",
    "Row",
    "Sample",
    "Statistic",
    "Varies",
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
    "paired",
    "within",
]
