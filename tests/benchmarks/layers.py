"""Locally connected layers beside what users have: forward and backward, to input and weight."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from convlab.layers.local.module import LocallyConnected
from convlab.measure import Measurements
from tests.benchmarks import local_jax
from tests.benchmarks.limits import bytes_per_second, flops_per_second
from tests.benchmarks.local_peers import WAYS, Case
from tests.benchmarks.race import OURS, Race, summary

TABLE = "Locally connected layers: forward and backward to input and weight, float32"
LAYERS = {1: LocallyConnected1d, 2: LocallyConnected2d, 3: LocallyConnected3d}
CASES = (
    Case(64, 1, 8, (28, 28), 3),
    Case(64, 8, 16, (14, 14), 3),
    Case(64, 16, 32, (14, 14), 3),
    Case(16, 3, 16, (32, 32), 5),
    Case(1, 16, 32, (32, 32), 3),
    Case(64, 32, 32, (32, 32), 3),
    Case(16, 3, 16, (64, 64), 5),
    Case(64, 8, 16, (28, 28), 3, stride=2),
    Case(64, 8, 16, (28, 28), 3, dilation=2),
    Case(64, 8, 16, (256,), 5),
    Case(8, 4, 8, (12, 12, 12), 3),
    Case(32, 4, 4, (4, 4), 3),
)


def measure(bench: Measurements) -> None:
    speed = flops_per_second(), bytes_per_second()
    races = [race(case, *speed).run(bench, TABLE, repeats=9, least_of=2) for case in CASES]
    summary(bench, TABLE, {"N": "geometric mean"}, races, {"product-sum": 10, "JAX": 5})


def ours(case: Case) -> LocallyConnected:
    """Our layer of the case, with fresh weights and no bias."""
    options: dict[str, Any] = dict(case.options)
    kind = LAYERS[len(case.size)]
    return kind(case.channels, case.outputs, case.size, case.taps, bias=None, **options)


def race(case: Case, flops: float, bandwidth: float) -> Race:
    """All contenders on the same numbers; a way that cannot do the case is left out."""
    layer = ours(case)
    x = torch.randn(case.examples, case.channels, *case.size, requires_grad=True)
    gradient = torch.randn(case.examples, case.outputs, *layer.out_size)
    contenders = {OURS: _step(layer.weight, lambda x, _: layer(x), x, gradient)}
    for name, way in WAYS.items():
        if ready := way(case, layer):
            weight, forward = ready
            _agree(name, forward(x, weight), layer(x))
            contenders[name] = _step(weight.requires_grad_(), forward, x, gradient)
    if find_spec("jax"):
        contenders["JAX"] = local_jax.step(case, layer, x, gradient)
    return Race(case.task, contenders, _goals(case), _limit(layer, case, flops, bandwidth))


def _step(
    weight: Tensor, forward: Callable[[Tensor, Tensor], Tensor], x: Tensor, gradient: Tensor
) -> Callable[[], Any]:
    return lambda: torch.autograd.grad(forward(x, weight), (x, weight), gradient)


def _agree(name: str, y: Tensor, ours: Tensor) -> None:
    if name != "nn.Conv":  # which shares its weights, and so is no locally connected layer
        torch.testing.assert_close(y, ours, rtol=1e-3, atol=1e-4)


def _goals(case: Case) -> dict[str, float]:
    near = case.examples >= 16 and case.channels >= 8
    peers = dict.fromkeys(("trial", "unfold + bmm", "product-sum", "JAX"), 1.0)
    return peers | ({"nn.Conv": 0.5} if near else {})


def _limit(layer: LocallyConnected, case: Case, flops: float, bandwidth: float) -> float:
    """Three products of two operations per multiply-add, or the weights read twice and written."""
    weights = layer.weight.numel()
    moved = 3 * int(layer.weight.nbytes)
    return float(max(6 * case.examples * weights / flops, moved / bandwidth))
