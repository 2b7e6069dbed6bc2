"""Local layers and trainings on a device against float64 and against themselves."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from convlab.layers import locally_connected
from convlab.layers.local import functional
from convlab.layers.local.ways import GATHERING, way_of
from convlab.layers.windows import Windows
from convlab.settings import Training
from convlab.train import fit, loop
from convlab.workbench import repeatable
from tests.benchmarks.gpu_times import rounded
from tests.benchmarks.seeds import asked

GEOMETRIES: tuple[tuple[tuple[int, ...], Any, dict[str, Any]], ...] = (
    ((9,), 3, {}),
    ((9, 8), 3, {"stride": 2, "padding": 1}),
    ((9, 8), (3, 2), {"dilation": 2, "padding": 2, "groups": 2}),
    ((7, 6), 4, {"padding": 2, "padding_mode": "circular", "groups": 2}),
    ((7, 6), 3, {"padding": 2, "padding_mode": "reflect"}),
    ((7, 6), 3, {"padding": 3, "padding_mode": "replicate", "groups": 4}),
    ((16, 16), 1, {}),
    ((16,), 2, {"stride": 2}),
    ((8, 8), 3, {"padding": "same"}),
    ((5, 4, 6), 2, {"padding": 1}),
)


def measure(device: str, small: bool, end: float) -> list[dict[str, Any]]:
    rows = [
        _layers(device, dtype, way) for dtype in (torch.float32, torch.bfloat16) for way in WAYS
    ]
    return [*rows, *(_training(device, index, small) for index in (0, 5, 6))]


WAYS = {"as chosen": way_of, "gathering": lambda *_: GATHERING}


def _layers(device: str, dtype: torch.dtype, way: str) -> dict[str, Any]:
    """The largest relative distance from float64 of output and gradients; whether bits repeat."""
    worst, same = [0.0, 0.0, 0.0], True
    for size, taps, options in GEOMETRIES:
        x, weight, weighting = _operands(size, taps, options, dtype)
        exact = _all(x.double(), weight.double(), weighting.double(), options)
        moved = x.to(device), weight.to(device), weighting.to(device)
        with patch.object(functional, "way_of", WAYS[way]), rounded(to_tf32=False):
            found, again = _all(*moved, options), _all(*moved, options)
        same = same and all(map(torch.equal, found, again))
        for i, (one, other) in enumerate(zip(found, exact, strict=True)):
            worst[i] = max(worst[i], float((one.cpu().double() - other).norm() / other.norm()))
    errors = dict(zip(("output", "to the input", "to the weight"), worst, strict=True))
    return {"layers": way, "in": str(dtype).removeprefix("torch.")} | errors | {"same bits": same}


def _operands(
    size: tuple[int, ...], taps: Any, options: dict[str, Any], dtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    given: dict[str, Any] = {"stride": 1, "padding": 0, "dilation": 1, "padding_mode": "zeros"}
    given |= options
    draw, groups = torch.Generator().manual_seed(0), given.pop("groups", 1)
    windows = Windows.over(size, taps, **given)
    kernels = 12, 8 // groups, *windows.out_size, *windows.kernel_size
    shapes = (5, 8, *size), kernels, (5, 12, *windows.out_size)
    x, weight, weighting = (torch.randn(shape, generator=draw).to(dtype) for shape in shapes)
    return x, weight, weighting


def _all(
    x: Tensor, weight: Tensor, weighting: Tensor, options: dict[str, Any]
) -> tuple[Tensor, ...]:
    x, weight = x.detach().requires_grad_(), weight.detach().requires_grad_()
    y = locally_connected(x, weight, **options)
    return y.detach(), *torch.autograd.grad(y, (x, weight), weighting)


def _training(device: str, index: int, small: bool) -> dict[str, Any]:
    """Losses of 60 steps of 8 seeds: against a plain step there, the processor, and repeated."""
    case = asked()[index]
    training = Training(steps=25 if small else 60, lr=0.003)

    def losses(where: str) -> Tensor:
        return fit(
            case.build, case.data, case.loss, seeds=8, training=training, device=where
        ).losses

    with repeatable(device):
        found, again = losses(device), losses(device)
        with patch.object(loop, "graph_of", lambda device: None):
            plain = losses(device)
    on_cpu = losses("cpu")
    return {
        "training": case.name,
        "against plain steps": float((found - plain).abs().max() / plain.abs().max()),
        "against the processor": float((found - on_cpu).abs().max() / on_cpu.abs().max()),
        "same bits": torch.equal(found, again),
    }
