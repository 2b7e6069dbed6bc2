"""Tests of convlab.train.attributes: by what networks are told apart, and by what they are not."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from convlab.train.attributes import description, difference, digest, own_description


def with_kept(value: object) -> nn.Module:
    network = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    network.kept = value  # type: ignore[assignment]
    return network


def tied() -> nn.Module:
    network = with_kept(None)
    network[1].weight = network[0].weight  # type: ignore[index]
    return network


def frozen() -> nn.Module:
    network = with_kept(None)
    network[0].weight.requires_grad_(False)  # type: ignore[index]
    return network


def closing(scale: object) -> Callable[[Any], Any]:
    return lambda x: x * scale


def by_default(scale: object) -> Callable[[Any], Any]:
    def function(x: Any, by: Any = scale) -> Any:
        return x * by

    return function


def marked(scale: object) -> Callable[[Any], Any]:
    def function(x: Any) -> Any:
        return x

    function.scale = scale  # type: ignore[attr-defined]
    return function


class Bag:
    def __init__(self, **kept: object) -> None:
        vars(self).update(kept)


CONSTANTS = {"two": lambda x: 2 * x, "three": lambda x: 3 * x}
DIFFERENT: dict[str, tuple[Callable[[], nn.Module], Callable[[], nn.Module]]] = {
    "layers": (lambda: nn.Sequential(nn.Tanh()), lambda: nn.Sequential(nn.Sigmoid())),
    "shapes": (lambda: nn.Linear(2, 3), lambda: nn.Linear(2, 4)),
    "tied weights": (tied, lambda: with_kept(None)),
    "frozen weights": (frozen, lambda: with_kept(None)),
    "modes": (nn.Tanh, lambda: nn.Tanh().eval()),
    **{
        name: (partial(with_kept, a), partial(with_kept, b))
        for name, a, b in (
            ("numbers", 0.5, 0.25),
            ("lists", [1, 2], [2, 1]),
            ("arrays", np.zeros(3), np.ones(3)),
            ("tensors", torch.zeros(3), torch.ones(3)),
            ("types of tensors", torch.zeros(2), torch.zeros(2, dtype=torch.int32)),
            ("objects", Bag(a=1), Bag(a=2)),
            ("sources of noise", np.random.RandomState(1), np.random.RandomState(2)),
            ("closures", closing(2), closing(3)),
            ("closures in closures", closing(closing(2)), closing(closing(3))),
            ("defaults", by_default(2), by_default(3)),
            ("attributes of functions", marked(2), marked(3)),
            ("constants", CONSTANTS["two"], CONSTANTS["three"]),
            ("modules in lists", [nn.Linear(2, 2)], [nn.Linear(2, 2)]),
        )
    },
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_networks_are_told_apart(name: str) -> None:
    one, other = (own_description(build()) for build in DIFFERENT[name])
    assert difference(one, other)


@pytest.mark.parametrize("name", DIFFERENT)
def test_the_same_network_is_described_alike(name: str) -> None:
    network = DIFFERENT[name][0]()
    assert not difference(description(network), description(network))


@pytest.mark.parametrize(
    "make",
    [lambda: torch.ones(2), lambda: closing(torch.ones(2)), lambda: [Bag(a=np.ones(2))], nn.GELU],
)
def test_networks_built_alike_are_described_alike(make: Callable[[], object]) -> None:
    one, other = (own_description(with_kept(make())) for _ in range(2))
    assert not difference(one, other)


FACTOR = [1.0]


class Scaling(nn.Module):
    """Uses a number of its file."""

    def forward(self, x: Tensor) -> Tensor:
        return x * FACTOR[0]


def test_data_beside_a_class_are_part_of_what_it_keeps() -> None:
    network = Scaling()
    before, own = description(network), own_description(network)
    FACTOR[0] += 1
    assert difference(before, description(network)) == "Scaling.forward"
    assert not difference(own, own_description(network))


def test_what_is_plain_stands_for_itself() -> None:
    assert digest((3, None, ("same", True))) == (3, None, ("same", True))
    assert digest((3, 0.5)) != digest((3, 0.25))
