"""Tests of convlab.layers.local: what the layers compute, over a family of shapes and options."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor, nn
from torch.autograd import gradcheck, gradgradcheck

from convlab.layers import (
    LocallyConnected1d,
    LocallyConnected2d,
    LocallyConnected3d,
    locally_connected,
)
from convlab.layers.local import blocks, single, small
from convlab.layers.local import layers as local
from convlab.layers.local.module import Bias, LocallyConnected

LAYERS = {1: LocallyConnected1d, 2: LocallyConnected2d, 3: LocallyConnected3d}
CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
NUMPY_MODES = {"zeros": "constant", "circular": "wrap", "reflect": "reflect", "replicate": "edge"}

CONSTANTS = (small, "SMALL"), (blocks, "CACHED"), (single, "ADDED")
CUTS = {  # SMALL, CACHED and ADDED: what makes the layers compute in every way
    "at once": (2**20, 2**20, 2**20),
    "in one tile": (0, 2**20, 2**20),
    "in tiles": (0, 40, 2**20),
    "position by position": (0, 1, 2**20),
    "one example": (0, 2**20, 0),
}

family = settings(max_examples=150, deadline=None, derandomize=True)


@st.composite
def options(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of a layer whose windows fit its input, every axis on its own."""
    dims = draw(st.integers(1, 3))
    mode = draw(st.sampled_from(list(NUMPY_MODES)))
    drawn: dict[str, list[int]] = {
        name: [] for name in ("in_size", "kernel_size", "stride", "padding", "dilation")
    }
    for _ in range(dims):
        pixels = draw(st.integers(1, (9, 6, 4)[dims - 1]))
        widest = {"reflect": min(pixels - 1, 2), "circular": min(pixels, 2)}.get(mode, 2)
        margin, reach = draw(st.integers(0, widest)), draw(st.integers(1, 2))
        taps = draw(st.integers(1, min(3, (pixels + 2 * margin - 1) // reach + 1)))
        axis = (pixels, taps, draw(st.integers(1, 3)), margin, reach)
        for values, value in zip(drawn.values(), axis, strict=True):
            values.append(value)
    groups = draw(st.integers(1, 2))
    return {name: tuple(values) for name, values in drawn.items()} | {
        "in_channels": groups * draw(st.integers(1, 2)),
        "out_channels": groups * draw(st.integers(1, 2)),
        "groups": groups,
        "padding_mode": mode,
    }


def layer_of(options: dict[str, Any], bias: Bias = "position") -> LocallyConnected:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return LAYERS[len(options["in_size"])](**options, bias=bias, dtype=torch.float64)


def examples(options: dict[str, Any], count: int) -> Tensor:
    shape = count, options["in_channels"], *options["in_size"]
    return torch.randn(shape, dtype=torch.float64, generator=Generator().manual_seed(1))


@contextmanager
def cut(name: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for (module, constant), value in zip(CONSTANTS, CUTS[name], strict=True):
            patch.setattr(module, constant, value)
        blocks.tiles.cache_clear()
        yield
    blocks.tiles.cache_clear()


def by_loop(x: Tensor, layer: LocallyConnected) -> Tensor:
    """The sum of the definition, one output after another, on an input that numpy has padded."""
    margins = [(0, 0), (0, 0), *((margin, margin) for margin in map(int, layer.padding))]
    mode: Any = NUMPY_MODES[layer.padding_mode]
    padded = np.pad(x.numpy(), margins, mode)
    weight = layer.weight.detach().numpy()
    per_group = [layer.out_channels // layer.groups, layer.in_channels // layer.groups]
    y = np.zeros((len(x), layer.out_channels, *layer.out_size))
    for n, o, *position in product(*map(range, y.shape)):
        first = o // per_group[0] * per_group[1]
        for i, *tap in product(range(per_group[1]), *map(range, layer.kernel_size)):
            axes = zip(position, tap, layer.stride, layer.dilation, strict=True)
            pixel = tuple(s * p + d * k for p, k, s, d in axes)
            seen = padded[(n, first + i, *pixel)]
            y[(n, o, *position)] += weight[(o, i, *position, *tap)] * seen
    return torch.from_numpy(y)


@family
@given(
    options(),
    st.integers(0, 2),
    st.sampled_from(["position", "channel", None]),
    st.sampled_from(list(CUTS)),
)
def test_a_layer_is_the_loop_of_its_definition(
    options: dict[str, Any], count: int, bias: Bias, way: str
) -> None:
    layer, x = layer_of(options, bias), examples(options, count)
    expected = by_loop(x, layer)
    if layer.bias is not None:
        ones = [1] * (expected.ndim - 1 - layer.bias.ndim)
        expected = expected + layer.bias.reshape(*layer.bias.shape, *ones)
    with cut(way):
        torch.testing.assert_close(layer(x), expected)


@pytest.mark.filterwarnings("ignore:Using padding='same'")  # torch copies, where it is uneven
@family
@given(options(), st.booleans(), st.sampled_from(["numbers", "same", "valid"]))
def test_tied_weights_make_a_convolution(
    options: dict[str, Any], bias: bool, padding: str
) -> None:
    arguments = {name: value for name, value in options.items() if name != "in_size"}
    if padding == "valid":
        smallest = min(options["in_size"])
        kernel_size = tuple(min(taps, smallest) for taps in options["kernel_size"])
        arguments |= {"padding": "valid", "kernel_size": kernel_size, "dilation": 1}
    if padding == "same":  # its margins may be too wide to wrap or to reflect
        unlimited = {"circular": "zeros", "reflect": "replicate"}
        mode = unlimited.get(options["padding_mode"], options["padding_mode"])
        arguments |= {"padding": "same", "stride": 1, "padding_mode": mode}
    kind: Any = CONVOLUTIONS[len(options["in_size"])]
    conv = kind(**arguments, bias=bias, dtype=torch.float64)
    layer = LAYERS[len(options["in_size"])].from_conv(conv, options["in_size"])
    x = examples(options, 2)
    torch.testing.assert_close(layer(x), conv(x))
    torch.testing.assert_close(layer(x[0]), conv(x[0]))  # a single example, without its axis
    back = layer.to_conv()
    assert repr(back) == repr(conv)
    torch.testing.assert_close(back.state_dict(), conv.state_dict(), rtol=0, atol=0)


def gradient(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


@family
@given(options())
def test_effective_parameters_are_those_with_a_gradient(options: dict[str, Any]) -> None:
    layer = layer_of(options)
    layer(examples(options, 2)).square().sum().backward()
    reached = sum(int(gradient(p).count_nonzero()) for p in layer.parameters())
    assert layer.num_effective_parameters == reached


@pytest.mark.long
@settings(max_examples=60, deadline=None, derandomize=True)
@given(options(), st.sampled_from(list(CUTS)))
def test_first_and_second_derivatives(options: dict[str, Any], way: str) -> None:
    layer = layer_of(options)
    names = "stride", "padding", "dilation", "groups", "padding_mode"
    chosen = [options[name] for name in names]

    def call(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return locally_connected(x, weight, bias, *chosen)

    assert layer.bias is not None
    tensors = examples(options, 1).requires_grad_(), layer.weight, layer.bias
    with cut(way):
        assert gradcheck(call, tensors, fast_mode=True)
        assert gradgradcheck(call, tensors, fast_mode=True)


def test_the_examples_of_the_documentation() -> None:
    outcome = doctest.testmod(local, extraglobs={"torch": torch})
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize("name", CUTS)
@pytest.mark.parametrize("groups", [1, 2])
def test_no_examples_have_no_outputs_and_gradients_of_zero(name: str, groups: int) -> None:
    options: dict[str, Any] = {"in_channels": 4, "out_channels": 6, "groups": groups}
    options |= {"in_size": (7, 6), "kernel_size": 3, "padding": 1}
    layer, x = layer_of(options), examples(options, 0).requires_grad_()
    with cut(name):
        y = layer(x)
        y.sum().backward()
    assert y.shape == (0, 6, 7, 6) and x.grad is not None and x.grad.shape == x.shape
    assert all(p.grad is not None and not p.grad.any() for p in layer.parameters())
