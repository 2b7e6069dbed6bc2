"""Which layer of a network stops following a shift: errors of equivariance, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from math import nan
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from .deviation import shift_error
from .distance import norm, relative
from .placement import Placement, Shift, shift_image
from .undisturbed import undisturbed


@dataclass(frozen=True)
class LayerErrors:
    """Of one layer, for every shift; in float64, (S,)."""

    so_far: Tensor  # of its outputs, when the image is shifted
    own: Tensor  # of the layer alone, when its input is shifted by as many of its own pixels


def layer_errors(network: nn.Module, x: Tensor, shifts: Sequence[Shift]) -> dict[str, LayerErrors]:
    """The errors of every layer that takes one tensor and returns one, by name, in running order.

    A layer is a module without children; if it runs again, its name is followed by " (2)", and
    so on. Outputs (N, O, *positions) should move: errors are those of `equivariance`, with the
    stride from the image to the layer. Outputs (N, K), without positions, should stay: errors are
    those of `invariance`. NaN where outputs have another form or no stride, and where a shift
    leaves none to compare. What no module does, such as a `relu` in `forward`, shows in the layers
    after it. All run as in `undisturbed`. Raises ValueError where the network does not return one
    tensor, and for a shift that has not a number for each axis of x (N, C, *pixels).

        >>> network = nn.Sequential(nn.Conv1d(1, 1, 3, padding=1), nn.ReLU())
        >>> errors = layer_errors(network, torch.randn(1, 1, 8), [(2,)])
        >>> {name: bool(each.own > 0) for name, each in errors.items()}
        {'0': True, '1': False}
    """
    before = _runs(network, x)
    placements = {
        name: _placement(_Until(network, name), x, run.y) for name, run in before.items()
    }
    so_far: dict[str, list[float]] = {name: [] for name in before}
    for shift in shifts:
        after = _runs(network, shift_image(x, shift))
        for name, run in before.items():
            so_far[name].append(_error(after[name].y, run.y, placements[name], shift))
    return {
        name: LayerErrors(_tensor(so_far[name]), _tensor(_own_errors(run, shifts)))
        for name, run in before.items()
    }


@dataclass(frozen=True)
class _Run:
    """A layer at work, with copies of x and y: a later layer may change them in place."""

    layer: nn.Module
    x: Tensor
    y: Tensor


class _Until(nn.Module):
    """The network as far as the layer of this name."""

    def __init__(self, network: nn.Module, name: str) -> None:
        super().__init__()
        self.network, self.name = network, name

    def forward(self, x: Tensor) -> Tensor:
        with _record_runs(self.network) as runs:
            self.network(x)
        return runs[self.name].y


def _runs(network: nn.Module, x: Tensor) -> dict[str, _Run]:
    with torch.no_grad(), _record_runs(network) as runs:
        undisturbed(network)(x)
    return runs


@contextmanager
def _record_runs(network: nn.Module) -> Iterator[dict[str, _Run]]:
    """What every layer makes of what, while the network runs, by the name of the layer."""
    runs: dict[str, _Run] = {}
    leaves = [(name, each) for name, each in network.named_modules() if not any(each.children())]
    hooks = [
        hook
        for name, layer in leaves
        for hook in _hooks(layer, name or type(layer).__name__, runs)
    ]
    try:
        yield runs
    finally:
        for hook in hooks:
            hook.remove()


def _hooks(layer: nn.Module, name: str, runs: dict[str, _Run]) -> tuple[RemovableHandle, ...]:
    copies: list[Tensor] = []
    names = (name if run == 1 else f"{name} ({run})" for run in count(1))

    def before(layer: nn.Module, inputs: tuple[Any, ...]) -> None:
        copies[:] = [x.clone() for x in inputs if isinstance(x, Tensor)]

    def after(layer: nn.Module, inputs: tuple[Any, ...], y: Any) -> None:
        if len(inputs) == len(copies) == 1 and isinstance(y, Tensor):
            runs[next(names)] = _Run(layer, copies[0], y.clone())

    return layer.register_forward_pre_hook(before), layer.register_forward_hook(after)


def _own_errors(run: _Run, shifts: Sequence[Shift]) -> list[float]:
    if run.x.ndim == 2:
        return [0.0 for _ in shifts]  # without positions, what comes in has not been shifted
    if any(run.x.ndim != len(shift) + 2 for shift in shifts):
        return [nan for _ in shifts]
    alone = undisturbed(run.layer)
    with torch.no_grad():
        y = alone(run.x)
        placement = _placement(run.layer, run.x, y)
        return [_error(alone(shift_image(run.x, shift)), y, placement, shift) for shift in shifts]


def _placement(network: nn.Module, x: Tensor, y: Tensor) -> Placement | None:
    try:
        return Placement.of(network, x, y)
    except ValueError:
        return None


def _error(after: Tensor, before: Tensor, placement: Placement | None, shift: Shift) -> float:
    if before.ndim == 2:
        return relative(after, before, norm(before))
    try:
        return nan if placement is None else shift_error(after, before, placement, shift)
    except ValueError:
        return nan


def _tensor(errors: list[float]) -> Tensor:
    return torch.tensor(errors, dtype=torch.float64)
