"""Networks of circular convolutions, and local ones that start as the same function."""

from __future__ import annotations

from functools import partial

from torch import nn

from convlab.layers import LocallyConnected2d
from convlab.train import Build

from ._halves import SIDE, network
from ._position_names import CIRCULAR, FLAT, LOCAL, LOCAL_FLAT, WRONG

circular_network = partial(network, "circular", 2)


def local_network(channels: int, flat: bool = False) -> nn.Sequential:
    """The circular network of the same seed, with a kernel of its own at each position."""
    layers = circular_network(channels, flat)
    for index, layer in enumerate(layers):
        if isinstance(layer, nn.Conv2d):
            layers[index] = LocallyConnected2d.from_conv(layer, SIDE)
    return layers


def arms(channels: int) -> dict[str, Build]:
    return {
        CIRCULAR: partial(circular_network, channels),
        FLAT: partial(circular_network, channels, flat=True),
        LOCAL: partial(local_network, channels),
        LOCAL_FLAT: partial(local_network, channels, flat=True),
        WRONG: partial(local_network, channels),
    }
