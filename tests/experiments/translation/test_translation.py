"""Tests of experiments/translation, unshared, maxima and rows: what is exact, and what is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from convlab import lab
from convlab.data import load, split
from convlab.lab import catalogue
from convlab.measure import Measurements
from convlab.probes.answers import accuracy, probability
from convlab.probes.equivariance import invariance
from convlab.probes.exact import exact, exact_logits
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Networks, fit
from convlab.workbench import Workbench
from experiments.translation._canvas import CLASSES, ROWS, SIDE
from experiments.translation._lifted_digits import below_and_above, place, split_digits

translation, unshared, maxima, rows = (
    lab.load(catalogue.experiments()[name])
    for name in ("translation", "unshared", "maxima", "rows")
)
DIGITS, TEST = split(load("digits"), Generator().manual_seed(0))
FEW = {"seeds": 2, "channels": 2, "placements": 1}
SHORT = Training(steps=5, batch=32, lr=0.05)


class Recorder(Workbench):
    """A workbench that keeps what it trained, and on what, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.networks: dict[str, Networks] = {}
        self.tops: dict[str, set[int]] = {}

    def fit(self, name: str, build: Any, data: Any, *rest: Any, **settings: Any) -> Networks:
        x = data(Generator().manual_seed(0)).x
        self.tops[name] = set((x.sum(dim=(1, 3)) > 0).int().argmax(dim=1).tolist())
        self.networks[name] = super().fit(name, build, data, *rest, **settings)
        return self.networks[name]


def measured(module: ModuleType, **settings: object) -> tuple[Recorder, Measurements]:
    recorder = Recorder()
    config = module.Config(**FEW, training=SHORT, **settings)
    return recorder, module.measure(config, recorder)


def networks_of(build: Callable[[int], torch.nn.Module]) -> Networks:
    data = Data(*place(DIGITS, 1, 1, Generator().manual_seed(0)))
    loss = torch.nn.functional.cross_entropy
    return fit(partial(build, 2), data, loss, seeds=2, training=SHORT, keep=[0])


def pair() -> tuple[Tensor, Tensor]:
    return below_and_above(TEST, [Generator().manual_seed(1)])


