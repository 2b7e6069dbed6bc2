"""Networks of one architecture as one: weights (S, ...) and activations (S, N, ...) of S seeds."""

from .layers import is_altered
from .losses import Loss, has_form, losses_of
from .network import forward_of, layers_by_vmap, leaves
from .programs import Program, program_of
from .states import State, agree, copy_of, join, largest, named_tensors

__all__ = [
    "Loss",
    "Program",
    "State",
    "agree",
    "copy_of",
    "forward_of",
    "has_form",
    "is_altered",
    "join",
    "largest",
    "layers_by_vmap",
    "leaves",
    "losses_of",
    "named_tensors",
    "program_of",
]
