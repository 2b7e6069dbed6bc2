"""Many networks trained as one tensor program, one for each seed, none at the cost of another."""

from .loop import Build, Checkpoints, Loss, Watch, fit
from .networks import Networks, sample
from .stacked.losses import norm

__all__ = ["Build", "Checkpoints", "Loss", "Networks", "Watch", "fit", "norm", "sample"]
