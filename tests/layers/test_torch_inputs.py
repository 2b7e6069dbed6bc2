"""Torch's own inputs for Conv1d to Conv3d, over locally connected layers with tied weights.

The inputs are those of `module_db`, the list that torch tests its modules with: with and without a
batch, without padding and with "same". What is tested on them is what torch tests (its
test/test_modules.py), in tests of ours. Left out of its tests:

    check_inplace              a layer has no `inplace`
    cpu_gpu_parity             every test runs on each device that is present
    multiple_device_transfer   needs two accelerators
    errors                     the list has no invalid input for convolutions; ours: test_modules
    ConvTranspose1d to 3d      there is no transposed layer
"""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call
from torch.testing import assert_close
from torch.testing._internal.common_modules import ModuleInfo, ModuleInput, module_db

from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from convlab.layers.local.module import LocallyConnected

LAYERS: dict[type[nn.Module], type[LocallyConnected]] = {
    nn.Conv1d: LocallyConnected1d,
    nn.Conv2d: LocallyConnected2d,
    nn.Conv3d: LocallyConnected3d,
}
INFOS = [info for info in module_db if info.module_cls in LAYERS]
DEVICES = ["cpu", *["cuda"] * torch.cuda.is_available(), *["mps"] * torch.mps.is_available()]
DTYPES = {  # with the relative error that is allowed
    torch.float32: 1e-5,
    torch.float64: 1e-10,
    torch.complex64: 1e-5,
    torch.complex128: 1e-10,
    torch.bfloat16: 2e-2,
    torch.float16: 2e-3,
}
FORMATS = {4: torch.channels_last, 5: torch.channels_last_3d}  # by the axes of a batch


def inputs(
    info: ModuleInfo, device: str, dtype: torch.dtype, training: bool = True
) -> list[ModuleInput]:
    found: list[ModuleInput] = info.module_inputs_func(
        info, device=device, dtype=dtype, requires_grad=False, training=training
    )
    assert len(found) == 4  # more than these four should be looked at
    return found


def pairs(
    info: ModuleInfo, device: str = "cpu", dtype: torch.dtype = torch.float64
) -> Iterator[tuple[nn.Module, LocallyConnected, Tensor]]:
    """For each of torch's inputs the convolution, the layer that it gives, and x."""
    for entry in inputs(info, device, dtype):
        given = entry.constructor_input
        with torch.random.fork_rng():
            torch.manual_seed(0)
            conv = info.module_cls(*given.args, **given.kwargs, device=device, dtype=dtype)
        (x,) = entry.forward_input.args
        kind = LAYERS[info.module_cls]
        yield conv, kind.from_conv(conv, x.shape[-kind.dims :]), x


def gradients(layer: nn.Module, x: Tensor) -> list[Tensor]:
    """Of x, of one kernel that all positions share, and of the bias."""
    x = x.clone().requires_grad_()
    y = layer(x)
    taken = torch.autograd.grad(y.abs().square().sum(), [x, *layer.parameters()])
    if isinstance(layer, LocallyConnected):
        return [taken[0], taken[1].sum(tuple(range(2, 2 + layer.dims))), *taken[2:]]
    return list(taken)


everywhere = pytest.mark.parametrize("info", INFOS, ids=lambda info: info.name)
on_devices = pytest.mark.parametrize("device", DEVICES)


def test_torch_has_inputs_for_each() -> None:
    assert [info.module_cls for info in INFOS] == list(LAYERS)


@everywhere
@on_devices
@pytest.mark.parametrize("dtype", DTYPES)
def test_both_passes(info: ModuleInfo, device: str, dtype: torch.dtype) -> None:
    if device == "mps" and (dtype.is_complex or dtype == torch.float64):
        pytest.skip("the device has no such numbers")
    near = DTYPES[dtype]
    for conv, layer, x in pairs(info, device, dtype):
        assert_close(layer(x), conv(x), rtol=near, atol=10 * near)
        both = zip(gradients(layer, x), gradients(conv, x), strict=True)
        for taken, expected in both:
            assert_close(taken, expected, rtol=near, atol=near * float(expected.abs().max()) * 4)


