"""A network's forward function for many seeds at once, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch import Tensor, nn

from .layers import altered, form_of
from .states import State, named_tensors
from .vmapped import vmapped

Forward = Callable[[State, Tensor, bool], Tensor]


def forward_of(network: nn.Module) -> Forward:
    """The function from a state (S, ...) and examples to outputs (S, N, ...).

    Examples are (S, N, ...) if each seed has its `own`, else (N, ...).
    """
    names = {id(tensor): name for name, tensor in named_tensors(network)}
    chained = [
        (layer, form_of(layer), {name: names[id(tensor)] for name, tensor in named_tensors(layer)})
        for layer in leaves(network)
    ]

    def forward(state: State, x: Tensor, own: bool) -> Tensor:
        for layer, form, named in chained:
            weights = {name: state[whole] for name, whole in named.items()}
            x = form(layer, weights, x, own)
            own = own or bool(weights)
        return x

    return forward


def vmapped_layers(network: nn.Module) -> set[str]:
    """The names of the layers that have no form by hand, and of all layers inside of them."""
    without = [layer for layer in leaves(network) if form_of(layer) is vmapped]
    parts = {part for layer in without for part in layer.modules()}
    return {name for name, part in network.named_modules() if part in parts}


def leaves(network: nn.Module) -> Iterator[nn.Module]:
    """The layers of a chain of layers, in their order; any other network is one layer."""
    if type(network) is not nn.Sequential or altered(network):
        yield network
        return
    for layer in network:
        yield from leaves(layer)
