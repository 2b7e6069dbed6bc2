"""Locally connected layers: the windows of a convolution, each with a kernel of its own."""

from .functional import locally_connected
from .layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d

__all__ = ["LocallyConnected1d", "LocallyConnected2d", "LocallyConnected3d", "locally_connected"]
