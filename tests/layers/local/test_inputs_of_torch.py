"""Tests of convlab.layers.local: torch's own inputs for Conv1d to 3d, over layers of tied weights.

Left out of torch's list are ConvTranspose1d to 3d, which have no locally connected form here, and
the lazy ones, whose inputs are the same; inputs on other devices than the CPU and "meta"; and the
flag that sets momentum or not in training, which no convolution has.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call

from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d

LAYERS: dict[Any, Any] = {
    nn.Conv1d: LocallyConnected1d,
    nn.Conv2d: LocallyConnected2d,
    nn.Conv3d: LocallyConnected3d,
}
EXACT = torch.float32, torch.float64, torch.complex64, torch.complex128
with warnings.catch_warnings(action="ignore"):
    modules: Any = pytest.importorskip("torch.testing._internal.common_modules").module_db


def inputs(dtype: torch.dtype) -> Iterator[tuple[Any, Any, Any]]:
    """A convolution, the layer that it becomes, and an input."""
    for info in modules:
        if info.module_cls not in LAYERS:
            continue
        for given in info.module_inputs_func(info, "cpu", dtype, True, training=True):
            made = given.constructor_input
            conv = info.module_cls(*made.args, **made.kwargs, dtype=dtype)
            (x,) = given.forward_input.args
            kind = LAYERS[info.module_cls]
            yield conv, kind.from_conv(conv, x.shape[-kind.dims :]), x.detach().requires_grad_()


def test_torch_has_such_inputs() -> None:
    assert sum(1 for _ in inputs(torch.float32)) >= 12


@pytest.mark.parametrize("dtype", EXACT)
def test_outputs_and_gradients_are_those_of_the_convolution(dtype: torch.dtype) -> None:
    for conv, layer, x in inputs(dtype):
        y = conv(x)
        torch.testing.assert_close(layer(x), y)
        (expected,) = torch.autograd.grad(y.abs().square().sum(), x)
        (found,) = torch.autograd.grad(layer(x).abs().square().sum(), x)
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_gradients_of_gradients(dtype: torch.dtype) -> None:
    for _, layer, x in inputs(dtype):
        names, weights = zip(*layer.named_parameters(), strict=True)

        def call(x: Any, *weights: Any, of: Any = layer, names: Any = names) -> Any:
            return functional_call(of, dict(zip(names, weights, strict=True)), (x,))

        assert gradcheck(call, (x, *weights), fast_mode=True)
        assert gradgradcheck(call, (x, *weights), fast_mode=True)


def test_pickles_state_dicts_and_devices() -> None:
    for _, layer, x in inputs(torch.float32):
        assert torch.equal(pickle.loads(pickle.dumps(layer))(x), layer(x))
        fresh = pickle.loads(pickle.dumps(layer))
        fresh.reset_parameters()
        fresh.load_state_dict(layer.state_dict())
        assert torch.equal(fresh(x), layer(x))
        assert fresh.to("meta")(x.to("meta")).shape == layer(x).shape


@pytest.mark.parametrize("dims", [2, 3])
def test_memory_formats(dims: int) -> None:
    kept = (torch.channels_last, torch.channels_last_3d)[dims - 2]
    for conv, layer, x in inputs(torch.float32):
        if layer.dims == dims and x.ndim == dims + 2:
            x = x.detach().to(memory_format=kept)
            assert layer(x).stride() == conv(x).stride()
            torch.testing.assert_close(layer(x), conv(x))
