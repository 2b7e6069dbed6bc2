"""What a network makes of a doubled factor, and how far it is from the laws of exp and of sums."""

from __future__ import annotations

import torch
from torch import Tensor

from convlab.measure import Measurements, Sample, exactly
from convlab.train import Networks, sample

from ._boxes import Scene
from ._doubling_names import BEST, BY_HAND, ERROR, ERROR_DOUBLED, WORST
from ._networks import (
    Forward,
    by_hand,
    error,
    exponential_residual,
    linear_residual,
    value_at,
    with_exp,
    with_log_and_exp,
)
from ._scenes import examples, filled_rectangles, product

LAWS = {"linear": linear_residual, "exponential": exponential_residual}


def fit_and_product(
    networks: Networks, boxes: Scene, values: tuple[float, float]
) -> dict[str, Sample]:
    """How well the networks fit a and b, and what they make of 0 and of 2a instead of a."""
    a, b = values
    leak, once, twice = (value_at(in_float64(networks), x, b) for x in (0, a, 2 * a))
    return {
        ERROR: _error(networks, boxes, (a, b)),
        ERROR_DOUBLED: _error(networks, boxes, (2 * a, b)),
        "f(2a,b) / f(a,b)": sample(twice / once, varies=networks.varies),
        "f(a,b) / δ": sample(once / leak, varies=networks.varies),
        "f(2a,b) δ / (ab)²": sample(twice * leak / (a * b) ** 2, varies=networks.varies),
    }


def _error(networks: Networks, boxes: Scene, values: tuple[float, float]) -> Sample:
    return networks.score(error, examples(filled_rectangles(boxes, values)))


def in_float64(networks: Networks) -> Forward:
    """The networks' function in float64, so that an identity is not blurred by rounding."""
    state = {name: tensor.cpu().double() for name, tensor in networks.state.items()}
    return Networks(networks.skeleton, state, networks.losses).predict


def try_laws(measurements: Measurements, arms: dict[str, Networks], pairs: Tensor) -> None:
    """How far each network departs from each law, at the worst of the steps and pixels."""
    table = (
        "linear: f(2a,b) + f(0,b) - 2 f(a,b); exponential: f(2a,b) f(0,b) - f(a,b)², as a share"
    )
    for arm, networks in arms.items():
        forwards = [in_float64(networks.at(step)) for step in networks.kept]
        for name, law in LAWS.items():
            worst = torch.stack([law(forward, pairs) for forward in forwards]).amax(dim=0)
            departures = {
                WORST: exactly(float(worst.max())),
                BEST: exactly(float(worst.min())),
            }
            measurements.add(table, {"arm": arm, "law": name}, departures)


def try_by_hand(measurements: Measurements, offset: float, pairs: Tensor) -> None:
    """The largest departure from a product of layers whose weights are set by hand."""
    biased = product(pairs + offset)
    arms = {"log, 1, 1, 0, exp": with_log_and_exp(offset, 1), "1, 1, 0, exp": with_exp(1)}
    for arm, network in arms.items():
        departure = (by_hand(network)(pairs) / biased - 1).abs().max().item()
        measurements.add(
            "Weights 1 and 1 and a bias of 0, set by hand",
            {"arm": arm},
            {BY_HAND: exactly(departure)},
        )
