"""Tests of convlab.layers.local: the layers as modules, their start, storage and errors."""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from convlab.layers import (
    LocallyConnected1d,
    LocallyConnected2d,
    LocallyConnected3d,
    locally_connected,
)
from convlab.layers.local.conversions import CONVOLUTIONS, Convolution


def layer(**changes: Any) -> LocallyConnected2d:
    arguments: dict[str, Any] = {
        "in_size": (5, 4),
        "kernel_size": (3, 2),
        "padding": 1,
        "groups": 2,
    }
    return LocallyConnected2d(4, 6, **(arguments | changes))


SIZES = [(LocallyConnected1d, 16), (LocallyConnected2d, (5, 4)), (LocallyConnected3d, (4, 3, 3))]


@pytest.mark.long
@pytest.mark.parametrize(("build", "in_size"), SIZES)
def test_a_fresh_layer_varies_as_a_fresh_convolution(build: Any, in_size: Any) -> None:
    """At every position, its border too; the peers are too small by √positions."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        fresh = build(4, 4096, in_size, 3, padding=1)
        conv = fresh_convolution(fresh)
        x = torch.randn(1, 4, *fresh.in_size)
    ratio = fresh(x).var(dim=1) / conv(x).var(dim=1)
    assert ratio.sub(1).abs().max() < 0.15  # 4096 outputs: a standard error of 0.03
    assert fresh.weight.abs().max() <= conv.weight.abs().max() * 1.001
    assert conv.bias is not None
    torch.testing.assert_close(fresh.bias.std(), conv.bias.std(), rtol=0.05, atol=0)


def fresh_convolution(layer: Any) -> Convolution:
    return CONVOLUTIONS[layer.dims](4, 4096, 3, padding=1)


def test_the_axes_of_the_parameters() -> None:
    assert layer().weight.shape == (6, 2, 5, 5, 3, 2)
    assert layer().state_dict()["bias"].shape == (6, 5, 5)
    assert layer(bias="channel").state_dict()["bias"].shape == (6,)
    assert list(layer(bias=None).state_dict()) == ["weight"]
    assert layer().out_size == (5, 5)


def test_a_seed_draws_the_same_weights_however_they_are_stored() -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        weight = layer().weight
        torch.manual_seed(0)
        drawn = torch.empty(weight.shape).uniform_(-(12**-0.5), 12**-0.5)
    assert torch.equal(weight, drawn)


def test_parameters_gradients_and_outputs_lie_in_the_order_of_their_axes() -> None:
    built, x = layer(), torch.ones(2, 4, 5, 4, requires_grad=True)
    y = built(x)
    y.sum().backward()
    kept = deepcopy(built), built.double()
    for one in (y, *torch.autograd.grad(built(x.double()).sum(), [*built.parameters()])):
        assert one.is_contiguous()
    for parameter in (p for one in (built, *kept) for p in one.parameters()):
        assert parameter.is_contiguous()
        assert parameter.grad is None or parameter.grad.is_contiguous()


def test_a_state_dict_is_stored_and_loaded() -> None:
    built, other, file = layer(), layer(), io.BytesIO()
    torch.save({name: value.contiguous() for name, value in built.state_dict().items()}, file)
    file.seek(0)
    other.load_state_dict(torch.load(file))
    x = torch.randn(2, 4, 5, 4)
    assert torch.equal(other(x), built(x))


def test_a_copy_is_independent() -> None:
    built = layer()
    copied, x = deepcopy(built), torch.randn(2, 4, 5, 4)
    before = built(x)
    with torch.no_grad():
        copied.weight.zero_()
    assert torch.equal(built(x), before)
    assert not torch.equal(copied(x), before)


def test_from_conv_leaves_the_random_numbers_alone() -> None:
    conv, state = nn.Conv1d(2, 3, 3).eval(), torch.get_rng_state()
    built = LocallyConnected1d.from_conv(conv, 8)
    built.to_conv()
    assert torch.equal(torch.get_rng_state(), state)
    assert not built.training


def test_a_layer_without_memory_knows_its_shapes() -> None:
    built = LocallyConnected2d(64, 64, 224, 7, padding="same", device="meta")
    assert built(torch.empty(8, 64, 224, 224, device="meta")).shape == (8, 64, 224, 224)
    assert built.num_effective_parameters == 64 * 64 * (7 * 224 - 12) ** 2 + 64 * 224**2
    assert LocallyConnected1d.from_conv(nn.Conv1d(1, 1, 3, device="meta"), 9).weight.is_meta


@pytest.mark.parametrize("bias", ["position", "channel", None])
def test_autocast_gives_what_a_convolution_gives(bias: Any) -> None:
    built, x = layer(bias=bias), torch.randn(2, 4, 5, 4)
    conv = nn.Conv2d(4, 6, (3, 2), padding=1, groups=2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = built(x)
        assert y.dtype == conv(x).dtype == torch.bfloat16
    torch.testing.assert_close(y.float(), built(x), atol=0.05, rtol=0.05)


@pytest.mark.parametrize("mode", ["zeros", "circular", "reflect", "replicate"])
@pytest.mark.parametrize("shared", [True, False])
def test_seeds_at_once_are_the_seeds_one_by_one(mode: str, shared: bool) -> None:
    layers = [layer(padding_mode=mode, dtype=torch.float64) for _ in range(3)]
    state, _ = stack_module_state(layers)
    x = torch.randn(*([] if shared else [3]), 2, 4, 5, 4, dtype=torch.float64, requires_grad=True)

    def call(state: dict[str, Tensor], x: Tensor) -> Tensor:
        y: Tensor = functional_call(layers[0], state, (x,))
        return y

    together = vmap(call, in_dims=(0, None if shared else 0))(state, x)
    alone = torch.stack([one(x if shared else x[i]) for i, one in enumerate(layers)])
    torch.testing.assert_close(together, alone)
    together.square().sum().backward()
    alone.square().sum().backward()
    for name, stacked in state.items():
        one_by_one = [one.get_parameter(name).grad for one in layers]
        for seed, gradient in enumerate(one_by_one):
            assert stacked.grad is not None
            torch.testing.assert_close(stacked.grad[seed], gradient)


ERRORS: dict[str, tuple[Callable[[], Any], str]] = {
    "groups": (lambda: layer(groups=4), "multiples of groups 4"),
    "bias": (lambda: layer(bias="pixel"), "'position', 'channel', None or a bool, not 'pixel'"),
    "axes": (lambda: layer(stride=(1, 1, 1)), "stride should be one number or 2"),
    "stride": (lambda: layer(stride=0), r"stride should be 1 or more, not \(0, 0\)"),
    "kernel": (lambda: layer(kernel_size=8), "8 x 8 taps .* padded input has 7 x 6: enlarge"),
    "dilation": (lambda: layer(dilation=4), "spans 9 x 5 pixels"),
    "padding": (lambda: layer(padding=-1), "'same', 'valid' or numbers from 0 up"),
    "word": (lambda: layer(padding="full"), "'same', 'valid' or numbers from 0 up, not 'full'"),
    "same": (lambda: layer(padding="same", stride=2), "'same' needs stride 1"),
    "mode": (lambda: layer(padding_mode="mirror"), "one of zeros, circular, .* not 'mirror'"),
    "reflect": (
        lambda: layer(padding=4, padding_mode="reflect"),
        "needs a larger input than 5 x 4",
    ),
    "circular": (lambda: layer(padding=5, padding_mode="circular"), "needs a larger input"),
    "size": (
        lambda: layer()(torch.ones(2, 4, 4, 5)),
        r"inputs \(N, 4, 5, 4\), not \(2, 4, 4, 5\)",
    ),
    "channels": (lambda: layer()(torch.ones(2, 3, 5, 4)), r"not \(2, 3, 5, 4\)"),
    "batch": (lambda: layer()(torch.ones(1, 2, 4, 5, 4)), r"not \(1, 2, 4, 5, 4\)"),
    "conv": (lambda: LocallyConnected2d.from_conv(nn.Conv1d(1, 1, 1), 3), "takes an nn.Conv2d"),
    "transposed": (
        lambda: LocallyConnected1d.from_conv(nn.ConvTranspose1d(1, 1, 1), 3),  # type: ignore
        "not ConvTranspose1d",
    ),
    "untied": (lambda: layer().to_conv(), "kernels differ between positions"),
    "weight": (
        lambda: locally_connected(torch.ones(1, 1, 5), torch.ones(1, 1, 1, 2)),
        "has 4 windows, but the weight has 1 x 1 kernels at 1 positions",
    ),
    "weight axes": (lambda: locally_connected(torch.ones(1, 5), torch.ones(1, 2, 2)), "4, 6 or 8"),
    "function's bias": (
        lambda: locally_connected(torch.ones(1, 1, 2), torch.ones(3, 1, 2, 1), torch.ones(1)),
        r"bias should be \(3,\) or \(3, 2\), not \(1,\)",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_names_the_thing_and_the_way_out(name: str) -> None:
    provoke, message = ERRORS[name]
    with pytest.raises(ValueError, match=message):
        provoke()


def test_tied_kernels_with_untied_biases_are_no_convolution() -> None:
    built = layer()
    with torch.no_grad():
        built.weight.fill_(1.0)
    with pytest.raises(ValueError, match="biases differ"):
        built.to_conv()


def test_a_layer_shows_its_options() -> None:
    shown = repr(layer(padding="same", bias="channel"))
    for part in ("4, 6", "in_size=(5, 4)", "padding='same'", "groups=2", "bias='channel'"):
        assert part in shown
