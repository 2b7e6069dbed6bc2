"""Local layers on a device beside what users have there: float32, TF32 and bfloat16."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import torch
from scipy.stats import gmean
from torch import Tensor
from torch.nn.functional import conv1d, conv2d, conv3d

from tests.benchmarks import local_jax
from tests.benchmarks.gpu_times import SHORT, as_graph, microseconds, rounded
from tests.benchmarks.layers import ours
from tests.benchmarks.local_peers import WAYS, Case

CONVOLVE = {1: conv1d, 2: conv2d, 3: conv3d}
CASES = (
    Case(64, 1, 8, (28, 28), 3),
    Case(64, 8, 16, (14, 14), 3),
    Case(64, 16, 32, (14, 14), 3),
    Case(16, 3, 16, (32, 32), 5),
    Case(1, 16, 32, (32, 32), 3),
    Case(64, 32, 32, (32, 32), 3),
    Case(16, 3, 16, (64, 64), 5),
    Case(64, 8, 16, (28, 28), 3, stride=2),
    Case(64, 8, 16, (256,), 5),
    Case(8, 4, 8, (12, 12, 12), 3),
    Case(256, 64, 64, (32, 32), 3),
    Case(256, 32, 32, (56, 56), 3),
)
LARGE = CASES[5], CASES[10], CASES[11]
SMALL = Case(2, 2, 3, (6, 5), 3), Case(2, 1, 2, (9,), 3)
PEERS = "nn.Conv", "unfold + bmm", "product-sum"
PRECISIONS = "float32", "TF32", "bfloat16"


def measure(device: str, small: bool, end: float) -> list[dict[str, Any]]:
    """A row for each case and precision, and the geometric means of the peers over ours."""
    rows = []
    for precision in PRECISIONS:
        cases = SMALL if small else CASES if precision == "float32" else LARGE
        of_precision = []
        for case in cases:
            if perf_counter() > end:
                break
            with rounded(precision == "TF32"):
                dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
                of_precision.append(_row(case, device, dtype, precision))
        rows += [*of_precision, *_means(of_precision, precision)]
    return rows


def _row(case: Case, device: str, dtype: torch.dtype, precision: str) -> dict[str, Any]:
    """Microseconds of a forward and a backward pass, to input and weight."""
    layer = ours(case).to(device, dtype)
    draw = torch.Generator().manual_seed(0)
    size = case.examples, case.channels, *case.size
    x = torch.randn(size, generator=draw).to(device, dtype).requires_grad_()
    gradient = torch.randn(case.examples, case.outputs, *layer.out_size, generator=draw)
    gradient = gradient.to(device, dtype)
    step = _step(layer.weight, lambda x, _: layer(x), x, gradient)
    times = {"ours": microseconds(step, device), "ours as a graph": as_graph(step, device)}
    for name in PEERS:
        if call := _peer(name, case, device, dtype, x, gradient):
            times[name] = microseconds(call, device)
            if times[name] < SHORT or name == "nn.Conv":
                times[f"{name} as a graph"] = as_graph(call, device)
    if dtype == torch.float32 and find_spec("jax") and precision == "float32":
        times["JAX"] = _jax(case, device, x, gradient)
    return {"case": str(case.task), "in": precision} | times


def _peer(
    name: str, case: Case, device: str, dtype: torch.dtype, x: Tensor, gradient: Tensor
) -> Callable[[], Any] | None:
    way = WAYS[name](case, ours(case))
    if way is None:
        return None
    weight, forward = way
    if name == "nn.Conv":

        def forward(x: Tensor, weight: Tensor) -> Tensor:
            steps = case.stride, case.margin, case.dilation
            return CONVOLVE[len(case.size)](x, weight, None, *steps)

    return _step(weight.detach().to(device, dtype).requires_grad_(), forward, x, gradient)


def _jax(case: Case, device: str, x: Tensor, gradient: Tensor) -> float:
    """Compiled, on JAX's own device; NaN where that fails."""
    try:
        layer = ours(case)
        call = local_jax.step(case, layer, x.detach().cpu(), gradient.cpu())
        return microseconds(call, device)
    except Exception as error:
        print("JAX:", repr(error)[:200])
        return float("nan")


def _step(
    weight: Tensor, forward: Callable[[Tensor, Tensor], Tensor], x: Tensor, gradient: Tensor
) -> Callable[[], Any]:
    return lambda: torch.autograd.grad(forward(x, weight), (x, weight), gradient)


def _means(rows: list[dict[str, Any]], precision: str) -> list[dict[str, Any]]:
    """Geometric means of the peers' times over ours, over the cases that each can do."""
    means: dict[str, Any] = {}
    for name in (*PEERS, "JAX"):
        ratios = [row[name] / row["ours"] for row in rows if row.get(name, 0) > 0]
        if ratios:
            means[f"{name} over ours"] = float(gmean(ratios))
    large = {str(case.task) for case in LARGE}
    ratios = [row["nn.Conv"] / row["ours"] for row in rows if row["case"] in large]
    if ratios:
        means["nn.Conv over ours, large"] = float(gmean(ratios))
        graphs = [
            row["nn.Conv as a graph"] / row["ours as a graph"]
            for row in rows
            if row["case"] in large
        ]
        means["the same as graphs"] = float(gmean(graphs))
    return [{"case": "geometric mean", "in": precision} | means]
