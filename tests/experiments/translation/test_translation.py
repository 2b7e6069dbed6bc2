"""Tests of experiments/translation, unshared, maxima and rows: what is exact, untrained."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from torch import Generator, Tensor

from convlab import lab
from convlab.data import load, split
from convlab.lab import catalogue
from convlab.probes.equivariance import invariance
from convlab.probes.exact import exact
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Networks, fit
from experiments.translation._lifting import CLASSES, ROWS, SIDE, below_and_above, placed

translation, unshared, maxima, rows = (
    lab.load(catalogue.experiments()[name])
    for name in ("translation", "unshared", "maxima", "rows")
)
DIGITS, TEST = split(load("digits"), Generator().manual_seed(0))


def trained(build: object, steps: int = 3) -> Networks:
    data = Data(*placed(DIGITS, 1, 1, Generator().manual_seed(0)))
    training = Training(steps=steps, batch=32, lr=0.01)
    loss = torch.nn.functional.cross_entropy
    return fit(partial(build, 2), data, loss, seeds=2, training=training, keep=[0])


def pair() -> tuple[Tensor, Tensor]:
    return below_and_above(TEST, [Generator().manual_seed(1)])


@pytest.mark.parametrize("name", [translation.POOLED, translation.AVERAGED])
def test_circular_convolutions_and_global_pooling_are_invariant(name: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = translation.ARMS[name][0](2)
    network = network.double()
    network.load_state_dict(exact(network.state_dict()))
    below, _ = pair()
    shifts = [(-8, 0), (0, 4), (2, 6)]  # multiples of the total stride, 2
    assert invariance(network, below[0], shifts).tolist() == [0, 0, 0]
    assert invariance(network, below[0], [(0, 1)]) > 0


@pytest.mark.parametrize("name", [translation.ZEROS, translation.FLAT])
def test_zero_padding_and_flattening_are_not(name: str) -> None:
    network = translation.ARMS[name][0](2).double()
    assert invariance(network, pair()[0][0], [(-8, 0)]) > 1e-3


def test_rows_counts_those_of_the_canvas() -> None:
    assert rows.ROWS == ROWS


def test_guessing_is_right_once_in_all_classes() -> None:
    assert {each.CHANCE for each in (translation, unshared, rows)} == {100 / CLASSES}


def test_the_control_of_unshared_has_the_layers_of_the_pooled_network() -> None:
    shared, pooled = unshared.NETWORKS[unshared.SHARED](2), rows.NETWORKS[rows.POOLED](2)
    shared.load_state_dict(pooled.state_dict())
    x = pair()[0][0].float()
    assert torch.equal(shared(x), pooled(x))


def test_all_arms_answer_every_class() -> None:
    builds = {name: build for name, (build, _) in translation.ARMS.items()}
    for build in (builds | unshared.NETWORKS | maxima.NETWORKS | rows.NETWORKS).values():
        assert build(2)(torch.zeros(3, 1, SIDE, SIDE)).shape == (3, CLASSES)


@pytest.mark.parametrize("name", [unshared.LOCAL, unshared.LOCAL_FLAT, unshared.MLP])
def test_the_upper_half_has_no_gradient(name: str) -> None:
    network = unshared.NETWORKS[name](2)
    x, y = placed(DIGITS, 1, 1, Generator().manual_seed(0))
    torch.nn.functional.cross_entropy(network(x), y).backward()
    weight = next(network.parameters())
    assert weight.grad is not None
    rows_of_positions = 1 if weight.ndim == 2 else 2  # of an mlp, pixels row by row
    upper, lower = weight.grad.chunk(2, dim=rows_of_positions)
    assert lower.any() and not upper.any()
    changed = unshared.moved(trained(unshared.NETWORKS[name]))
    assert changed[unshared.UPPER].center == 0 < changed[unshared.LOWER].center


def test_maxima_stay_as_often_as_filters_are_equal() -> None:
    shared, local = (trained(maxima.NETWORKS[n], 1) for n in (maxima.SHARED, maxima.LOCAL))
    assert maxima.unchanged(shared, 64).tolist() == pytest.approx([maxima.LAW] * 2, abs=2)
    assert maxima.unchanged(local, 4).tolist() == [0, 0]
    state = local.state
    for part in ("weight", "bias"):
        first = state[f"0.{part}"]
        kernel = first[..., :1, :1, :, :] if part == "weight" else first[..., :1, :1]
        state[f"0.{part}"] = kernel.expand_as(first).contiguous()
    assert maxima.unchanged(local, 64).tolist() == pytest.approx([maxima.LAW] * 2, abs=2)


def test_the_lost_accuracy_is_paired() -> None:
    measurements = translation.Measurements()
    low, high = (translation.Sample(v, "mean") for v in ((90.0, 80.0), (10.0, 20.0)))
    quantities = {translation.BELOW: low, translation.ABOVE: high}
    measurements.add("accuracy", {"network": translation.FLAT}, quantities)
    assert translation.lost(measurements).values == (80, 60)
