"""What `approximation` measures: multipliers by hand, and ReLU networks that are trained."""

from __future__ import annotations

from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

from convlab.measure import Measurements, Sample, exactly
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Networks
from convlab.workbench import Workbench

from ._multiplier_names import (
    ABSOLUTE,
    BY_DIFFERENCE,
    BY_HALVES,
    BY_HAND,
    BY_MEAN,
    DEEP,
    FAR,
    GATE,
    GATE_LAW,
    HALF,
    HERE,
    LAYERS,
    LEVELS,
    MISSED,
    NEAR,
    OTHERWISE,
    PRODUCT,
    RMS,
    SCALES,
    SIZES,
    SMOOTH_SCALE,
    SQUARE,
    SQUARED,
    TIMES,
    TRAINED,
    WIDTHS,
    YAROTSKY,
)
from ._multipliers import (
    SMOOTH,
    derivatives,
    gate,
    law_of_gate,
    non_zero,
    relu_multiplier,
    relu_square,
    square_multiplier,
    trainable,
)
from ._networks import by_hand, error, with_log_and_exp
from ._scenes import product

ROWS = 129  # of the grid: with them every kind of cell is seen, and 2,049 rows take long


def grid(levels: int) -> Tensor:
    """Pairs x, y in [0, 1] (1, 2, H, W): all points and middles of f's cells, and some rows y."""
    x = torch.arange(2 ** (levels + 1) + 1).double() / 2 ** (levels + 1)
    return torch.stack(torch.broadcast_tensors(x, x[:ROWS, None]))[None]


def try_layers_of_relu(measurements: Measurements) -> None:
    """The largest errors of the product and of the square, beside what Yarotsky derives."""
    title = "m layers of 12 ReLU, weights by hand: largest errors for numbers of 0 to 1"
    for level in LEVELS:
        pairs = grid(level)
        missed = (relu_multiplier(level)(pairs) - product(pairs)).abs().max()
        x = pairs[:, :1]
        squared = (relu_square(level)(x) - x**2).abs().max()
        found = {PRODUCT: exactly(missed.item()), SQUARED: exactly(squared.item())}
        measurements.add(title, {"layers by hand": level, "from": HERE}, found)
        derived = {SQUARED: exactly(2.0 ** (-2 * level - 2))}
        measurements.add(title, {"layers by hand": level, "from": YAROTSKY}, derived)
    for construction, share in _constructions(4).items():
        title = "Other ways to make a product of squares, 4 layers"
        measurements.add(title, {"construction": construction}, {OTHERWISE: exactly(share)})


def _constructions(level: int) -> dict[str, float]:
    """The largest error of each, over 2^(-2m-1)."""
    x, y = grid(level).unbind(1)
    f = relu_square(level)
    outputs = {
        BY_MEAN: 2 * f((x + y) / 2) - f(x) / 2 - f(y) / 2,
        BY_DIFFERENCE: f((x + y) / 2) - f((x - y).abs() / 2),
        BY_HALVES: 2 * (f((x + y) / 2) - f(x / 2) - f(y / 2)),
    }
    return {
        n: (out - x * y).abs().max().item() * 2 ** (2 * level + 1) for n, out in outputs.items()
    }


def try_smooth_units(measurements: Measurements) -> None:
    """The gate of four smooth units against its law, and rounded to float32, on a grid of u, v."""
    for name, function in SMOOTH.items():
        law = exactly(law_of_gate(function, SMOOTH_SCALE))
        curvature, _ = derivatives(function)
        found = exactly(
            _error_of_gate(partial(gate, function, curvature), SMOOTH_SCALE, torch.float64)
        )
        title = f"A gate of four smooth units, scale λ = {SMOOTH_SCALE:g}: root mean square errors"
        measurements.add(title, {"unit": name}, {GATE: found, GATE_LAW: law})
    for precision in (torch.float64, torch.float32):
        for scale in SCALES:
            found = exactly(_error_of_gate(partial(gate, torch.exp, 1.0), scale, precision))
            factors = {"precision": str(precision).removeprefix("torch."), "scale": scale}
            measurements.add("The gate of four exp, by its scale λ", factors, {GATE: found})


