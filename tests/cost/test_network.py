"""Tests of convlab.cost.cost: closed forms against enumeration and against torch's counter."""

from functools import partial
from itertools import product
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils import parametrize

from convlab.cost import cost, peak_bytes
from convlab.cost.network import multiply_adds_run
from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from convlab.settings import Timing

CONVOLUTIONS = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
LOCAL = {1: LocallyConnected1d, 2: LocallyConnected2d, 3: LocallyConnected3d}


@st.composite
def windows(draw: st.DrawFn) -> dict[str, Any]:
    """The input's shape and the options of a convolution that fits it, in 1 to 3 dimensions."""
    dims = draw(st.integers(1, 3))

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.lists(st.integers(low, high), min_size=dims, max_size=dims)))

    kernel, dilation, padding = each(1, 3), each(1, 2), each(0, 3)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    room = zip(spans, padding, each(0, 3), strict=True)
    groups = draw(st.integers(1, 2))
    return {
        "size": tuple(max(1, span - 2 * pad) + more for span, pad, more in room),
        "channels": (groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))),
        "options": {
            "kernel_size": kernel,
            "stride": each(1, 3),
            "padding": padding,
            "dilation": dilation,
            "groups": groups,
        },
    }


def enumerated(size: tuple[int, ...], channels: tuple[int, int], **o: Any) -> tuple[int, int]:
    """Every tap of every window, one by one: all, and those inside of the image."""
    taken, real = 0, 0
    axes = list(zip(size, o["kernel_size"], o["stride"], o["padding"], o["dilation"], strict=True))
    starts = [range(-p, n + p - d * (k - 1), s) for n, k, s, p, d in axes]
    for start in product(*starts):
        for tap in product(*map(range, o["kernel_size"])):
            pixel = [b + d * t for b, t, d in zip(start, tap, o["dilation"], strict=True)]
            taken += 1
            real += all(0 <= q < n for q, n in zip(pixel, size, strict=True))
    kernels = channels[1] * channels[0] // o["groups"]
    return kernels * taken, kernels * real


@settings(deadline=None, max_examples=60)
@given(windows(), st.integers(1, 3))
def test_convolutions_are_counted_as_their_taps_are(case: dict[str, Any], samples: int) -> None:
    size, channels, options = case["size"], case["channels"], case["options"]
    x = torch.zeros(samples, channels[0], *size)
    conv = CONVOLUTIONS[len(size)](*channels, **options)
    local = LOCAL[len(size)](channels[0], channels[1], size, **options)
    for layer in (conv, local):
        spent = cost(layer, x)
        assert (spent.multiply_adds, spent.effective_multiply_adds) == enumerated(
            size, channels, **options
        )
        assert spent.uncounted == ()
        one_factor = conv.weight[0].numel() == 1  # einsum then multiplies without a sum,
        if layer is conv or not one_factor:  # which torch does not count
            assert multiply_adds_run(partial(layer, x)) == samples * spent.multiply_adds


