"""Networks of one architecture as one: weights (S, ...) and activations (S, N, ...) of S seeds."""

from .losses import Loss, losses_of
from .network import forward_of, layers_by_vmap
from .programs import Program, program_of
from .states import State, join

__all__ = [
    "Loss",
    "Program",
    "State",
    "forward_of",
    "join",
    "layers_by_vmap",
    "losses_of",
    "program_of",
]
