"""Tests of the forms of layers in convlab.train.stacked: each by hand does what vmap does."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn

from convlab.layers import Square
from convlab.train.stacked.by_vmap import by_vmap
from convlab.train.stacked.layers import FORMS
from convlab.train.stacked.states import skeleton, stack
from tests.train.stacked.alike import SEEDS, Built, close, networks

CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
LAYERS = [
    *(partial(kind, 2) for kind in (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveMaxPool2d)),
    *(partial(kind, 1) for kind in (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)),
    partial(nn.MaxPool2d, 3, stride=2, padding=1, ceil_mode=True),
    *(nn.ReLU, nn.Softplus, Square, nn.Flatten, partial(nn.Flatten, 2), partial(nn.Flatten, -2)),
    partial(nn.Linear, 6, 4),
    partial(nn.Linear, 6, 4, bias=False),
]


def check_form(build: Built, shape: tuple[int, ...], own: bool) -> None:
    """Outputs and gradients of the form by hand against those of vmap."""
    layers = networks(build)
    x = torch.randn(*((SEEDS,) if own else ()), *shape, dtype=torch.float64)
    results = []
    for form in (FORMS[type(layers[0])], by_vmap):
        weights, examples = stack(layers, "cpu"), x.clone().requires_grad_()
        outputs = form(skeleton(layers[0]), weights, examples, own)
        outputs.backward(torch.linspace(-1, 1, outputs.numel()).double().view(outputs.shape))
        results.append([outputs, examples.grad, *(weight.grad for weight in weights.values())])
    close(*results)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("build", LAYERS, ids=str)
def test_a_form_by_hand_is_vmap(build: Built, own: bool) -> None:
    check_form(build, (2, 3, 4, 6), own)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("kind", [nn.MaxPool3d, nn.AvgPool3d])
def test_pooling_of_volumes_is_vmap(kind: Callable[[int], nn.Module], own: bool) -> None:
    check_form(partial(kind, 2), (2, 3, 4, 6, 4), own)


@pytest.mark.parametrize("build", [partial(nn.MaxPool2d, 2), partial(nn.Conv2d, 3, 3, 2)])
def test_examples_with_an_axis_too_few_are_left_to_vmap(build: Built) -> None:
    check_form(build, (3, 4, 6), own=True)


@given(
    dims=some.integers(1, 3),
    groups=some.integers(1, 2),
    channels=some.tuples(some.integers(1, 3), some.integers(1, 3)),
    kernel=some.integers(1, 3),
    stride=some.integers(1, 2),
    padding=some.integers(0, 2),
    dilation=some.integers(1, 2),
    mode=some.sampled_from(["zeros", "circular", "reflect", "replicate"]),
    bias=some.booleans(),
    own=some.booleans(),
    examples=some.integers(1, 2),
)
@settings(deadline=None, max_examples=100)
def test_convolutions_by_hand_are_vmap(
    dims: int,
    groups: int,
    channels: tuple[int, int],
    kernel: int,
    own: bool,
    examples: int,
    **options: Any,
) -> None:
    inputs, outputs = (groups * count for count in channels)
    options["padding_mode"] = options.pop("mode")
    kind = CONVOLUTIONS[dims]
    build = partial(kind, inputs, outputs, kernel, groups=groups, **options)
    check_form(build, (examples, inputs, *(5, 6, 5)[:dims]), own)


def test_padding_by_name_is_vmap() -> None:
    for mode in ("zeros", "circular"):
        build = partial(nn.Conv2d, 3, 2, 3, padding="same", padding_mode=mode)
        check_form(build, (2, 3, 4, 6), own=True)
        check_form(build, (1, 3, 4, 6), own=False)
