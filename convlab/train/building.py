"""The untrained networks of all seeds, each built from the stream of its own weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from .. import streams
from ..errors import UsageError
from ..streams import Data, Draw, Stream, seed_all
from .alone import to_training
from .stacked import named_tensors

Build = Callable[[], nn.Module]
NEW_EACH_TIME = "let `build` make a new network at each call, such as `lambda: nn.Linear(8, 2)`"


def build_all(build: Build, data: Data | Draw, seeds: range) -> Iterator[nn.Module]:
    """One network after another, ready to be trained.

    Raises UsageError where `build` gives no network, or one that another seed has already.
    """
    met: dict[int, object] = {}  # by id; it keeps them, and so their ids, alive
    for seed in seeds:
        seed_all(seed, Stream.WEIGHTS)
        network = build()
        trained = _checked(network, met)
        _fill(network, data, seed)
        met |= {id(network): network} | {id(tensor): tensor for tensor in trained}
        yield to_training(network)


def _checked(network: nn.Module, met: dict[int, object]) -> list[Tensor]:
    """What is trained of it."""
    if not isinstance(network, nn.Module):
        raise UsageError(
            f"`build` gives `fit` a {type(network).__name__}, no nn.Module: {NEW_EACH_TIME}"
        )
    trained: list[Tensor] = [p for p in network.parameters() if p.requires_grad]
    if id(network) in met or any(id(tensor) in met for tensor in trained):
        raise UsageError(
            "`build` gives `fit` one object for several seeds, which would be trained again and "
            f"again: {NEW_EACH_TIME}"
        )
    if not trained:
        raise UsageError("`build` gives `fit` a network without a parameter that can be trained")
    return trained


def _fill(network: nn.Module, data: Data | Draw, seed: int) -> None:
    """Let lazy layers find their sizes from the seed's first examples."""
    if any(is_lazy(tensor) for _, tensor in named_tensors(network)):
        x = streams.draw_each(data, range(seed, seed + 1), Stream.DATA)[0].x
        training = [module for module in network.modules() if module.training]
        with torch.no_grad():
            network.eval()(x[:2].clone())
        for module in training:
            module.training = True
