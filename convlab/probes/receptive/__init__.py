"""Which pixels an output depends on: exactly, by its operations; how much, by gradients."""

from .dependence import Dependence
from .effective import deviation, effective_field, side, sides
from .field import ReceptiveField, receptive_field, receptive_fields

__all__ = [
    "Dependence",
    "ReceptiveField",
    "deviation",
    "effective_field",
    "receptive_field",
    "receptive_fields",
    "side",
    "sides",
]
