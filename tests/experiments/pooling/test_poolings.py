"""Tests of experiments/pooling/poolings: the tasks, the networks, and claims that see failures."""

from __future__ import annotations

from importlib import import_module

import pytest
import torch
from torch import Generator

from convlab import lab
from convlab.data import load
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from convlab.streams import Stream
from convlab.workbench import Workbench

poolings = lab.load(catalogue.experiments()["poolings"])
package = poolings.__name__.rpartition(".")[0]
_pooled, _networks, _names, _tasks = (
    import_module(f"{package}.{name}")
    for name in ("_pooled", "_pooled_networks", "_pooling_names", "_two_tasks")
)


def drawn(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def crosses(image: torch.Tensor) -> int:
    bright = (image > 0.5).tolist()
    return sum(
        all(bright[top + row][left + column] for row, column in _tasks.MOTIF)
        for top in range(_tasks.SIDE - 2)
        for left in range(_tasks.SIDE - 2)
    )


def test_class_1_has_a_cross_and_class_0_hardly_ever() -> None:
    data = _tasks.rare_motif(200, drawn())
    found = torch.tensor([crosses(image) for image in data.x[:, 0]])
    assert int(data.y.sum()) == 100
    assert (
        float((found[data.y == 1] >= 1).double().mean()) > 0.75
    )  # 0.89 by law: noise darkens a pixel
    assert float((found[data.y == 0] >= 1).double().mean()) < 0.1
    hidden = _tasks.rare_motif(200, drawn(), shown=False)
    assert sum(crosses(image) for image in hidden.x[:, 0]) < 20


def test_neither_class_is_the_brighter() -> None:
    data = _tasks.rare_motif(3000, drawn())
    means = [data.x[data.y == label].mean(dim=(1, 2, 3)) for label in (0, 1)]
    error = float((means[0].var() / 1500 + means[1].var() / 1500).sqrt())
    assert abs(float(means[0].mean() - means[1].mean())) < 4 * error


def test_stripes_run_along_one_diagonal_or_the_other() -> None:
    """Without noise worth speaking of: what is equal along the diagonal of its class."""
    data = _tasks.faint_texture(20, drawn(), strength=1e4)
    for image, label in zip(data.x[:, 0], data.y.tolist(), strict=True):
        along = image[1:, :-1] - image[:-1, 1:] if label == 0 else image[1:, 1:] - image[:-1, :-1]
        assert float(along.abs().max()) < 20  # of 10,000; the noise has 1
        assert float(image.std()) > 5e3


def test_noise_is_stronger_than_the_stripes() -> None:
    data = _tasks.faint_texture(50, drawn(), strength=0.35)
    assert float(data.x.var()) == pytest.approx(1 + 0.35**2 / 2, abs=0.03)


@pytest.mark.parametrize("arm", [_pooled.MAX, _pooled.AVERAGE])
def test_one_layer_answers_by_the_pool_over_the_whole_map(arm: str) -> None:
    network = _networks.one_layer(arm, 3)
    x = torch.randn(4, 1, 16, 16, generator=drawn())
    maps = network[1](network[0](x)).flatten(2)
    pooled = maps.amax(dim=2) if arm == _pooled.MAX else maps.mean(dim=2)
    assert torch.allclose(network(x), network[-1](pooled), atol=1e-6)


@pytest.mark.parametrize(
    "arm, side", [("no pooling", 8), ("max-pooling", 4), ("every second pixel", 4)]
)
def test_a_reduction_leaves_a_map_of_that_side(arm: str, side: int) -> None:
    map_ = torch.arange(64.0).view(1, 1, 8, 8)
    reduced = _networks.reduction(arm)(map_)
    assert reduced.shape[-1] == side
    if arm == _names.EVERY_SECOND:
        assert torch.equal(reduced, map_[..., ::2, ::2])
    for second in ("no pooling", "max-pooling"):
        assert _networks.two_layers((arm, second), 2)(torch.zeros(3, 1, 8, 8)).shape == (3, 10)


def test_digits_that_are_held_out_were_not_trained_on() -> None:
    """The split that a network is asked by is the one that its training draws first."""
    workbench, everything = Workbench(), load("digits").x.flatten(1)
    known = _networks.known_digits(workbench.generator(Stream.DATA, 3)).x.flatten(1)
    _, test = _networks.split(load("digits"), workbench.generator(Stream.DATA, 3), 0.2)
    assert len(known) + len(test.y) == len(everything)
    rows = torch.cat([known, test.x.flatten(1)])
    assert torch.equal(rows.sum(dim=0), everything.sum(dim=0))


def measured(motif: float, texture: float, digits: float, half: float = 5.0) -> Measurements:
    """How far max-pooling is ahead in each task, in points."""
    found = Measurements()

    def sample(center: float) -> Sample:
        return Sample(tuple(center + 0.1 * i for i in range(-3, 4)), "mean", "weights and data")

    gains = {
        _names.MOTIF: (70.0, motif),
        _names.TEXTURE: (95.0, texture),
        _names.DIGITS: (97.0, digits),
        _names.SHORT: (94.0, 3.0),
    }
    for task, (average, gain) in gains.items():
        scores = {poolings.BEHIND[_pooled.AVERAGE]: sample(average)}
        scores[poolings.BEHIND[_pooled.MAX]] = sample(average + gain)
        found.add("accuracy", {"task": task}, scores)
    for task, gain in ((_names.MOTIF, half), (_names.TEXTURE, -half)):
        scores = {poolings.HALF[_pooled.AVERAGE]: sample(70.0)}
        scores[poolings.HALF[_pooled.MAX]] = sample(70.0 + gain)
        found.add("half", {"task": task}, scores)
    found.add("none", {"task": _names.NO_MOTIF}, {poolings.BEHIND[_pooled.MAX]: sample(50.0)})
    return found


@pytest.mark.parametrize(
    "name, numbers, outcome",
    [
        ("C121r", (20, -8, 0), Outcome.HOLDS),
        ("C121r", (2, -8, 0), Outcome.INVALID),  # nor has the maximum learned it
        ("C121r", (20, -8, 0, -5), Outcome.INVALID),
        ("C121o1", (20, -8, 0), Outcome.HOLDS),
        ("C121o1", (20, 3, 0), Outcome.REFUTED),
        ("C121o2", (20, -8, 0), Outcome.HOLDS),
        ("C121o2", (20, -8, 3), Outcome.REFUTED),
        ("C121", (20, -8, 2), Outcome.HOLDS),
        ("C121", (20, -8, -2), Outcome.REFUTED),
        ("C121o3", (20, -8, 0), Outcome.HOLDS),
    ],
)
def test_a_claim_tells_right_from_wrong(
    name: str, numbers: tuple[float, ...], outcome: Outcome
) -> None:
    claim = next(each for each in poolings.CLAIMS if each.id == name)
    assert claim.check(measured(*numbers), poolings.Config()).outcome is outcome
