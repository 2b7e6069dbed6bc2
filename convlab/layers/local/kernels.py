"""The kernels of a layer as matrices that lie by themselves, and their gradients, turned back."""

from __future__ import annotations

from torch import Tensor

from .order import turned


def as_users(w: Tensor) -> Tensor:
    """(*out_size, O, C / G, taps) to (O, C / G, positions, taps), a view but for seeds."""
    return w.movedim((-3, -2), (0, 1)).flatten(2, -2)


def kernels(w: Tensor, groups: int) -> Tensor:
    """(O, C / G, positions, taps) to (positions · G, O / G, taps · C / G)."""
    outputs, _, positions, _ = w.shape
    rows = turned(w.flatten(2)).view(groups, outputs // groups, positions, -1)
    return rows.movedim(2, 0).flatten(0, 1)


def put(w: Tensor, kernels: Tensor, groups: int) -> None:
    """Fill (O, C / G, positions, taps) with kernels (positions · G, taps · C / G, O / G).

    Two turns: outputs come first in memory, then taps last.
    """
    outputs, channels, positions, _ = w.shape
    rows = turned(kernels.reshape(1, -1, outputs // groups))
    rows = rows.view(-1, positions, groups, kernels.shape[1]).movedim(2, 0)
    w.copy_(turned(rows.reshape(outputs, -1, channels)).view(w.shape))
