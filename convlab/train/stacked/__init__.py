"""Networks of one architecture as one: weights (S, ...) and activations (S, N, ...) of S seeds."""

from .losses import Loss as Loss
from .losses import losses_of as losses_of
from .network import forward_of as forward_of
from .network import layers_by_vmap as layers_by_vmap
from .programs import Program as Program
from .programs import program_of as program_of
from .states import State as State
from .states import join as join