@pytest.mark.filterwarnings("ignore:`torch.jit.script")  # torch's own, in forward mode
@everywhere
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_derivatives_of_both_orders(info: ModuleInfo, dtype: torch.dtype) -> None:
    for _, layer, x in pairs(info, dtype=dtype):
        names = list(dict(layer.named_parameters()))

        def call(x: Tensor, *values: Tensor, layer: Any = layer, names: Any = names) -> Any:
            return functional_call(layer, dict(zip(names, values, strict=True)), (x,))

        tensors = (x.requires_grad_(), *layer.parameters())
        assert gradcheck(call, tensors, fast_mode=True, check_forward_ad=True)
        assert gradgradcheck(call, tensors, fast_mode=True)


@everywhere
def test_without_gradients_x_is_left_alone_and_modes_do_not_differ(info: ModuleInfo) -> None:
    for _, layer, x in pairs(info):
        before, y = x.clone(), layer(x)
        with torch.no_grad():
            assert torch.equal(layer.eval()(x), y)
        assert torch.equal(x, before)


@everywhere
def test_an_x_of_any_strides(info: ModuleInfo) -> None:
    for _, layer, x in pairs(info):
        spread = torch.stack([x, x], -1)[..., 0]
        turned = x.transpose(-1, 0).contiguous().transpose(-1, 0)
        zero = torch.zeros(1, dtype=x.dtype).expand_as(x)  # no strides at all
        assert_close(layer(spread), layer(x))
        assert_close(layer(turned), layer(x))
        assert_close(layer(zero), layer(torch.zeros_like(x)))
        assert_close(gradients(layer, turned), gradients(layer, x))


@everywhere
def test_memory_formats_change_no_number(info: ModuleInfo) -> None:
    for conv, layer, x in pairs(info, dtype=torch.float32):  # Conv3d keeps no other
        expected, form = layer(x), FORMATS.get(x.ndim)
        module: Any = layer  # the types of torch lack `memory_format`
        if form is not None and layer.dims == x.ndim - 2:
            turned = x.to(memory_format=form)
            assert_close(layer(turned), expected)
            assert layer(turned).stride() == conv(turned).stride()
            assert_close(module.to(memory_format=form)(x), expected)
        assert_close(module.to(memory_format=torch.contiguous_format)(x), expected)


@everywhere
def test_copies_of_every_kind(info: ModuleInfo) -> None:
    for _, layer, x in pairs(info):
        expected = layer(x)
        file = io.BytesIO()
        torch.save(layer, file)
        file.seek(0)
        saved = torch.load(file, weights_only=False)
        for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)), saved):
            assert torch.equal(other(x), expected)
            assert repr(other) == repr(layer)
            assert gradients(other, x)


@everywhere
def test_states(info: ModuleInfo) -> None:
    for _, layer, x in pairs(info):
        expected, file, other = layer(x), io.BytesIO(), copy.deepcopy(layer)
        other.reset_parameters()
        torch.save(layer.state_dict(), file)
        file.seek(0)
        other.load_state_dict(torch.load(file))
        assert torch.equal(other(x), expected)
        other.load_state_dict(layer.state_dict(), assign=True)
        assert torch.equal(other(x), expected)
        empty = layer.to("meta").to_empty(device="cpu")
        empty.load_state_dict(other.state_dict())
        assert torch.equal(empty(x), expected)


@everywhere
@on_devices
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_where_and_in_what_the_parameters_are_made(
    info: ModuleInfo, device: str, dtype: torch.dtype
) -> None:
    for conv, layer, x in pairs(info, device, dtype):
        for parameter in layer.parameters():
            assert (parameter.device.type, parameter.dtype) == (device, dtype)
        moved = layer.to(torch.float32)
        assert moved(x.float()).dtype == torch.float32
        assert_close(moved(x.float()), conv.float()(x.float()), rtol=1e-4, atol=1e-4)
        meta = moved.to("meta")(torch.empty_like(x, device="meta", dtype=torch.float32))
        assert meta.shape == conv(x.float()).shape
