"""Tests of convlab.layers.local.sharing: one kernel for each block of positions."""

from __future__ import annotations

import copy
import doctest
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call, stack_module_state, vmap
from torch.testing import assert_close

from convlab.layers import (
    LazyLocallyConnected2d,
    LocallyConnected1d,
    LocallyConnected2d,
    locally_connected,
)
from convlab.layers.local import sharing
from convlab.layers.local.module import LocallyConnected
from tests.layers.local.test_export import gradients
from tests.layers.local.test_layers import CONVOLUTIONS, LAYERS, examples, family, options

BLOCKS = st.lists(st.integers(1, 5), min_size=3, max_size=3)
BIASES = st.sampled_from(["position", "channel", None])


def shared(options: dict[str, Any], block: list[int], bias: Any = "position") -> LocallyConnected:
    dims = len(options["in_size"])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return LAYERS[dims](**options, bias=bias, dtype=torch.float64, block=tuple(block[:dims]))


def unshared(layer: LocallyConnected, options: dict[str, Any], bias: Any) -> LocallyConnected:
    """A kernel at each position, copied one by one from that of its block."""
    made = LAYERS[layer.dims](**options, bias=bias, dtype=torch.float64)
    with torch.no_grad():
        for position in product(*map(range, made.out_size)):
            block = tuple(p // size for p, size in zip(position, layer.block, strict=True))
            every: Any = slice(None)
            made.weight[(every, every, *position)] = layer.weight[(every, every, *block)]
            if made.bias is not None and layer.bias is not None and bias == "position":
                made.bias[(every, *position)] = layer.bias[(every, *block)]
        if made.bias is not None and layer.bias is not None and bias == "channel":
            made.bias.copy_(layer.bias)
    return made


@family
@given(options(), BLOCKS, BIASES)
def test_a_position_has_the_kernel_of_its_block(
    options: dict[str, Any], block: list[int], bias: Any
) -> None:
    layer = shared(options, block, bias)
    one_by_one, x = unshared(layer, options, bias), examples(options, 2)
    assert_close(layer(x), one_by_one(x))
    assert_close(layer(x[0]), one_by_one(x)[0])
    assert layer(x).is_contiguous()
    alone = gradients(one_by_one, one_by_one, x)
    together = gradients(layer, layer, x)
    assert_close(together[0], alone[0])
    of_weight = alone[1]
    for axis, size in enumerate(layer.block, start=2):  # the sum over a block
        parts = [part.sum(axis) for part in of_weight.split(size, axis)]
        of_weight = torch.stack(parts, axis)
    assert_close(together[1], of_weight)


@family
@given(options(), BLOCKS)
def test_effective_parameters_are_those_with_a_gradient(
    options: dict[str, Any], block: list[int]
) -> None:
    layer = shared(options, block)
    taken = torch.autograd.grad(
        layer(examples(options, 2)).square().sum(), list(layer.parameters())
    )
    assert layer.num_effective_parameters == sum(int(g.count_nonzero()) for g in taken)


@family
@given(options(), st.booleans(), BLOCKS)
def test_from_a_convolution_and_back(
    options: dict[str, Any], bias: bool, block: list[int]
) -> None:
    size = options.pop("in_size")
    kind: Any = CONVOLUTIONS[len(size)]
    conv = kind(**options, bias=bias, dtype=torch.float64)
    layer = LAYERS[len(size)].from_conv(conv, size, block=tuple(block[: len(size)]))
    x = examples(options | {"in_size": size}, 2)
    assert_close(layer(x), conv(x))
    assert_close(layer.to_conv().state_dict(), conv.state_dict())


@pytest.mark.parametrize("size", [26, 999])
def test_the_whole_map_is_a_convolution(size: int) -> None:
    layer = LocallyConnected2d(3, 4, 28, 3, block=size)
    conv, x = layer.to_conv(), torch.randn(2, 3, 28, 28)
    assert sum(p.numel() for p in layer.parameters()) == sum(p.numel() for p in conv.parameters())
    assert_close(layer(x), conv(x))


def test_shapes_and_what_is_shown() -> None:
    layer = LocallyConnected2d(4, 6, (10, 7), 3, groups=2, block=(3, 1))
    assert layer.out_size == (8, 5)
    assert layer.weight.shape == (6, 2, 3, 5, 3, 3)
    assert layer.bias is not None
    assert layer.bias.shape == (6, 3, 5)
    assert "block=(3, 1)" in repr(layer)
    assert "block" not in repr(LocallyConnected2d(4, 6, 7, 3))
    assert LocallyConnected2d(4, 6, 7, 3, block=5, bias="channel").weight.shape[2:4] == (1, 1)


def test_a_kernel_is_not_repeated_in_memory() -> None:
    layer = LocallyConnected2d(64, 64, 1024, 3, padding=1, block=512, device="meta")
    assert layer.weight.numel() == 4 * 64 * 64 * 9
    assert layer(torch.empty(1, 64, 1024, 1024, device="meta")).shape == (1, 64, 1024, 1024)


@pytest.mark.long
def test_first_and_second_derivatives() -> None:
    layer = LocallyConnected2d(2, 2, (6, 5), 2, padding=1, block=(2, 3), dtype=torch.float64)
    x = torch.randn(2, 2, 6, 5, dtype=torch.float64, requires_grad=True)
    names = list(layer.state_dict())

    def call(x: Tensor, *values: Tensor) -> Any:
        return functional_call(layer, dict(zip(names, values, strict=True)), (x,))

    assert gradcheck(call, (x, *layer.parameters()), fast_mode=True)
    assert gradgradcheck(call, (x, *layer.parameters()), fast_mode=True)


def test_seeds_at_once() -> None:
    layers = [LocallyConnected2d(2, 4, 6, 3, groups=2, block=3) for _ in range(3)]
    state, _ = stack_module_state(layers)
    x = torch.randn(2, 2, 6, 6)
    together = vmap(lambda s: functional_call(layers[0], s, (x,)))(state)
    assert_close(together, torch.stack([layer(x) for layer in layers]))


def test_the_function_and_a_lazy_layer_take_blocks_too() -> None:
    layer = LocallyConnected1d(2, 3, 9, 3, block=4)
    x = torch.randn(5, 2, 9)
    assert_close(locally_connected(x, layer.weight, layer.bias, block=4), layer(x))
    lazy = LazyLocallyConnected2d(3, 3, block=2)
    assert lazy(torch.zeros(1, 2, 6, 6)).shape == (1, 3, 4, 4)
    assert lazy.weight.shape == (3, 2, 2, 2, 3, 3)
    assert repr(copy.deepcopy(layer)) == repr(layer)


def test_channels_last_stays() -> None:
    x = torch.randn(2, 3, 6, 6).to(memory_format=torch.channels_last)
    layer = LocallyConnected2d(3, 4, 6, 3, block=2)
    assert layer(x).is_contiguous(memory_format=torch.channels_last)
    assert_close(layer(x).contiguous(), layer(x.contiguous()))


@pytest.mark.parametrize("block", [0, (2, -1)])
def test_a_block_has_positions(block: Any) -> None:
    with pytest.raises(ValueError, match="block should be 1 or more"):
        LocallyConnected2d(3, 4, 6, 3, block=block)


def test_the_weight_of_a_function_fits_its_blocks() -> None:
    with pytest.raises(ValueError, match="3 positions"):
        locally_connected(torch.ones(1, 1, 5), torch.ones(1, 1, 3, 2), block=4)
    with pytest.raises(ValueError, match="block should be one number or 1"):
        locally_connected(torch.ones(1, 1, 5), torch.ones(1, 1, 3, 2), block=(4, 4))


def test_untied_blocks_are_no_convolution() -> None:
    layer = LocallyConnected1d(1, 1, 8, 3, block=2)
    with pytest.raises(ValueError, match="kernels differ"):
        layer.to_conv()
    assert isinstance(LocallyConnected1d(1, 1, 8, 3, block=6).to_conv(), nn.Conv1d)


def test_the_examples_of_the_documentation() -> None:
    outcome = doctest.testmod(sharing)
    assert outcome.attempted == 1
    assert outcome.failed == 0