def _error_of_gate(multiply: partial[Tensor], scale: float, precision: torch.dtype) -> float:
    """The root mean square for u and v of -1 to 1."""
    u, v = middles(200)
    out = multiply(scale, u.to(precision), v.to(precision))
    return float(root_mean_square(out.double(), u * v))


def middles(count: int) -> Tensor:
    """u and v (2, count, count) at the middles of so many cells from -1 to 1 on either axis."""
    u = (torch.arange(count, dtype=torch.float64) + 0.5) / (count / 2) - 1
    return torch.stack(torch.broadcast_tensors(u[:, None], u))


def try_squares(measurements: Measurements) -> None:
    """How often two units miss a product of whole numbers, and the weights of each network."""
    whole = torch.arange(-50.0, 51).double()
    pairs = torch.stack(torch.broadcast_tensors(whole[:, None], whole))[None]
    absolute = square_multiplier()
    absolute[1] = _Absolute()
    for name, network in {SQUARE: square_multiplier(), ABSOLUTE: absolute}.items():
        missed = int((network(pairs) != product(pairs)).sum())
        title = "Two units, whole numbers of -50 to 50"
        measurements.add(title, {"units": name}, {MISSED: exactly(missed)})
    level = next(each for each in LEVELS if 2.0 ** (-2 * each - 1) < NEAR)
    log_exp = by_hand(with_log_and_exp(1e-4, 1))
    networks = {"relu": relu_multiplier(level), SQUARE: square_multiplier(), "log-exp": log_exp}
    for name, each in networks.items():
        error = float((each(grid(5)) - product(grid(5))).abs().max())
        quantities = {SIZES: exactly(non_zero(each)), PRODUCT: exactly(error)}
        measurements.add(f"Weights for an error below {NEAR:g}", {"network": name}, quantities)


class _Absolute(nn.Module):
    """y = |x|, elementwise: two ReLU, and no square."""

    def forward(self, x: Tensor) -> Tensor:
        return x.abs()


def train_relu(
    seeds: int, training: Training, workbench: Workbench, measurements: Measurements
) -> None:
    """The errors of ReLU networks that learn to multiply, beside those by hand."""
    half = training.model_copy(update={"steps": max(1, training.steps // 2)})
    arms = [(w, n, TRAINED, training) for w in WIDTHS for n in LAYERS]
    for width, layers, arm, how in (*arms, (12, DEEP, HALF, half)):
        build = partial(trainable, width, layers)
        name = f"{arm}, {width} wide, {layers} layers"
        networks = workbench.fit(name, build, squares, mse_loss, seeds=seeds, training=how)
        _add_errors(measurements, {"layers": layers, "width": width, "arm": arm}, networks)
    x, y = (middles(250) + 1) / 2
    for layers in LAYERS:
        out = relu_multiplier(layers)(torch.stack([x, y])[None])[0, 0]
        factors = {"layers": layers, "width": 12, "arm": BY_HAND}
        measurements.add(TABLE, factors, {RMS: exactly(float(root_mean_square(out, x * y)))})


TABLE = "ReLU networks for numbers of 0 to 1, trained and by hand"


def _add_errors(
    measurements: Measurements, factors: dict[str, object], networks: Networks
) -> None:
    far: Sample = networks.score(error, lambda draw: squares(draw, TIMES))
    near = networks.score(root_mean_square, squares)
    measurements.add(TABLE, factors, {RMS: near, FAR: far})


def squares(draw: Generator, largest: float = 1.0) -> Data:
    """Points x, y (N, 2) of the square from 0 to `largest`, and their products (N, 1)."""
    x = largest * torch.rand(4096, 2, generator=draw)
    return Data(x, x.prod(dim=1, keepdim=True))


def root_mean_square(out: Tensor, target: Tensor) -> Tensor:
    return (out - target).square().mean().sqrt()
