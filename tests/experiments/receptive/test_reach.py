"""Tests of experiments/receptive/reach: what is seen, by sets of offsets written out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import nn

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Outcome
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

reach = lab.load(catalogue.experiments()["reach"])
of_stacks = reach.stacks_unlike.__globals__
Layer, seen, by_formula, draw = (of_stacks[n] for n in ("Layer", "seen", "by_formula", "draw"))


def offsets(layers: Sequence[object]) -> set[int]:
    """Of the pixels that the first unit sees: unit u of a layer sees u s + t d for each tap t."""
    units = {0}
    for layer in reversed(layers):
        step, taps = layer.stride, range(layer.kernel)  # type: ignore[attr-defined]
        units = {u * step + tap * layer.dilation for u in units for tap in taps}  # type: ignore[attr-defined]
    return units


@pytest.mark.parametrize("seed", range(12))
def test_a_unit_sees_what_its_taps_reach(seed: int) -> None:
    drawn = generator(seed, Stream.DATA)
    layers = draw(drawn)
    probed, changed = (pixels.tolist() for pixels in seen(layers, drawn))
    at_first = sorted(offsets(layers))
    assert [p - changed[0] for p in changed] == at_first and probed == changed
    assert by_formula(layers) == at_first[-1] + 1


def test_the_stacks_are_of_every_kind() -> None:
    layers = [layer for seed in range(40) for layer in draw(generator(seed, Stream.DATA))]
    assert {layer.kind for layer in layers} == set(of_stacks["KINDS"])
    assert {layer.stride for layer in layers} == {layer.dilation for layer in layers} == {1, 2, 3}
    assert {layer.kernel for layer in layers} == {1, 2, 3, 4}


@pytest.mark.parametrize(("arm", "sides"), [("3 x 3", [3, 5, 7, 9]), ("1 x 1", [1, 1, 1, 1])])
def test_the_share_of_an_image_is_that_of_a_square(arm: str, sides: list[int]) -> None:
    shares = of_stacks["shares"](4, 16)[arm]
    assert shares.tolist() == pytest.approx([100 * side**2 / 16**2 for side in sides])


def test_what_is_halved_sees_more() -> None:
    """Behind two convolutions 5 pixels, behind a pool 6, and then 4 more for each convolution."""
    shares = of_stacks["shares"](4, 32)["3 x 3, halved after every second"]
    assert shares.tolist() == pytest.approx([100 * n**2 / 32**2 for n in (3, 5, 10, 14)])


def test_halving_goes_on_for_three_pools() -> None:
    """Each pool doubles what a convolution adds: 2, 2, 4, 4, 8, 8 and 16 pixels."""
    shares = of_stacks["shares"](7, 64)["3 x 3, halved after every second"]
    assert shares.tolist() == pytest.approx(
        [100 * n**2 / 64**2 for n in (3, 5, 10, 14, 24, 32, 52)]
    )


def outcome(claim: str) -> Outcome:
    config = reach.Config(stacks=20, layers=2, side=8)
    (found,) = (each for each in reach.CLAIMS if each.id == claim)
    verdict: Outcome = found.check(reach.measure(config, Workbench()), config).outcome
    return verdict


def test_a_formula_that_is_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def wider(layers: object, *, strides: bool = True) -> int:
        return int(by_formula(layers, strides=strides)) + 1

    assert outcome("C004s") is Outcome.HOLDS
    monkeypatch.setitem(of_stacks, "by_formula", wider)
    assert outcome("C004s") is not Outcome.HOLDS


def test_a_published_field_that_is_another_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    published = reach.fields.__globals__
    monkeypatch.setitem(published["ALEXNET"], "pool1", (2, 2, 0))
    assert outcome("C004o7") is not Outcome.HOLDS


def test_a_change_is_seen_where_the_probe_would_not_look() -> None:
    network = nn.Conv1d(1, 1, 3, bias=False, dtype=torch.float64)
    nn.init.constant_(network.weight, 1.0)
    found = of_stacks["by_changing_each_pixel"](network, 9, 2)
    assert torch.equal(found, torch.tensor([2, 3, 4]))


def test_layers_with_a_stride_do_not_pass_for_layers_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert outcome("C004r") is Outcome.HOLDS
    lone, strided = of_stacks["LONE"], of_stacks["STRIDED"]
    monkeypatch.setitem(of_stacks, "LONE", strided)
    monkeypatch.setitem(of_stacks, "STRIDED", lone)
    assert outcome("C004r") is not Outcome.HOLDS
