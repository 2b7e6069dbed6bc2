"""Tests of experiments/downsampling: halving, and answers under many shifts at once."""

from __future__ import annotations

import sys
from itertools import product
from types import ModuleType

import pytest
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import conv2d, pad

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome
from convlab.probes import equivariance as probes
from convlab.workbench import Workbench
from experiments.translation import _grid as grid
from experiments.translation import _under_shifts as under
from experiments.translation._halving import SIDE, Blur, Polyphase, network, stage

downsampling = lab.load(catalogue.experiments()["downsampling"])
SHIFTS = [(0, 0), (0, 1), (2, -1), (4, 4)]


def noise(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    return torch.randint(-9, 10, shape, generator=Generator().manual_seed(seed)).double()


def untrained(cell: grid.Cell) -> nn.Module:
    torch.manual_seed(0)
    return network(cell, 2).double()


@pytest.mark.parametrize(
    ("padding", "mode"), [("circular", "circular"), ("zeros", "constant"), ("reflect", "reflect")]
)
def test_blur_is_a_convolution_with_a_binomial_kernel_and_stride_2(
    padding: str, mode: str
) -> None:
    x = noise((3, 2, 8, 8))
    tap = torch.tensor([1.0, 2.0, 1.0], dtype=torch.float64) / 4
    kernel = (tap[:, None] * tap).expand(2, 1, 3, 3)
    expected = conv2d(pad(x, (1, 1, 1, 1), mode), kernel, stride=2, groups=2)
    assert torch.equal(Blur(padding)(x), expected)
    assert torch.equal(Blur("valid")(x), conv2d(x, kernel, stride=2, groups=2))


def test_polyphase_keeps_the_component_with_the_largest_sum_of_squares() -> None:
    x = noise((20, 3, 6, 7))
    for image, kept in zip(x, Polyphase()(x), strict=True):
        parts = [image[:, i:6:2, j:6:2] for i, j in product(range(2), repeat=2)]
        assert any(torch.equal(part, kept) for part in parts)
        assert kept.square().sum() == max(part.square().sum() for part in parts)


def test_polyphase_of_a_shifted_image_is_that_of_the_image_shifted() -> None:
    """Under each shift it is some shift of it: the shift depends on the image."""
    x = noise((5, 2, 8, 8))
    kept = Polyphase()(x)
    for shift in product(range(3), repeat=2):
        for after, before in zip(Polyphase()(x.roll(shift, (2, 3))), kept, strict=True):
            moves = product(range(4), repeat=2)
            assert any(torch.equal(after, before.roll(move, (1, 2))) for move in moves)


@pytest.mark.parametrize("cell", grid.CELLS, ids=grid.named)
def test_every_cell_halves_twice_or_not_at_all(cell: grid.Cell) -> None:
    padding, halving, _ = cell
    layers = nn.Sequential(*stage(1, 2, padding, halving))
    height = layers(torch.zeros(1, 1, SIDE, SIDE)).shape[-1]
    whole = SIDE if padding != grid.VALID else SIDE - 2
    assert height in ({whole} if halving == grid.NONE else {whole // 2, whole // 2 - 1})
    assert network(cell, 2)(torch.zeros(3, 1, SIDE, SIDE)).shape == (3, 10)


def test_the_grid_has_a_cell_for_each_padding_halving_and_head() -> None:
    assert len(set(grid.CELLS)) == len(grid.CELLS) == 72


def test_answers_under_shifts_are_those_that_the_probes_see() -> None:
    x, cell = noise((4, 1, SIDE, SIDE)), grid.USUAL
    logits = under.answers(untrained(cell), x, SHIFTS)
    changes = probes.invariance(untrained(cell), x, SHIFTS)
    assert torch.allclose(under.relative_changes(logits, 0), changes, atol=1e-12)
    pairs = probes.consistency(untrained(cell), x, SHIFTS).pairs
    assert float(under.consistency(logits)) == pytest.approx(100 * pairs)


def test_consistency_of_many_networks_is_that_of_each() -> None:
    logits = noise((3, 5, 7, 10))
    together = under.consistency(logits)
    assert torch.equal(together, torch.stack([under.consistency(each) for each in logits]))
    assert under.consistency(torch.zeros(5, 7, 10)) == 100


def measured(experiment: ModuleType, **settings: object) -> tuple[object, Measurements]:
    config = experiment.Config(**settings)
    return config, experiment.measure(config, Workbench())


def outcomes(experiment: ModuleType, config: object, found: Measurements) -> dict[str, Outcome]:
    return {each.id: each.check(found, config).outcome for each in experiment.CLAIMS}


@pytest.mark.long
def test_a_choice_that_does_not_look_at_the_image_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = sys.modules[downsampling.logits_changed.__module__]
    halving = sys.modules[loaded.network.__module__]
    monkeypatch.setattr(halving.Polyphase, "forward", lambda self, x: x[..., ::2, ::2])
    config, found = measured(downsampling, seeds=2, images=1, channels=2)
    seen = outcomes(downsampling, config, found)
    assert seen["C312o6"] == Outcome.REFUTED
    assert seen["C312o2"] == seen["C312o3"] == Outcome.HOLDS
