"""Tests of experiments/depth/motifs: the bags by brute force, the theorem by drawn networks."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Outcome
from convlab.measure.measurements import Measurements
from convlab.probes.exact import exact
from convlab.streams import Data, Stream, generator
from convlab.workbench import Workbench

motifs = lab.load(catalogue.experiments()["motifs"])
paired_images, stack = motifs.paired_images, motifs.stack
windows_not_shared = motifs.windows_not_shared
SIDE = 16


def some(columns: int, number: int = 3) -> Data:
    drawn: Data = paired_images(number, columns, generator(3, Stream.DATA))
    return drawn


def bag(image: Tensor, size: int) -> list[tuple[float, ...]]:
    """All windows in order, each read pixel by pixel around the edge."""
    near = range(-(size // 2), size // 2 + 1)
    return sorted(
        tuple(float(image[(row + a) % SIDE, (column + b) % SIDE]) for a in near for b in near)
        for row in range(SIDE)
        for column in range(SIDE)
    )


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("columns", [2, 4, 6])
def test_partners_have_the_same_bag_just_where_the_window_is_narrower(
    size: int, columns: int
) -> None:
    data = some(columns)
    ones, others = data.x.squeeze(1).chunk(2)
    same = [bag(one, size) == bag(other, size) for one, other in zip(ones, others, strict=True)]
    assert all(same) if size < columns else not any(same)
    assert (windows_not_shared(data, size) == 0) is (size < columns)


def test_windows_are_counted_as_often_as_they_are() -> None:
    """Of 1 x 1 windows: an image with two pixels more has two that its partner lacks."""
    x = torch.zeros(2, 1, SIDE, SIDE)
    x[0, 0, 3, :5] = x[1, 0, 7, :3] = 1
    assert windows_not_shared(Data(x, torch.tensor([0, 1])), 1) == 2


def test_an_image_shows_both_parts_in_the_order_of_its_class() -> None:
    ones, others = some(4, 5).x.squeeze(1).chunk(2)
    assert not torch.equal(ones, others)
    assert torch.equal(ones.sum((1, 2)), others.sum((1, 2)))
    bar, dashed = torch.tensor([4.0] * 5), torch.tensor([4.0, 0, 4, 0, 4])
    for image in ones:
        assert any(
            torch.equal(rolled[:5, 0], bar) and torch.equal(rolled[:5, 3], dashed)
            for down in range(SIDE)
            for right in range(SIDE)
            for rolled in [image.roll((down, right), (0, 1))]
        )


def drawn_logits(kernels: tuple[int, ...], activation: type[nn.Module], x: Tensor) -> Tensor:
    with torch.random.fork_rng():
        torch.manual_seed(5)
        network = stack(kernels, 6, activation).double()
    network.load_state_dict(exact(network.state_dict()))
    with torch.no_grad():
        logits: Tensor = network(x.double())
    return logits


@pytest.mark.parametrize(
    "kernels, columns, activation, same",
    [
        ((3,), 4, nn.ReLU, True),
        ((3, 1, 1), 4, nn.ReLU, True),  # whatever is done with a window
        ((3,), 4, nn.Tanh, True),
        ((3, 3), 6, nn.ReLU, True),
        ((3, 3, 3), 6, nn.Identity, True),
        ((3,), 2, nn.ReLU, False),
        ((3, 3), 4, nn.ReLU, False),
        ((3, 3, 3), 6, nn.ReLU, False),
        ((7,), 6, nn.ReLU, False),
    ],
)
def test_a_network_that_is_drawn_tells_partners_apart_just_where_the_proof_lets_it(
    kernels: tuple[int, ...], columns: int, activation: type[nn.Module], same: bool
) -> None:
    ones, others = drawn_logits(kernels, activation, some(columns).x).chunk(2)
    if activation is nn.Tanh:  # whose values are rounded when they are summed
        torch.testing.assert_close(ones, others, rtol=1e-12, atol=1e-12)
    else:
        assert torch.equal(ones, others) is same


def verdict(claim: str, measurements: Measurements) -> Outcome:
    (found,) = (each for each in motifs.CLAIMS if each.id == claim)
    outcome: Outcome = found.check(measurements, motifs.Config()).outcome
    return outcome


def test_a_leak_between_the_parts_and_the_clutter_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the empty pixels around the parts the bags differ, and the claim is not judged."""
    config = motifs.Config(seeds=1, pairs=4, channels=2, training={"steps": 1})
    monkeypatch.setitem(motifs.right.__globals__, "HELD_OUT", 20)
    assert verdict("C107o1", motifs.measure(config, Workbench())) is Outcome.HOLDS
    module = motifs.paired_images.__globals__
    monkeypatch.setitem(module, "MOAT", 1)
    monkeypatch.setitem(module, "DENSITY", 0.3)
    assert verdict("C107o1", motifs.measure(config, Workbench())) is not Outcome.HOLDS
