"""How far a network follows its image: under shifts, flips and turns, by layer, at borders."""

from .border import border_width, errors_by_depth
from .deviation import agreement, classes, equivariance, invariance, shift_error
from .layers import LayerErrors, layer_errors
from .shift_maps import Consistency, Sensitivity, consistency, sensitivity, shifts_within
from .small_shifts import derivative, infinitesimal
from .symmetries import transformation_errors, transformations

__all__ = [
    "Consistency",
    "LayerErrors",
    "Sensitivity",
    "agreement",
    "border_width",
    "classes",
    "consistency",
    "derivative",
    "equivariance",
    "errors_by_depth",
    "infinitesimal",
    "invariance",
    "layer_errors",
    "sensitivity",
    "shift_error",
    "shifts_within",
    "transformation_errors",
    "transformations",
]
