"""Tests of convlab.layers.local.lazy: a first call makes the plain layer, in every way."""

from __future__ import annotations

import copy
import doctest
import io
import pickle
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter
from torch.testing._internal.common_modules import ModuleInfo, module_db

from convlab.layers import (
    LazyLocallyConnected1d,
    LazyLocallyConnected2d,
    LazyLocallyConnected3d,
    LocallyConnected1d,
    LocallyConnected2d,
    LocallyConnected3d,
)
from convlab.layers.local import lazy as module

KINDS: list[tuple[Any, Any]] = [
    (LazyLocallyConnected1d, LocallyConnected1d),
    (LazyLocallyConnected2d, LocallyConnected2d),
    (LazyLocallyConnected3d, LocallyConnected3d),
]
TORCH = {
    nn.LazyConv1d: LazyLocallyConnected1d,
    nn.LazyConv2d: LazyLocallyConnected2d,
    nn.LazyConv3d: LazyLocallyConnected3d,
}


ARGUMENTS: dict[str, Any] = {"out_channels": 6, "kernel_size": 3, "padding": 1}
AT_X: dict[str, Any] = {"in_channels": 4, "in_size": (5, 4)}


def lazy(**changes: Any) -> Any:
    return LazyLocallyConnected2d(
        **({"out_channels": 6, "kernel_size": 3, "padding": 1} | changes)
    )


def seeded(make: Any) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make()


@pytest.mark.parametrize(("kind", "plain"), KINDS)
@pytest.mark.parametrize("batch", [True, False])
@pytest.mark.parametrize("bias", ["position", "channel", None])
def test_a_first_call_makes_the_layer_that_the_size_asks_for(
    kind: Any, plain: Any, batch: bool, bias: Any
) -> None:
    size = (5, 4, 3)[: plain.dims]
    x = torch.randn(*([2] * batch), 4, *size)
    made = kind(6, 3, padding=1, groups=2, bias=bias)
    y = seeded(lambda: made(x))
    expected = seeded(lambda: plain(4, 6, size, 3, padding=1, groups=2, bias=bias))
    assert type(made) is plain
    assert repr(made) == repr(expected)
    assert torch.equal(y, expected(x))
    assert vars(made).keys() == vars(expected).keys()
    assert made.num_effective_parameters == expected.num_effective_parameters
    for ours, theirs in zip(made.parameters(), expected.parameters(), strict=True):
        assert type(ours) is nn.Parameter
        assert torch.equal(ours, theirs)
    assert not made._forward_pre_hooks


@pytest.mark.parametrize("info", [i for i in module_db if i.module_cls in TORCH])
def test_torchs_own_inputs(info: ModuleInfo) -> None:
    entries = info.module_inputs_func(
        info, device="cpu", dtype=torch.float32, requires_grad=False, training=True, lazy=True
    )
    for entry in entries:
        given = entry.constructor_input
        ours = TORCH[info.module_cls](*given.args, **given.kwargs)
        theirs = info.module_cls(*given.args, **given.kwargs)
        (x,) = entry.forward_input.args
        assert ours(x).shape == theirs(x).shape


def test_before_the_first_call() -> None:
    made = lazy()
    assert all(isinstance(p, UninitializedParameter) for p in made.parameters())
    assert list(made.state_dict()) == ["weight", "bias"]
    assert "out_channels=6, kernel_size=(3, 3)" in repr(made)
    assert made.has_uninitialized_params()
    assert lazy(bias=None).bias is None


@pytest.mark.parametrize("move", [lambda n: n.double(), lambda n: n.to(torch.float64)])
def test_a_device_and_a_type_may_be_given_before(move: Any) -> None:
    x = torch.randn(2, 4, 5, 4, dtype=torch.float64)
    assert move(lazy())(x).dtype == lazy(dtype=torch.float64)(x).dtype == torch.float64
    assert lazy(device="meta")(x.float().to("meta")).is_meta


def trained() -> tuple[LocallyConnected2d, Tensor]:
    x = torch.randn(2, 4, 5, 4)
    plain = LocallyConnected2d(4, 6, (5, 4), 3, padding=1)
    return plain, x


CHANGES = [
    ("padding", 0),
    ("padding_mode", "circular"),
    ("stride", (2, 1)),
    ("dilation", 2),
    ("groups", 2),
    ("out_channels", 8),
    ("bias", None),
]


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_an_option_that_is_changed_before_the_first_call_counts(name: str, value: Any) -> None:
    made, x = lazy(), torch.randn(2, 4, 5, 4)
    setattr(made, name, value)
    assert torch.equal(seeded(lambda: made(x)), seeded(lambda: lazy(**{name: value})(x)))
    assert repr(made) == repr(LocallyConnected2d(**(ARGUMENTS | {name: value}), **AT_X))


