"""Tests of convlab.layers.local: what a user expects of nn.Conv1d to 3d holds of these layers."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor, nn
from torch.nn.utils import parameters_to_vector, parametrizations, prune, vector_to_parameters

from convlab.layers import (
    LocallyConnected1d,
    LocallyConnected2d,
    LocallyConnected3d,
    locally_connected,
)
from convlab.layers.local import small
from convlab.layers.local.conversions import CONVOLUTIONS
from convlab.layers.local.module import LocallyConnected

LAYERS = {1: LocallyConnected1d, 2: LocallyConnected2d, 3: LocallyConnected3d}
SIZES = {1: (9,), 2: (6, 5), 3: (4, 5, 3)}
EXACT = torch.float32, torch.float64, torch.complex64, torch.complex128
HALF = torch.float16, torch.bfloat16
FORMATS = {2: torch.channels_last, 3: torch.channels_last_3d}


@pytest.fixture(autouse=True, params=["at once", "in parts"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in parts":
        monkeypatch.setattr(small, "SMALL", 0)


def pair(dims: int, dtype: torch.dtype, **options: Any) -> tuple[Any, Any, Tensor]:
    """A convolution, the layer that does the same, and an input of theirs."""
    draw = Generator().manual_seed(dims)
    conv: Any = CONVOLUTIONS[dims](4, 6, 3, **({"padding": 1, "groups": 2} | options), dtype=dtype)
    with torch.no_grad():
        for parameter in conv.parameters():
            parameter.copy_(torch.randn(parameter.shape, dtype=dtype, generator=draw) / 4)
    x = torch.randn(3, 4, *SIZES[dims], dtype=dtype, generator=draw)
    return conv, LAYERS[dims].from_conv(conv, SIZES[dims]), x


def gradients(layer: nn.Module, x: Tensor, weighting: Tensor) -> tuple[Tensor, ...]:
    """Of the input, the weights and the biases, for a loss with this gradient."""
    x = x.clone(memory_format=torch.preserve_format).requires_grad_()
    return torch.autograd.grad(layer(x), [x, *layer.parameters()], weighting)


def tied(gradient: Tensor, of: Tensor) -> Tensor:
    """The gradient of a kernel that all positions share."""
    extra = gradient.ndim - of.ndim
    first = 2 if extra and of.ndim > 1 else 1
    return gradient.sum([*range(first, first + extra)]) if extra else gradient


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("dtype", EXACT)
@pytest.mark.parametrize("dims", LAYERS)
def test_tied_weights_give_a_convolution_and_its_gradients(
    dims: int, dtype: torch.dtype, channels_last: bool
) -> None:
    conv, layer, x = pair(dims, dtype)
    if channels_last and dims > 1:
        x = x.to(memory_format=FORMATS[dims])
    y = conv(x)
    torch.testing.assert_close(layer(x), y)
    kept = FORMATS[dims] if channels_last and dims > 1 else torch.contiguous_format
    assert layer(x).is_contiguous(memory_format=kept)
    if dtype == torch.float32:  # in three dimensions torch gives other types their usual layout
        assert layer(x).stride() == y.stride()
    weighting = torch.randn(y.shape, dtype=dtype, generator=Generator().manual_seed(1))
    expected = gradients(conv, x, weighting)
    found = gradients(layer, x, weighting)
    for mine, its in zip(found, expected, strict=True):
        torch.testing.assert_close(tied(mine, its), its)


@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize("dims", LAYERS)
def test_half_precision_is_as_exact_as_in_a_convolution(dims: int, dtype: torch.dtype) -> None:
    """Each output, and each gradient of the input, is the exact one but for its last rounding."""
    conv, layer, x = pair(dims, dtype)
    exact = copy.deepcopy(layer).double()
    y = layer(x)
    assert y.dtype == conv(x).dtype == dtype
    unit = torch.finfo(dtype).eps / 2
    torch.testing.assert_close(y.double(), exact(x.double()), rtol=1.01 * unit, atol=1e-6)
    weighting = torch.randn(y.shape, generator=Generator().manual_seed(1)).to(dtype)
    expected = gradients(exact, x.double(), weighting.double())
    for mine, its in zip(gradients(layer, x, weighting), expected, strict=True):
        assert mine.dtype == dtype
        torch.testing.assert_close(mine.double(), its, rtol=1.01 * unit, atol=1e-6)


@pytest.mark.parametrize("dtype", HALF)
def test_sums_that_pass_the_range_of_half_precision_may_come_back(dtype: torch.dtype) -> None:
    rows = torch.tensor([300.0, 300.0, -300.0]).to(dtype)
    x = rows.view(3, 1).expand(1, 64, 3, 3).contiguous()
    layer = LocallyConnected2d(64, 1, 3, 3, bias=None, dtype=dtype)
    nn.init.ones_(layer.weight)
    assert layer(x).item() == torch.tensor(57600.0).to(dtype)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128])
def test_gradients_of_complex_layers_hold_the_conjugate(dtype: torch.dtype) -> None:
    """Of Σ |y|²: each is twice a product with the conjugate; the case of 40 x 40 pixels."""
    layer = LocallyConnected2d(3, 4, (40, 40), 3, bias=None, dtype=dtype)
    x = torch.randn(2, 3, 40, 40, dtype=dtype, requires_grad=True)
    y = layer(x)
    found = torch.autograd.grad(y.abs().square().sum(), [x, layer.weight])
    seen = x.unfold(2, 3, 1).unfold(3, 3, 1)
    again = torch.einsum("nipqkl,oipqkl->nopq", seen, layer.weight)
    expected = torch.autograd.grad(again.abs().square().sum(), [x, layer.weight])
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("dims", LAYERS)
@pytest.mark.parametrize("mixed", ["input", "weight", "bias"])
def test_types_that_differ_are_refused_as_in_a_convolution(dims: int, mixed: str) -> None:
    conv, layer, x = pair(dims, torch.float32)
    for one in (conv, layer):
        if mixed != "input":
            setattr(one, mixed, nn.Parameter(getattr(one, mixed).detach().double()))
    x = x.double() if mixed == "input" else x
    for one in (conv, layer):
        with pytest.raises(RuntimeError):
            one(x)


def test_autocast_casts_what_a_convolution_casts() -> None:
    conv, layer, x = pair(2, torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(layer(x), conv(x), rtol=0.01, atol=0.01)
        loss = layer(x).float().square().sum()
    loss.backward()
    assert layer.weight.grad.dtype == torch.float32
    doubled, complex_one = layer.double(), pair(2, torch.complex64)[1]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert doubled(x.double()).dtype == torch.float64
        assert complex_one(x.to(torch.complex64)).dtype == torch.complex64


CHANGES = [
    ("padding_mode", "circular"),
    ("padding_mode", "reflect"),
    ("stride", (1, 1)),
    ("dilation", 1),
    ("padding", 1),
    ("padding", "same"),
]


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_an_attribute_that_is_changed_counts(name: str, value: Any) -> None:
    _, layer, x = pair(2, torch.float64)
    fresh = LocallyConnected2d.from_conv(
        CONVOLUTIONS[2](4, 6, 3, groups=2, **({"padding": 1} | {name: value}), dtype=x.dtype),
        (6, 5),
    )
    fresh.load_state_dict({**layer.state_dict()})
    setattr(layer, name, value)
    assert repr(layer) == repr(fresh)
    torch.testing.assert_close(layer(x), fresh(x))


def test_a_change_that_the_weights_do_not_fit_is_refused() -> None:
    _, layer, x = pair(2, torch.float32)
    with pytest.raises(AttributeError):
        layer.kernel_size = 5
    with pytest.raises(ValueError, match="padding_mode should be one of"):
        layer.padding_mode = "mirror"
    layer.padding = 2
    with pytest.raises(ValueError, match="8 x 7 windows"):
        layer(x)


@pytest.mark.parametrize("dims", LAYERS)
def test_infinite_weights_at_padding_give_what_a_convolution_gives(dims: int) -> None:
    """Padding is a pixel of value 0, and 0 · ∞ is not a number: in torch, and so here."""
    conv, layer, x = pair(dims, torch.float32)
    for one in (conv, layer):
        with torch.no_grad():
            one.weight[0, 0].fill_(torch.inf)
    torch.testing.assert_close(layer(x), conv(x), equal_nan=True)


@pytest.mark.parametrize("names", [("weight",), ("bias",), ("weight", "bias"), ()])
def test_what_is_frozen_stays_frozen(names: tuple[str, ...]) -> None:
    conv = nn.Conv2d(2, 2, 3)
    for name in names:
        conv.get_parameter(name).requires_grad_(False)
    layer = LocallyConnected2d.from_conv(conv, 5)
    for one in (layer, layer.to_conv()):
        frozen = {name for name, value in one.named_parameters() if not value.requires_grad}
        assert frozen == set(names)


INITS = [
    nn.init.kaiming_normal_,
    nn.init.kaiming_uniform_,
    nn.init.xavier_normal_,
    nn.init.orthogonal_,
    nn.init.dirac_,
    nn.init.trunc_normal_,
    nn.init.ones_,
]


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("dims", LAYERS)
def test_each_position_starts_as_a_convolution_would(dims: int, init: Any) -> None:
    layer = LAYERS[dims](4, 6, SIZES[dims], 2, groups=1)
    torch.manual_seed(0)
    layer.reset_parameters(init)
    torch.manual_seed(0)
    LAYERS[dims](4, 6, SIZES[dims], 2)  # the draws of the common start come first
    for kernel in layer.weight.flatten(2, 1 + dims).unbind(2):
        assert torch.equal(kernel, init(torch.zeros(6, 4, *[2] * dims)))


@pytest.mark.parametrize("init", [torch.randn_like, lambda kernel: kernel * 2])
def test_a_start_that_fills_nothing_is_refused(init: Any) -> None:
    with pytest.raises(ValueError, match="fill the kernel that it is given"):
        LocallyConnected2d(2, 3, 5, 3).reset_parameters(init)
    layer = LocallyConnected2d(2, 3, 5, 3)
    layer.reset_parameters(lambda kernel: kernel.data.view(-1).fill_(2))
    assert torch.all(layer.weight == 2)


def test_he_s_start_keeps_the_variance_at_any_number_of_positions() -> None:
    torch.manual_seed(0)
    for size in (8, 24):
        layer = LocallyConnected2d(16, 64, size, 3, bias=None)
        layer.reset_parameters(nn.init.kaiming_normal_)
        y = layer(torch.randn(4, 16, size, size))
        assert 1.7 < y.var().item() < 2.3  # the gain of a rectifier is 2


@pytest.mark.parametrize("dims", LAYERS)
def test_the_idioms_of_users(dims: int) -> None:
    _, layer, x = pair(dims, torch.float32)
    assert layer(x).view(len(x), -1).shape[0] == len(x)
    vector_to_parameters(parameters_to_vector(layer.parameters()) + 1, layer.parameters())
    nn.init.orthogonal_(layer.weight)
    torch.nn.utils.clip_grad_norm_(layer.parameters(), 1.0)
    before = layer(x).square().mean()
    optimizer = torch.optim.LBFGS(layer.parameters(), lr=0.1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss: Tensor = layer(x).square().mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert layer(x).square().mean() < before
    prune.l1_unstructured(layer, "weight", 0.5)
    assert (layer.weight == 0).float().mean() == pytest.approx(0.5, abs=0.01)
    layer(x).sum().backward()


def test_safetensors_keep_the_weights() -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    _, layer, x = pair(2, torch.float32)
    saved = safetensors.save(layer.state_dict())
    other = LocallyConnected2d(4, 6, (6, 5), 3, padding=1, groups=2, bias="channel")
    other.load_state_dict(safetensors.load(saved))
    assert torch.equal(other(x), layer(x))


@pytest.mark.parametrize("format", [torch.channels_last, torch.channels_last_3d])
@pytest.mark.parametrize("bias", ["position", "channel", None])
@pytest.mark.parametrize("dims", LAYERS)
def test_memory_formats_are_for_images_not_for_kernels(dims: int, bias: Any, format: Any) -> None:
    layer = LAYERS[dims](4, 6, SIZES[dims], 3, bias=bias)
    x = torch.randn(2, 4, *SIZES[dims])
    before, weight = layer(x), layer.weight
    layer(x).sum().backward()
    to: Any = layer.to  # whose types know no format
    to(memory_format=format).to(torch.float32).to("cpu")
    assert layer.weight is weight
    assert all(t.is_contiguous() for p in layer.parameters() for t in (p, p.grad) if t is not None)
    assert torch.equal(layer(x), before)
    nn.Sequential(layer).double().to("meta").to_empty(device="cpu").share_memory()
    assert layer.weight.is_shared()


@pytest.mark.parametrize("dims", LAYERS)
def test_a_weight_that_is_not_contiguous_is_loaded_and_used(dims: int) -> None:
    """As a state dict of an earlier layout has it, and as `assign` keeps it."""
    _, layer, x = pair(dims, torch.float32)
    order = (*range(layer.weight.ndim - 1, -1, -1),)
    state = layer.state_dict()
    state["weight"] = torch.empty_permuted(layer.weight.shape, order).copy_(layer.weight)
    file = io.BytesIO()
    torch.save(state, file)
    for assign in (False, True):
        file.seek(0)
        other = copy.deepcopy(layer)
        other.load_state_dict(torch.load(file), assign=assign)
        assert other.weight.is_contiguous() is not assign
        assert torch.equal(other(x), layer(x))
        other(x).sum().backward()


def test_copies_and_pickles_compute_the_same() -> None:
    _, layer, x = pair(2, torch.float64)
    layer.padding_mode = "circular"
    for one in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert torch.equal(one(x), layer(x))
        assert repr(one) == repr(layer)


def test_a_layer_that_was_stored_without_blocks_is_read() -> None:
    _, layer, x = pair(2, torch.float32)
    state = {name: value for name, value in vars(layer).items() if name != "_block"}
    other = LocallyConnected2d.__new__(LocallyConnected2d)
    other.__setstate__(state)
    assert torch.equal(other(x), layer(x))


def test_the_default_type_is_used() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        layer = LocallyConnected1d(1, 1, 5, 3)
        assert layer.weight.dtype == layer(torch.zeros(1, 1, 5)).dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.integers(1, 3), st.sampled_from([np.int8, np.int32, np.int64, np.uint8, torch.tensor]))
def test_sizes_may_be_any_whole_numbers(dims: int, whole: Any) -> None:
    sizes = [whole(n) for n in SIZES[dims]]
    layer = LAYERS[dims](
        whole(2), whole(4), sizes, whole(3), whole(2), [whole(1)] * dims, groups=whole(2)
    )
    plain = LAYERS[dims](2, 4, SIZES[dims], 3, 2, 1, groups=2)
    assert repr(layer) == repr(plain)
    assert all(type(n) is int for n in (*layer.in_size, *layer.stride, layer.groups))
    array = LAYERS[dims](2, 4, np.array(SIZES[dims]), 3)
    assert array.in_size == SIZES[dims]


@pytest.mark.parametrize("wrong", [1.5, "3", None, [2.0, 3], (3, "3")])
def test_sizes_that_are_no_whole_numbers_are_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="kernel_size should be a whole number or several, not"):
        LocallyConnected2d(1, 1, 5, wrong)


@pytest.mark.parametrize("wrong", [None, 3, "x", [[1.0]], np.zeros((1, 1, 5), np.float32)])
def test_what_is_no_tensor_is_refused_as_torch_refuses(wrong: Any) -> None:
    for function in (LocallyConnected1d(1, 1, 5, 3), nn.Conv1d(1, 1, 3)):
        with pytest.raises(TypeError):
            function(wrong)
    with pytest.raises(TypeError, match="x should be a tensor"):
        locally_connected(wrong, torch.zeros(1, 1, 3, 3))


@pytest.mark.parametrize(("given", "meant"), [(True, "position"), (False, None)])
def test_a_bias_may_be_asked_for_as_in_a_convolution(given: Any, meant: Any) -> None:
    flag: Any
    for flag in (given, np.bool_(given)):
        layer: LocallyConnected = LocallyConnected1d(1, 1, 5, 3, bias=flag)
        assert repr(layer) == repr(LocallyConnected1d(1, 1, 5, 3, bias=meant))


@pytest.mark.parametrize("bias", ["position", "channel", None])
@pytest.mark.parametrize("dims", FORMATS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_outputs_lie_as_inputs_lie(dims: int, bias: Any, dtype: torch.dtype) -> None:
    layer = LAYERS[dims](4, 6, SIZES[dims], 3, padding=1, bias=bias, dtype=dtype)
    x = torch.randn(3, 4, *SIZES[dims]).to(dtype)
    turned = x.to(memory_format=FORMATS[dims])
    assert layer(turned).is_contiguous(memory_format=FORMATS[dims])
    assert not layer(turned).is_contiguous()
    for usual in (x, x.mT.contiguous().mT, x[..., :0].new_ones(x.shape), x[0]):
        assert layer(usual).is_contiguous()
    assert torch.equal(layer(turned), layer(x))


@pytest.mark.parametrize("block", [1, 2])
@pytest.mark.parametrize("of", ["input", "layer"])
def test_tensors_without_numbers_do_not_meet_those_with_numbers(of: str, block: int) -> None:
    layer, x = LocallyConnected2d(4, 6, 5, 3, block=block), torch.zeros(2, 4, 5, 5)
    x, layer = (x.to("meta"), layer) if of == "input" else (x, layer.to("meta"))
    with pytest.raises(RuntimeError, match=r"on (meta|cpu), but the weight is on (meta|cpu)"):
        layer(x)


@pytest.mark.parametrize("taps", [(1, 9), (9, 1), (2, 2), (4, 3), (3, 3, 1), (3,), ()])
def test_a_weight_of_other_kernels_is_refused(taps: tuple[int, ...]) -> None:
    """Though it may have as many numbers."""
    layer = LocallyConnected2d(4, 6, 5, 3)
    layer.weight = nn.Parameter(torch.ones(6, 4, 3, 3, *taps))
    with pytest.raises(ValueError, match="should end in kernels of 3 x 3 taps"):
        layer(torch.ones(2, 4, 5, 5))
    with pytest.raises(AttributeError):
        layer.block = 2


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("given", [torch.float32, torch.float16, torch.bfloat16])
def test_autocast_takes_an_input_of_any_precision(given: torch.dtype, dtype: torch.dtype) -> None:
    conv, _, x = pair(2, torch.float32)
    for block in (1, 2):
        layer = LocallyConnected2d.from_conv(conv, SIZES[2], block=block)
        with torch.autocast("cpu", dtype=dtype):
            y, expected = layer(x.to(given)), conv(x.to(given))
            mapped = torch.func.vmap(layer)(x.to(given)[:, None])[:, 0]
        assert y.dtype == mapped.dtype == expected.dtype == dtype
        torch.testing.assert_close(y, expected, rtol=0.02, atol=0.02)
        torch.testing.assert_close(mapped, y, rtol=0.02, atol=0.02)


COMPUTED = [
    parametrizations.weight_norm,
    parametrizations.spectral_norm,
    parametrizations.orthogonal,
    lambda conv: prune.l1_unstructured(conv, "weight", 0.5),
    lambda conv: prune.random_unstructured(conv, "bias", 1),
]


@pytest.mark.parametrize("compute", COMPUTED)
def test_a_weight_that_is_computed_is_copied_as_it_is(compute: Any) -> None:
    conv = nn.Conv2d(4, 6, 3).eval()
    compute(conv)
    x = torch.randn(2, 4, 6, 5)
    with torch.no_grad():
        layer = LocallyConnected2d.from_conv(conv, SIZES[2])
    assert all(parameter.requires_grad for parameter in layer.parameters())
    torch.testing.assert_close(layer(x), conv(x))
    back = LocallyConnected2d(4, 6, (6, 5), (6, 5))  # at one position, and so a convolution
    compute(back.eval())
    torch.testing.assert_close(back.to_conv()(x), back(x))


@pytest.mark.parametrize("name", ["forward", "_conv_forward"])
def test_a_convolution_that_computes_in_its_own_way_is_refused(name: str) -> None:
    kind = type("Standardised", (nn.Conv2d,), {name: lambda *args: None})
    with pytest.raises(ValueError, match="Standardised computes in a way of its own"):
        LocallyConnected2d.from_conv(kind(4, 6, 3), 5)
    plain = type("Named", (nn.Conv2d,), {})
    assert LocallyConnected2d.from_conv(plain(4, 6, 3), 5).out_channels == 6


def test_tied_kernels_may_hold_what_is_no_number() -> None:
    conv = nn.Conv2d(1, 1, 2)
    with torch.no_grad():
        conv.weight[0, 0, 0] = torch.tensor([torch.nan, torch.inf])
    back = LocallyConnected2d.from_conv(conv, 5).to_conv()
    torch.testing.assert_close(back.weight, conv.weight, equal_nan=True)
    with pytest.raises(ValueError, match="on the meta device has none"):
        LocallyConnected2d(1, 1, 5, 2, device="meta").to_conv()
