"""Tests of experiments/pooling/needed: its images, its networks, and a pool that is left out."""

from __future__ import annotations

from importlib import import_module

import pytest
import torch
from torch import Generator, nn

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly

needed = lab.load(catalogue.experiments()["needed"])
package = needed.__name__.rpartition(".")[0]
networks, names, tasks = (
    import_module(f"{package}.{name}")
    for name in ("_with_or_without", "_needed_names", "_two_tasks")
)


def drawn(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_each_cross_stands_in_the_middle_and_neither_class_is_brighter() -> None:
    data = networks.motif_in_the_middle(4000, drawn())
    top = tasks.SIDE // 2 - 1
    cross = torch.stack([data.x[:, 0, top + row, top + column] for row, column in tasks.MOTIF], 1)
    assert float(cross[data.y == 1].mean()) == pytest.approx(1, abs=0.02)
    assert float(cross[data.y == 0].mean()) == pytest.approx(0.12, abs=0.03)
    means = [data.x[data.y == label].mean(dim=(1, 2, 3)) for label in (0, 1)]
    error = float((means[0].var() / 2000 + means[1].var() / 2000).sqrt())
    assert abs(float(means[0].mean() - means[1].mean())) < 4 * error


@pytest.mark.parametrize("window", names.WINDOWS)
def test_windows_take_the_maximum_of_their_pixels(window: int) -> None:
    network, x = networks.by_window(window, 3), torch.randn(2, 1, 16, 16, generator=drawn())
    maps, side = network[1](network[0](x)), networks.MAP // window
    for row in range(side):
        for column in range(side):
            rows, columns = row * window, column * window
            largest = maps[..., rows : rows + window, columns : columns + window].amax((2, 3))
            assert torch.equal(network[2](maps)[..., row, column], largest)
    assert network(x).shape == (2, 2)


def test_what_takes_the_place_of_pools_is_no_pool() -> None:
    arms = (names.POOLED, names.LEARNED, names.STRIDED, names.ONE_PIXEL)
    built = {arm: networks.on_digits(arm, 8) for arm in arms}
    x = torch.randn(5, 1, 8, 8, generator=drawn())
    assert all(network(x).shape == (5, 10) for network in built.values())
    pools = {arm: sum(isinstance(each, nn.MaxPool2d) for each in built[arm]) for arm in arms}
    assert pools == {names.POOLED: 2, names.LEARNED: 0, names.STRIDED: 0, names.ONE_PIXEL: 0}
    count = {arm: sum(each.numel() for each in built[arm].parameters()) for arm in arms}
    assert count[names.POOLED] == count[names.STRIDED]
    assert count[names.LEARNED] - count[names.POOLED] == 8 * 8 * 4 + 8 + 16 * 16 * 4 + 16


def test_kernels_of_one_pixel_see_a_pixel_of_sixteen() -> None:
    x = torch.randn(1, 1, 8, 8, generator=drawn()).requires_grad_()
    networks.on_digits(names.ONE_PIXEL, 8)(x).sum().backward()
    assert x.grad is not None and int((x.grad != 0).sum()) <= 4


def test_a_dense_layer_is_the_sum_that_a_covering_kernel_makes() -> None:
    for seed in range(5):
        assert networks.dense_as_convolution(3, drawn(seed)) == 0
        assert networks.dense_as_convolution(3, drawn(seed), turned=True) > 1
    weights, maps = (networks.whole((1, 2, 2, 2), drawn(seed)) for seed in (1, 2))
    by_hand = sum(
        float(weights[0, c, i, j] * maps[0, c, i, j])
        for c in range(2)
        for i in range(2)
        for j in range(2)
    )
    assert float(torch.nn.functional.conv2d(maps, weights)) == by_hand


def found(whole: float, none: float, middle: float) -> Measurements:
    """As if windows had been right so often, by the place of the cross."""
    measurements = Measurements()
    values = {(names.ANYWHERE, window): none for window in names.WINDOWS}
    values |= {(names.ANYWHERE, names.ALL): whole, (names.MIDDLE, names.NO_POOL): middle}
    values |= {(names.NOWHERE, names.ALL): 50.0}
    for (place, window), value in values.items():
        sample = Sample((value,) * 8, "mean", "weights and data")
        quantities = {names.RIGHT: sample, names.AFTER_HALF: sample}
        measurements.add("crosses", {"the cross": place, "window": window}, quantities)
    for kernel, apart in (("as the dense layer", 0), ("rows for columns", 9)):
        measurements.add("dense", {"kernel": kernel}, {names.APART: exactly(apart)})
    return measurements


@pytest.mark.parametrize(
    ("whole", "none", "middle", "expected"),
    [
        (80.0, 55.0, 97.0, Outcome.HOLDS),
        (80.0, 79.0, 97.0, Outcome.REFUTED),  # as if the pool had been left out
        (80.0, 55.0, 60.0, Outcome.INVALID),  # as if networks without a pool had not learned
    ],
)
def test_a_pool_that_changes_nothing_is_seen(
    whole: float, none: float, middle: float, expected: Outcome
) -> None:
    by_id = {claim.id: claim for claim in needed.CLAIMS}
    measurements, config = found(whole, none, middle), needed.Config()
    assert by_id["C102r"].check(measurements, config).outcome == expected
    assert by_id["C102o4"].check(measurements, config).outcome == Outcome.HOLDS
