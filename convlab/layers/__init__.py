"""The layers torch lacks: locally connected in one to three dimensions, capsules, arithmetic."""

from .arithmetic import Exp, Log, Square
from .capsules import Capsules, Lengths, PrimaryCapsules, squash
from .local.functional import locally_connected
from .local.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from .local.lazy import LazyLocallyConnected1d, LazyLocallyConnected2d, LazyLocallyConnected3d

__all__ = [
    "Capsules",
    "Exp",
    "LazyLocallyConnected1d",
    "LazyLocallyConnected2d",
    "LazyLocallyConnected3d",
    "Lengths",
    "LocallyConnected1d",
    "LocallyConnected2d",
    "LocallyConnected3d",
    "Log",
    "PrimaryCapsules",
    "Square",
    "locally_connected",
    "squash",
]
