"""Tests of experiments/depth/stack: the one kernel by nested sums, and by what a pixel gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
import torch
from torch import Tensor

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Outcome
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

stack = lab.load(catalogue.experiments()["stack"])
of_kernels = stack.differing.__globals__
one_kernel, through, kernels = (of_kernels[n] for n in ("one_kernel", "through", "kernels"))


def layers_of(sizes: Sequence[int], channels: Sequence[int]) -> list[Tensor]:
    drawn: list[Tensor] = kernels(sizes, channels, generator(2, Stream.DATA))
    return drawn


def summed(first: Tensor, then: Tensor) -> Tensor:
    """k1 * k2 as it is written: a sum over the channels between and over all pairs of pixels."""
    size = first.shape[-1] + then.shape[-1] - 1
    kernel = torch.zeros(len(then), first.shape[1], size, size, dtype=torch.float64)
    places = (*(range(n) for n in first.shape), *(range(n) for n in (len(then), *then.shape[2:])))
    for m, c, i, j, o, a, b in product(*places):
        kernel[o, c, i + a, j + b] += first[m, c, i, j] * then[o, m, a, b]
    return kernel


@pytest.mark.parametrize("sizes", [(1, 1), (3, 3), (2, 5), (4, 1)])
def test_the_kernel_is_that_of_nested_sums(sizes: tuple[int, int]) -> None:
    first, then = layers_of(sizes, (2, 3, 2))
    assert torch.equal(one_kernel([first, then]), summed(first, then))


def test_the_kernel_of_three_layers_is_the_response_to_one_pixel() -> None:
    """What a single pixel gives is the kernel of a correlation, flipped."""
    layers = layers_of((3, 2, 5), (1, 3, 2, 2))
    kernel = one_kernel(layers)
    size = kernel.shape[-1]
    assert size == 3 + 2 + 5 - 2
    pixel = torch.zeros(1, 1, 2 * size - 1, 2 * size - 1, dtype=torch.float64)
    pixel[..., size - 1, size - 1] = 1
    assert torch.equal(through(pixel, layers)[0], kernel[:, 0].flip((1, 2)))


def test_zeros_around_change_only_what_looks_over_the_edge() -> None:
    layers = layers_of((3, 3), (1, 1, 1))
    inside, around = of_kernels["padded"](torch.ones(1, 1, 16, 16, dtype=torch.float64), layers)
    assert inside == 0 and 0 < around <= 4 * 15  # the second layer's zeros: the outermost ring


def test_numbers_that_differ_are_counted() -> None:
    differ = of_kernels["mismatches"]
    assert differ(torch.tensor([1.0, 2, 3]), torch.tensor([1.0, 0, 0])) == 2
    assert differ(torch.ones(3), torch.ones(2)) == 3


@pytest.fixture(scope="module")
def quick() -> object:
    return stack.Config(seeds=1, pairs=4, channels=2, training={"steps": 1})


def outcome(claim: str, config: object) -> Outcome:
    (found,) = (each for each in stack.CLAIMS if each.id == claim)
    verdict: Outcome = found.check(stack.measure(config, Workbench()), config).outcome
    return verdict


def test_a_product_that_is_wrong_is_seen(quick: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome("C117o1", quick) is Outcome.HOLDS
    monkeypatch.setitem(of_kernels, "one_kernel", lambda layers, *_: one_kernel(layers, doubled))
    assert outcome("C117o1", quick) is not Outcome.HOLDS


def doubled(first: object, then: object) -> object:
    return 2 * of_kernels["convolve2d"](first, then)
