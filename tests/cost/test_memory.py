"""Tests of convlab.cost.memory: bytes kept for the backward pass, and at the peak."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.autograd.profiler import profile

from convlab.cost import peak_bytes, saved_bytes
from convlab.layers import LocallyConnected2d

WIDTH = 1000
NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "dense": lambda: nn.Sequential(nn.Flatten(), nn.Linear(3 * 64, 10)),
    "conv": lambda: nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
    "local": lambda: nn.Sequential(LocallyConnected2d(3, 4, 8, 3, padding=1), nn.Tanh()),
    "norm": lambda: nn.Sequential(nn.BatchNorm2d(3), nn.Dropout(0.5), nn.Conv2d(3, 1, 8)),
}


@given(st.integers(1, 5), st.integers(1, 9), st.integers(1, 9))
def test_a_perceptron_saves_its_hidden_layer_once(samples: int, inputs: int, hidden: int) -> None:
    """ReLU saves its output, which is also the input of the next layer: one storage."""
    network = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, 1))
    assert saved_bytes(network, torch.zeros(samples, inputs)) == 4 * samples * hidden


def test_parameters_buffers_and_the_input_are_no_activations() -> None:
    class Masked(nn.Linear):
        mask: Tensor

        def __init__(self) -> None:
            super().__init__(6, 5)
            self.register_buffer("mask", torch.ones(5, 6))

        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.linear(x, self.weight * self.mask)

    assert saved_bytes(nn.Linear(6, 5), torch.zeros(2, 6)) == 0
    # With respect to the weight no product is needed, but the input might ask for a gradient.
    assert saved_bytes(Masked(), torch.zeros(2, 6, requires_grad=True)) == 4 * 5 * 6


def test_what_is_dropped_is_not_kept() -> None:
    class Aside(nn.Linear):
        def forward(self, x: Tensor) -> Tensor:
            super().forward(x).exp().exp()  # a branch that nobody returns
            return super().forward(x).exp()

    assert saved_bytes(Aside(4, 4), torch.zeros(2, 4)) == 4 * 2 * 4


def test_gradients_are_counted_where_they_are_switched_off() -> None:
    with torch.no_grad():
        assert saved_bytes(nn.Sequential(nn.Linear(3, 5), nn.ReLU()), torch.zeros(2, 3)) == 40


@pytest.mark.parametrize("name", NETWORKS)
def test_meta_says_the_same(name: str) -> None:
    network, x = NETWORKS[name](), torch.randn(5, 3, 8, 8)
    on_meta, nothing = NETWORKS[name]().to("meta"), x.to("meta")
    assert saved_bytes(network, x) == saved_bytes(on_meta, nothing)
    assert peak_bytes(lambda: step(network, x)) == peak_bytes(lambda: step(on_meta, nothing))


def step(network: nn.Module, x: Tensor) -> None:
    network(x).square().sum().backward()
    network.zero_grad()


@given(st.integers(1, 6), st.integers(1, 6))
def test_a_chain_holds_two_and_a_list_all(length: int, held: int) -> None:
    def chain() -> None:
        x = torch.zeros(WIDTH)
        for _ in range(length):
            x = x + 1

    def everything() -> list[Tensor]:
        return [torch.zeros(WIDTH) for _ in range(held)]

    assert peak_bytes(chain) == 2 * 4 * WIDTH
    assert peak_bytes(everything) == held * 4 * WIDTH


def test_views_and_what_was_there_cost_nothing() -> None:
    x = torch.zeros(4, WIDTH)
    assert peak_bytes(lambda: x.T.reshape(WIDTH, 2, 2)[0].add_(1)) == 0
    assert peak_bytes(lambda: x.clone().view(-1)[:3].mul_(2)) == 4 * 4 * WIDTH


def test_a_peak_in_the_middle_is_found() -> None:
    def hill() -> Tensor:
        return torch.zeros(WIDTH, 8).sum(dim=1)

    assert peak_bytes(hill) == 4 * (8 + 1) * WIDTH
    assert peak_bytes(lambda: [hill() for _ in range(3)]) == 4 * (8 + 1 + 2) * WIDTH


def test_backward_holds_activations_and_gradients() -> None:
    """y and z are kept for the backward pass, then two gradients stand beside them."""
    x = torch.zeros(WIDTH, requires_grad=True)

    def chain() -> None:
        x.exp().exp().backward(torch.ones(WIDTH))

    expected = {"y": 1, "z": 1, "ones": 1, "gradient of y": 1, "gradient of x": 1}
    assert peak_bytes(chain) == 4 * WIDTH * len(expected)


def test_the_allocator_agrees() -> None:
    """torch's profiler lists what the allocator gave and took; scalars aside, it must agree."""
    network, x = nn.Sequential(nn.Linear(64, 512), nn.Linear(512, 32)), torch.randn(256, 64)
    step(network, x)
    with profile(profile_memory=True) as seen:
        step(network, x)
    events = [e for e in seen.kineto_results.events() if e.name() == "[memory]"]
    level, levels = 0, []
    for event in sorted(events, key=lambda event: event.start_ns()):
        level += event.nbytes()
        levels.append(level)
    assert peak_bytes(lambda: step(network, x)) == pytest.approx(max(levels), rel=1e-3)