@given(st.integers(1, 9), st.integers(1, 9), st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_linear_takes_one_per_weight_and_row(inputs: int, outputs: int, lead: list[int]) -> None:
    layer, x = nn.Linear(inputs, outputs), torch.zeros(*lead, inputs)
    spent = cost(layer, x)
    assert (
        spent.multiply_adds == spent.effective_multiply_adds == inputs * outputs * prod(lead[1:])
    )
    assert multiply_adds_run(lambda: layer(x)) == lead[0] * spent.multiply_adds


@pytest.mark.parametrize("mode", ["circular", "reflect", "replicate"])
def test_padding_that_repeats_pixels_is_real(mode: Any) -> None:
    spent = cost(nn.Conv2d(1, 1, 3, padding=1, padding_mode=mode), torch.zeros(1, 1, 5, 5))
    assert spent.multiply_adds == spent.effective_multiply_adds == 25 * 9


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_padding_by_name(padding: str) -> None:
    spent = cost(nn.Conv1d(1, 1, 4, padding=padding), torch.zeros(1, 1, 6))
    # 1 pixel before and 2 after, so the windows have 3, 4, 4, 4, 3, 2 real taps
    assert spent.effective_multiply_adds == {"same": 20, "valid": 12}[padding]


def test_backward_takes_twice_as_many() -> None:
    layer, x = nn.Conv2d(2, 3, 3), torch.zeros(4, 2, 8, 8, requires_grad=True)
    run = multiply_adds_run(lambda: layer(x).sum().backward())
    assert run == 3 * 4 * cost(layer, x).multiply_adds


class Tied(nn.Module):
    """A layer used twice, one that shares its weight, one that nothing calls."""

    def __init__(self) -> None:
        super().__init__()
        self.once, self.again, self.idle = (nn.Linear(4, 4, bias=False) for _ in range(3))
        self.again.weight = self.once.weight

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.again(self.once(self.once(x)))
        return y


def test_shared_parameters_are_counted_once_and_calls_each_time() -> None:
    spent = cost(Tied(), torch.zeros(3, 4))
    assert spent.parameters == 32
    assert spent.weight_bytes == 128
    assert [(layer.name, layer.multiply_adds) for layer in spent.layers] == [
        ("once", 32),
        ("again", 16),
    ]


def test_a_parametrized_layer_is_still_its_kind() -> None:
    layer = nn.Linear(3, 5)
    parametrize.register_parametrization(layer, "weight", nn.Identity())
    spent = cost(layer, torch.zeros(2, 3))
    assert (spent.multiply_adds, spent.parameters, spent.uncounted) == (15, 20, ())


def test_the_network_is_left_as_it_was() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.get_rng_state()
    cost(network, torch.ones(3, 1, 5, 5))
    assert torch.equal(torch.get_rng_state(), state)
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in network)
    assert all(parameter.grad is None for parameter in network.parameters())


def test_hooks_go_even_after_an_error() -> None:
    layer = nn.Linear(3, 4)
    with pytest.raises(RuntimeError):
        cost(layer, torch.zeros(2, 5))
    assert not layer._forward_hooks and not layer._forward_pre_hooks


def test_meta_counts_what_does_not_fit() -> None:
    """Goodfellow et al., figure 9.6: the dense twin of an edge detector for 320 x 280 pixels."""
    with torch.device("meta"):
        network = nn.Sequential(nn.Flatten(), nn.Linear(320 * 280, 319 * 280, bias=False))
        spent = cost(network, torch.empty(1, 1, 320, 280))
    assert spent.parameters == spent.multiply_adds == 8_003_072_000
    edges = cost(nn.Conv2d(1, 1, (1, 2), bias=False), torch.zeros(1, 1, 280, 320))
    assert (edges.parameters, edges.multiply_adds) == (2, 178_640)


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs a sample.*\(0, 3\)"):
        cost(nn.Linear(3, 4), torch.zeros(0, 3))


def test_the_peak_and_the_times_are_of_both_passes() -> None:
    network = nn.Sequential(nn.Linear(30, 20), nn.BatchNorm1d(20), nn.Linear(20, 1))
    x = torch.ones(4, 30)
    spent = cost(network, x, peak=True, timing=Timing(repeats=6, least_of=1))

    def both() -> None:
        y = network(x)
        y.backward(torch.ones_like(y))

    assert spent.peak_bytes == peak_bytes(both)
    assert spent.times is not None and "threads: 1" in spent.times.note
    both_ways = spent.times.forward_and_backward
    assert spent.times.forward.center > 0 and both_ways and len(both_ways.values) == 6


def test_counting_leaves_gradients_and_buffers_alone() -> None:
    network = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    cost(network, torch.ones(4, 3), peak=True, timing=Timing(repeats=2, least_of=1))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_nothing_takes_time_on_meta() -> None:
    with pytest.raises(ValueError, match="meta device"):
        cost(nn.ReLU(), torch.zeros(1, 3, device="meta"), timing=Timing())


def test_a_cost_says_what_it_is() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8))
    counts = cost(network, torch.zeros(1, 3, 32, 32))
    lines = str(counts).splitlines()
    assert [line.split(" ", 1)[1] for line in map(str.strip, lines[:2])] == [
        *("parameters", "multiply-adds per sample"),
    ]
    assert "221\u202f184 multiply-adds" in str(counts) and lines[-1].startswith(
        "not counted: Batch"
    )
    assert repr(counts) == "<Cost: 240 parameters, 221\u202f184 multiply-adds per sample>"
    first, _ = counts.layers
    assert str(first) == "0 (Conv2d): 224 parameters, 221\u202f184 multiply-adds per sample"
