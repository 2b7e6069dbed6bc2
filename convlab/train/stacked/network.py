"""A network's forward function for many seeds at once, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch import Tensor, nn

from .by_vmap import by_vmap
from .layers import form_of, is_altered
from .states import State, named_tensors

Forward = Callable[[State, Tensor, bool], Tensor]


def forward_of(network: nn.Module) -> Forward:
    """The function from a state (S, ...) and examples to outputs (S, N, ...).

    Examples are (S, N, ...) if each seed has its `own`, else (N, ...).
    """
    names = {id(tensor): name for name, tensor in named_tensors(network)}
    chain = [
        (layer, form_of(layer), {name: names[id(tensor)] for name, tensor in named_tensors(layer)})
        for layer in leaves(network)
    ]

    def forward(state: State, x: Tensor, own: bool) -> Tensor:
        for layer, form, whole_names in chain:
            weights = {name: state[whole] for name, whole in whole_names.items()}
            x = form(layer, weights, x, own)
            own = own or bool(weights)
        return x

    return forward


def layers_by_vmap(network: nn.Module) -> set[str]:
    """The names of the layers that have no form by hand, and of all layers inside of them."""
    leaves_by_vmap = [layer for layer in leaves(network) if form_of(layer) is by_vmap]
    parts = {part for layer in leaves_by_vmap for part in layer.modules()}
    return {name for name, part in network.named_modules() if part in parts}


def leaves(network: nn.Module) -> Iterator[nn.Module]:
    """The layers of a chain of layers, in their order; any other network is one layer."""
    if type(network) is not nn.Sequential or is_altered(network):
        yield network
        return
    for layer in network:
        yield from leaves(layer)
