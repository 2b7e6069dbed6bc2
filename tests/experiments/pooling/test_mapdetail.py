"""Tests of experiments/pooling/mapdetail: the images, the networks' costs, and what fails."""

from __future__ import annotations

from importlib import import_module
from itertools import product

import pytest
import torch
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly

mapdetail = lab.load(catalogue.experiments()["mapdetail"])
package = mapdetail.__name__.rpartition(".")[0]
_detail, _quantities = (
    import_module(f"{package}.{name}") for name in ("_detail", "_mapdetail_quantities")
)


def test_the_lower_half_of_a_line_lies_a_pixel_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_detail, "NOISE", 0.01)
    data = _detail.fine_detail(100, Generator().manual_seed(0))
    for image, label in zip(data.x[:, 0] > 0.5, data.y.tolist(), strict=True):
        rows, columns = image.nonzero().unbind(dim=1)
        assert rows.diff().tolist() == 7 * [1]
        assert columns.diff().tolist() == [0, 0, 0, 2 * label - 1, 0, 0, 0]


def test_both_halves_of_a_line_are_as_often_in_each_column() -> None:
    """Neither the column nor the brightness tells the class, only where the halves meet."""
    data = _detail.fine_detail(4000, Generator().manual_seed(1))
    sums = [data.x[data.y == label].sum(dim=(1, 2, 3)) for label in (0, 1)]
    assert abs(float(sums[0].mean() - sums[1].mean())) < 0.5
    upper = [data.x[data.y == label, 0].mean(dim=(0, 1)) for label in (0, 1)]
    assert float((upper[0] - upper[1]).abs().max()) < 0.08


def test_a_bar_lies_or_stands_and_has_as_many_pixels() -> None:
    data = _detail.coarse_shape(200, Generator().manual_seed(0))
    for image, label in zip(data.x[:, 0], data.y.tolist(), strict=True):
        across, along = image.sum(dim=1), image.sum(dim=0)
        assert (int((across > 2).sum()) > int((along > 2).sum())) == bool(label)
    assert abs(float(data.x.mean()) - 27 / 256) < 0.01


@pytest.mark.parametrize("stride", [1, 2, 4])
@pytest.mark.parametrize("kernel", [3, 5])
def test_the_convolutions_cost_by_positions_and_the_parameters_do_not(
    kernel: int, stride: int
) -> None:
    channels, side = 3, 16 // stride
    network = _detail.network(kernel, stride, channels)
    x = torch.zeros(1, 1, 16, 16)
    assert network[0](x).shape[-1] == network[:4](x).shape[-1] == side
    counted = _detail.cost(network, x)
    adds = sum(layer.multiply_adds for layer in counted.layers if layer.kind == "Conv2d")
    assert adds == side**2 * (channels * kernel**2 + 9 * channels * 2 * channels)
    weights = channels * (kernel**2 + 1) + 2 * channels * (9 * channels + 1)
    assert counted.parameters == weights + 2 * (2 * channels + 1)


def measured(
    small: float, middle: float = 97.0, bar: float = 98.0, twice: float = 0.0, wide: float = 97.0
) -> Measurements:
    """The fine detail on the smallest map and the middle one; the largest shows it in 98 %."""
    found = Measurements()

    def sample(center: float) -> Sample:
        return Sample(tuple(center + 0.1 * i for i in range(-3, 4)), "mean", "weights and data")

    fine, coarse = {1: 98.0, 2: middle, 4: small}, {1: 98.0, 2: 98.0, 4: bar}
    for kernel, stride in product(mapdetail.KERNELS, mapdetail.STRIDES):
        where = {"kernel": kernel, "stride": stride}
        for task, right in ((mapdetail.FINE, fine), (mapdetail.COARSE, coarse)):
            is_wide = (task, kernel, stride) == (mapdetail.FINE, 5, 4)
            scores = {mapdetail.RIGHT: sample(wide if is_wide else right[stride])}
            found.add("right", {"task": task, **where}, scores)
        adds = exactly((kernel**2 + 9) / stride**2)
        found.add("cost", where, {_quantities.ADDS: adds, mapdetail.PARAMETERS: exactly(99)})
    twice_as_long = {mapdetail.TWICE: sample(twice or small)}
    found.add("twice", {"kernel": 3, "stride": 4}, twice_as_long)
    return found


@pytest.mark.parametrize(
    "name, measurements, outcome",
    [
        ("C110", measured(80), Outcome.HOLDS),
        ("C110", measured(96), Outcome.REFUTED),
        ("C110", measured(80, bar=85), Outcome.INVALID),
        ("C110", measured(80, twice=99), Outcome.INVALID),
        ("C110r", measured(80), Outcome.HOLDS),
        ("C110o1", measured(80), Outcome.HOLDS),
        ("C110o1", measured(80, bar=91), Outcome.REFUTED),
        ("C110o2", measured(80, wide=97), Outcome.HOLDS),
        ("C110o2", measured(80, wide=90), Outcome.REFUTED),
        ("C112", measured(80), Outcome.HOLDS),
        ("C112", measured(97), Outcome.REFUTED),
        ("C112o1", measured(80), Outcome.HOLDS),
        ("C112o1", measured(80, middle=90), Outcome.REFUTED),
    ],
)
def test_a_claim_tells_right_from_wrong(
    name: str, measurements: Measurements, outcome: Outcome
) -> None:
    claim = next(each for each in mapdetail.CLAIMS if each.id == name)
    assert claim.check(measurements, mapdetail.Config()).outcome is outcome
