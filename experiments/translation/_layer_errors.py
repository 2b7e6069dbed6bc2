"""How far every layer of trained networks is from following a shift of the image by one pixel."""

from __future__ import annotations

import copy
from collections import Counter

import torch
from torch import Tensor, nn

from convlab.probes.equivariance import layer_errors
from convlab.train import Networks

SHIFT = (0, 1)  # pixels down and right
NAMES: dict[type[nn.Module], str] = {nn.Conv2d: "convolution", nn.ReLU: "ReLU"}
HALVED = "halved"  # by whatever follows a convolution and its ReLU


def errors_of_layers(networks: Networks, x: Tensor) -> dict[str, Tensor]:
    """By the layer's name, of each seed's network on its own images (S, N, 1, H, W): (S,).

    Of the layers before the head, which are numbered by kind: `convolution 2`.
    """
    by_seed = [_errors(networks, seed, images) for seed, images in enumerate(x)]
    return {name: torch.stack([each[name] for each in by_seed]) for name in by_seed[0]}


def _errors(networks: Networks, seed: int, x: Tensor) -> dict[str, Tensor]:
    network = copy.deepcopy(networks.skeleton)
    weights = {name: each[seed] for name, each in networks.state.items()}
    network.load_state_dict(weights, assign=True)  # the skeleton has none of its own
    assert isinstance(network, nn.Sequential)
    found, named, seen = layer_errors(network, x, [SHIFT]), dict[str, Tensor](), Counter[str]()
    for number, layer in enumerate([*network][:-1]):  # the last is the head
        kind = NAMES.get(type(layer), HALVED)
        seen[kind] += 1
        named[f"{kind} {seen[kind]}"] = found[str(number)].so_far[0]
    return named