def test_options_can_be_read_and_are_checked_before_the_first_call() -> None:
    made, torchs = lazy(), nn.LazyConv2d(**ARGUMENTS)
    names = "in_channels", "out_channels", "kernel_size", "stride", "padding", "groups"
    assert [getattr(made, n) for n in names] == [getattr(torchs, n) for n in names]
    with pytest.raises(ValueError, match="stride should be 1 or more"):
        made.stride = 0
    made.reset_parameters()  # as torch's: what is not loaded is drawn at the first call
    with pytest.raises(ValueError, match="after a call"):
        made.reset_parameters(nn.init.kaiming_normal_)
    made(torch.randn(2, 4, 5, 4))
    plain = LocallyConnected2d(**ARGUMENTS, **AT_X)
    assert vars(made).keys() == vars(plain).keys()


def stored(state: Any) -> Any:
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file)


def test_a_state_is_loaded_before_the_first_call_or_after() -> None:
    plain, x = trained()
    before, after = lazy(), lazy()
    before.load_state_dict(stored(plain.state_dict()))
    state = torch.get_rng_state()
    assert torch.equal(before(x), plain(x))
    assert torch.equal(torch.get_rng_state(), state)
    assert type(before) is LocallyConnected2d
    after(x)
    after.load_state_dict(stored(plain.state_dict()))
    assert torch.equal(after(x), plain(x))
    again = lazy()
    again.load_state_dict(lazy().state_dict())
    assert again(x).shape == plain(x).shape


def test_a_part_that_was_loaded_is_kept() -> None:
    plain, x = trained()
    made = lazy()
    made.load_state_dict({"weight": plain.weight}, strict=False)
    made(x)
    assert torch.equal(made.weight, plain.weight)
    assert made.bias is not None
    assert made.bias.abs().max() > 0


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))])
def test_a_copy_is_lazy_and_its_own(copied: Any) -> None:
    made = lazy()
    other, x = copied(made), torch.randn(2, 4, 5, 4)
    assert other(x).shape == (2, 6, 5, 4)
    assert made.has_uninitialized_params()
    assert made(torch.randn(1, 2, 3, 3)).shape == (1, 6, 3, 3)


def test_a_network_of_lazy_layers_is_trained() -> None:
    network = nn.Sequential(lazy(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(3))
    x = torch.randn(2, 4, 5, 4)
    network(x)
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3)
    before = network(x).square().sum()
    before.backward()
    optimizer.step()
    assert network(x).square().sum() < before


WRONG: dict[str, tuple[Any, str]] = {
    "axes": (lambda: lazy()(torch.ones(4, 5)), r"of 4 or 3 axes, not \(4, 5\)"),
    "more axes": (lambda: lazy()(torch.ones(1, 1, 4, 5, 4)), "4 or 3 axes"),
    "groups": (lambda: lazy(groups=2)(torch.ones(1, 3, 5, 5)), "multiples of groups 2"),
    "small": (lambda: lazy(padding=0)(torch.ones(1, 3, 2, 5)), "enlarge in_size"),
    "stride": (lambda: lazy(stride=0), "stride should be 1 or more"),
    "bias": (lambda: lazy(bias="row"), "bias should be"),
    "outputs": (lambda: lazy(groups=4), "multiples of groups 4"),
    "kernel": (lambda: lazy(kernel_size=(3, 3, 3)), "kernel_size should be one number or 2"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_error_says_what_is_wrong(name: str) -> None:
    provoke, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        provoke()


def test_after_an_error_the_layer_is_still_lazy() -> None:
    made = lazy(padding=0)
    with pytest.raises(ValueError, match="enlarge in_size"):
        made(torch.ones(1, 3, 2, 5))
    assert made(torch.ones(1, 3, 5, 5)).shape == (1, 6, 3, 3)


def test_a_layer_without_a_size_is_not_traced() -> None:
    made, x = lazy(), torch.randn(2, 4, 5, 4)
    with pytest.raises(RuntimeError, match="LazyLocallyConnected2d with an input before"):
        torch.fx.symbolic_trace(made)
    y = made(x)
    assert torch.equal(torch.fx.symbolic_trace(made)(x), y)


def test_a_state_for_another_size_is_refused() -> None:
    plain, _ = trained()
    made = lazy()
    made.load_state_dict(plain.state_dict())
    with pytest.raises(ValueError, match=r"loaded is \(6, 4, 5, 4, 3, 3\), but .* \(6, 4, 6, 6"):
        made(torch.ones(1, 4, 6, 6))


def test_the_example_of_the_documentation() -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0
