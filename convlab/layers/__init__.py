"""The layers torch lacks: locally connected ones in one to three dimensions, and arithmetic."""

from .arithmetic import Exp, Log, Square
from .local.functional import locally_connected
from .local.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from .local.lazy import LazyLocallyConnected1d, LazyLocallyConnected2d, LazyLocallyConnected3d

__all__ = [
    "Exp",
    "LazyLocallyConnected1d",
    "LazyLocallyConnected2d",
    "LazyLocallyConnected3d",
    "LocallyConnected1d",
    "LocallyConnected2d",
    "LocallyConnected3d",
    "Log",
    "Square",
    "locally_connected",
]