@pytest.mark.parametrize("arm", [translation.POOLED, translation.AVERAGED])
def test_circular_convolutions_and_global_pooling_are_invariant(arm: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = translation.ARMS[arm][0](2)
    network = network.double()
    network.load_state_dict(exact(network.state_dict()))
    below, _ = pair()
    shifts = [(-8, 0), (0, 4), (2, 6)]  # multiples of the total stride, 2
    assert invariance(network, below[0], shifts).tolist() == [0, 0, 0]
    assert invariance(network, below[0], [(0, 1)]) > 0


@pytest.mark.parametrize("arm", [translation.ZEROS, translation.FLAT])
def test_zero_padding_and_flattening_are_not_invariant(arm: str) -> None:
    network = translation.ARMS[arm][0](2).double()
    assert invariance(network, pair()[0][0], [(-8, 0)]) > 1e-3


def test_the_control_of_unshared_has_the_layers_of_the_pooled_network() -> None:
    shared, pooled = unshared.ARMS[unshared.SHARED](2), rows.ARMS[rows.POOLED](2)
    shared.load_state_dict(pooled.state_dict())
    x = pair()[0][0].float()
    assert torch.equal(shared(x), pooled(x))


def test_all_arms_score_every_class() -> None:
    builds = {arm: build for arm, (build, _) in translation.ARMS.items()}
    for build in (builds | unshared.ARMS | maxima.ARMS | rows.ARMS).values():
        assert build(2)(torch.zeros(3, 1, SIDE, SIDE)).shape == (3, CLASSES)


@pytest.mark.parametrize("arm", [unshared.LOCAL, unshared.LOCAL_FLAT, unshared.MLP])
def test_the_upper_half_has_no_gradient(arm: str) -> None:
    network = unshared.ARMS[arm](2)
    x, y = place(DIGITS, 1, 1, Generator().manual_seed(0))
    torch.nn.functional.cross_entropy(network(x), y).backward()
    weight = next(network.parameters())
    assert weight.grad is not None
    rows_of_positions = 1 if weight.ndim == 2 else 2  # of an mlp, pixels row by row
    upper, lower = weight.grad.chunk(2, dim=rows_of_positions)
    assert lower.any() and not upper.any()
    changes = unshared.weight_changes(networks_of(unshared.ARMS[arm]))
    assert changes[unshared.UPPER].center == 0 < changes[unshared.LOWER].center


def test_maxima_stay_as_often_as_filters_are_equal() -> None:
    shared, local = (networks_of(maxima.ARMS[arm]) for arm in (maxima.SHARED, maxima.LOCAL))
    share, law = maxima.share_of_unchanged_maxima, pytest.approx([maxima.LAW] * 2, abs=2)
    assert share(shared, 64).tolist() == law
    assert share(local, 4).tolist() == [0, 0]
    state = local.state
    for part in ("weight", "bias"):
        first = state[f"0.{part}"]
        kernel = first[..., :1, :1, :, :] if part == "weight" else first[..., :1, :1]
        state[f"0.{part}"] = kernel.expand_as(first).contiguous()
    assert share(local, 64).tolist() == law


def test_translation_reads_the_same_digits_below_and_above() -> None:
    recorder, measurements = measured(translation)
    digits = split_digits(2)
    for arm, networks in recorder.networks.items():
        low, high = (exact_logits(networks, x, own=True) for x in (digits.below, digits.above))
        lost = probability(low, digits.y) - probability(high, digits.y)
        expected = {
            translation.BELOW: accuracy(low, digits.y),
            translation.ABOVE: accuracy(high, digits.y),
            translation.LOST: lost,
            translation.APART: (low - high).abs().amax(dim=(1, 2)),
            translation.SAME: 100 * (low.argmax(-1) == high.argmax(-1)).double().mean(dim=1),
        }
        for quantity, values in expected.items():
            assert measurements.get(quantity, arm=arm).values == pytest.approx(values.tolist())
        everywhere = arm == translation.ALL_ROWS
        assert recorder.tops[arm] == (set(range(ROWS)) if everywhere else {ROWS - 1})


def test_unshared_reads_the_same_digits_below_and_above() -> None:
    recorder, measurements = measured(unshared)
    digits = split_digits(2)
    for arm, networks in recorder.networks.items():
        for quantity, x in ((unshared.BELOW, digits.below), (unshared.ABOVE, digits.above)):
            expected = accuracy(exact_logits(networks, x, own=True), digits.y).tolist()
            assert measurements.get(quantity, arm=arm).values == tuple(expected)
        assert recorder.tops[arm] == {ROWS - 1}
    assert measurements.get(unshared.LOWER, arm=unshared.MLP).center > 0


def test_rows_reads_digits_on_the_highest_row() -> None:
    recorder, measurements = measured(rows, rows=(1, 4))
    digits = split_digits(2)
    for count in (1, 4):
        for arm in rows.ARMS:
            name = f"{arm}, {count} of {ROWS} rows"
            logits = recorder.networks[name].predict(digits.above.float(), own=True)
            expected = tuple(accuracy(logits, digits.y).tolist())
            assert measurements.get(rows.ACCURACY, arm=arm, rows=count).values == expected
            assert recorder.tops[name] == set(range(ROWS - count, ROWS))


def test_maxima_compares_the_networks_before_and_after_training() -> None:
    recorder, measurements = measured(maxima, noises=4)
    after = recorder.networks[maxima.SHARED]
    shares = {maxima.UNTRAINED: after.at(0), maxima.TRAINED: after}
    for quantity, networks in shares.items():
        expected = maxima.share_of_unchanged_maxima(networks, 4).tolist()
        assert measurements.get(quantity, arm=maxima.SHARED).values == tuple(expected)
