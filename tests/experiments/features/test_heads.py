"""Tests of the experiment heads: what each head sees, which digits are asked, and the verdicts."""

from __future__ import annotations

import pytest
import torch
from torch import Generator, nn

from convlab import lab
from convlab.data import shift_images
from convlab.lab import catalogue
from convlab.measure import Claim, Measurements, Outcome, Sample
from convlab.streams import Stream
from convlab.workbench import Workbench
from experiments.features import _digit_heads as digits
from experiments.features._head_names import ALL, CANVAS, FLAT, LITTLE, MAXIMUM, MEAN, MIDDLE

heads = lab.load(catalogue.experiments()["heads"])


def test_only_the_fully_connected_layer_has_weights_of_places() -> None:
    counts = {
        name: sum(each.numel() for each in head(16, (8, 8), 10).parameters())
        for name, head in digits.HEADS.items()
    }
    assert counts == {FLAT: 10 * (16 * 64 + 1), MAXIMUM: 170, MEAN: 170, MIDDLE: 170}


@pytest.mark.parametrize("body, pixels", [(LITTLE, 5), (ALL, 7)])
def test_a_feature_sees_as_many_pixels_as_its_body_is_named_for(body: str, pixels: int) -> None:
    """By the gradient of one number in a map, where each weight is 1 and so is each pixel."""
    *layers, _ = digits.BODIES[body](digits.HEADS[MAXIMUM], 2).children()
    network = nn.Sequential(*layers)
    for parameter in network.parameters():
        parameter.data.fill_(1)
    seen, draw = torch.zeros(8, 8, dtype=torch.bool), Generator().manual_seed(0)
    for _ in range(40):  # a maximum passes the gradient to one of four pixels
        x = torch.rand(1, 1, 8, 8, generator=draw).requires_grad_()
        maps = network(x)
        maps[0, 0, maps.shape[2] // 2, maps.shape[3] // 2].backward()
        assert x.grad is not None
        seen |= x.grad[0, 0] != 0
    rows = seen.any(dim=1).nonzero()
    assert int(rows.max() - rows.min()) + 1 == pixels


def test_the_middle_head_sees_the_middle_alone() -> None:
    head = digits.HEADS[MIDDLE](4, (8, 8), 10)
    maps = torch.randn(2, 4, 8, 8, generator=Generator().manual_seed(0))
    elsewhere = maps.clone()
    elsewhere[:, :, :4] += 1
    assert torch.equal(head(maps), head(elsewhere))
    elsewhere[:, :, 4, 4] += 1
    assert not torch.allclose(head(maps), head(elsewhere))


def test_only_the_fully_connected_layer_sees_a_shift_around_the_canvas() -> None:
    x = torch.rand(2, 1, 16, 16, dtype=torch.float64, generator=Generator().manual_seed(0))
    moved = shift_images(x, -8, 0)
    apart = {}
    for head in (FLAT, MAXIMUM):
        network = digits.BODIES[CANVAS](digits.HEADS[head], 3).double()
        apart[head] = float((network(x) - network(moved)).detach().abs().max())
    assert apart[MAXIMUM] < 1e-12 and apart[FLAT] > 1e-3


def test_no_digit_is_learned_and_asked_and_seeds_split_otherwise() -> None:
    workbench = Workbench()
    asked = [digits.asked_digits(workbench, seed) for seed in (0, 1)]
    assert not torch.equal(asked[0].x, asked[1].x)
    for canvas in (False, True):
        known = digits.known_digits(canvas, workbench.generator(Stream.DATA, 0))
        total = len(known.y) // (digits.PLACEMENTS if canvas else 1) + len(asked[0].y)
        assert total == 1797
    images = {each.numpy().tobytes() for each in asked[0].x}
    known = digits.known_digits(False, workbench.generator(Stream.DATA, 0))
    twice = sum(each.numpy().tobytes() in images for each in known.x)
    assert twice == 0


def test_digits_are_learned_in_the_lower_half_only() -> None:
    known = digits.known_digits(True, Workbench().generator(Stream.DATA, 0))
    assert float(known.x[:, :, :8].abs().max()) == 0
    assert float(known.x[:, :, 8:].max()) == digits.WHITE


def test_the_claims_see_a_layer_that_is_needed_and_a_control_that_fails() -> None:
    (claim,) = (claim for claim in heads.CLAIMS if claim.id == "C125")
    assert outcome(claim, maximum=97, little=80) is Outcome.REFUTED  # as is expected
    assert outcome(claim, maximum=90, little=80) is Outcome.HOLDS
    assert outcome(claim, maximum=97, little=97.5) is Outcome.INVALID


def test_a_maximum_that_loses_no_digit_refutes_that_it_loses_some() -> None:
    (claim,) = (claim for claim in heads.CLAIMS if claim.id == "C125o2")
    assert outcome(claim, maximum=97, little=80, features=95) is Outcome.HOLDS
    assert outcome(claim, maximum=97, little=80, features=99) is Outcome.REFUTED


def outcome(claim: Claim, *, maximum: float, little: float, features: float = 96) -> Outcome:
    measurements = Measurements()
    for body, arm, center in (
        (ALL, FLAT, 98),
        (ALL, MAXIMUM, maximum),
        (LITTLE, FLAT, 98),
        (LITTLE, MAXIMUM, features),
        (LITTLE, MIDDLE, little),
    ):
        for steps in (heads.WHOLE, heads.HALF):
            values = tuple(center + each / 10 for each in (-1, 0, 1, 0, -1, 1))
            sample = Sample(values, "mean", "weights and data", 0.25)
            row = {"features of": body, "arm": arm, "steps": steps}
            measurements.add("", row, {heads.RIGHT: sample})
    return claim.check(measurements, heads.Config()).outcome
