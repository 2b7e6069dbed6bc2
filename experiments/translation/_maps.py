"""What the layers of many networks make of images: maps, and how they change with the image."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from convlab.probes.exact import exact
from convlab.train import Networks

from ._lifted_digits import HeldOut


def rounded(networks: Networks) -> Networks:
    """The networks in float64, their weights rounded to 1/256: every sum is exact."""
    return replace(networks, state=exact(networks.state))


def first(modules: int, networks: Networks) -> Networks:
    """The networks as far as so many of their modules."""
    skeleton, *alone = (_part(each, modules) for each in (networks.skeleton, *networks.alone))
    names = [name for name, _ in skeleton.named_parameters()]
    state = {name: networks.state[name] for name in names}
    return replace(networks, skeleton=skeleton, state=state, alone=tuple(alone))


def _part(network: nn.Module, modules: int) -> nn.Module:
    assert isinstance(network, nn.Sequential)
    return network[:modules]


def below_and_above(networks: Networks, digits: HeldOut) -> tuple[Tensor, Tensor]:
    """What each network makes (S, N, ...) of its digits below, and of those above."""
    return seen(networks, digits.below), seen(networks, digits.above)


def seen(networks: Networks, x: Tensor) -> Tensor:
    """What each network makes (S, N, ...) of its own images (S, N, 1, SIDE, SIDE)."""
    return networks.predict(x.to(next(iter(networks.state.values())).dtype), own=True)


def relative_error(outputs: Tensor, expected: Tensor) -> Tensor:
    """‖outputs - expected‖ / ‖expected‖ (S,), over all images of a network."""
    distance, size = (each.flatten(1).norm(dim=1) for each in (outputs - expected, expected))
    return torch.where(distance == 0, 0, distance / size)
