"""Tests of experiments/depth/channels: the counts by hand, the rank by elimination, the claims."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from torch import nn

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, exactly
from convlab.probes.exact import whole
from convlab.streams import Stream, generator

channels = lab.load(catalogue.experiments()["channels"])
counts = channels.dimensions.__globals__
networks = channels.on_digits.__globals__
WIDTHS = (1, 2, 4, 8, 16, 32)


def rank(rows: list[list[int]]) -> int:
    """By elimination in fractions."""
    left = [[Fraction(number) for number in row] for row in rows]
    found = 0
    for column in range(len(left[0])):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        found += 1
        for row in left[found:]:
            factor = row[column] / pivot[column]
            row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
    return found


@pytest.mark.parametrize("width, expected", [(1, 1), (4, 4), (8, 8), (16, 9), (32, 9)])
def test_the_kernels_span_as_many_dimensions_as_channels_up_to_9(
    width: int, expected: int
) -> None:
    drawn = generator(0, Stream.WEIGHTS)
    first, then = whole((width, 9), drawn), whole((64, width), drawn)
    assert rank((then @ first).int().tolist()) == expected
    assert channels.dimensions(width, generator(0, Stream.WEIGHTS)) == expected


def test_the_formula_is_that_of_the_layers() -> None:
    assert channels.off_the_formula() == 0
    assert sum(each.numel() for each in nn.Conv2d(3, 8, 5).parameters()) == 5 * 5 * 3 * 8 + 8
    assert channels.times_the_weights(16, 8) == channels.times_the_weights(8, 16) == 2
    assert channels.times_the_weights(16, 16) == 4


def test_layers_without_a_bias_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = nn.Conv2d

    def without(inputs: int, outputs: int, kernel: int) -> nn.Module:
        return plain(inputs, outputs, kernel, bias=False)

    monkeypatch.setattr(nn, "Conv2d", without)
    assert channels.off_the_formula() == 27 / 3 * (1 + 8 + 32)


def test_twice_the_channels_compute_what_these_do_only_with_no_weight_behind_the_new() -> None:
    assert not channels.wide_less_narrow(4, generator(0, Stream.WEIGHTS)).any()
    x, first = torch.ones(1, 1, 8, 8).double(), 50 * torch.ones(2, 1, 3, 3).double()
    two = counts["two_layers"](x, first, torch.ones(1, 2, 1, 1).double())
    assert torch.equal(two, torch.full((1, 1, 6, 6), 2.0 * (9 * 50 - 200)).double())


def test_a_seed_has_a_split_of_its_own() -> None:
    parted = networks["parted"]
    (known, other), (another, _) = (parted(generator(seed, Stream.DATA)) for seed in (0, 1))
    assert len(known.x) + len(other.x) == 1797 and len(other.x) == pytest.approx(360, abs=5)
    assert not torch.equal(known.x, another.x)
    rows = {tuple(image.flatten().tolist()) for image in known.x}
    assert not any(tuple(image.flatten().tolist()) in rows for image in other.x[:50])


def measured(losses: list[float]) -> Measurements:
    measurements = Measurements()
    measurements.add("", {}, {channels.OFF: exactly(0)})
    for width, loss in zip(WIDTHS, losses, strict=True):
        values = tuple(loss * (1 + seed / 100) for seed in range(8))
        sample = Sample(values, "mean", "weights and data")
        half = exactly(3 / width)
        found = {channels.LOSS: sample, channels.HALF: half, channels.RANK: exactly(width)}
        measurements.add("", {"channels": width}, found)
    return measurements


def outcome(claim: str, losses: list[float]) -> Outcome:
    (found,) = (each for each in channels.CLAIMS if each.id == claim)
    verdict: Outcome = found.check(measured(losses), channels.Config()).outcome
    return verdict


def test_a_loss_that_hardly_falls_refutes() -> None:
    assert outcome("C208", [2, 1.5, 1.2, 0.9, 0.6, 0.3]) is Outcome.HOLDS
    assert outcome("C208", [2, 1.5, 0.6, 0.9, 0.3, 0.1]) is Outcome.REFUTED  # one doubling
