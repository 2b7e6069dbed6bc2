"""Untrained functions from images to maps of the same size, and the shifts that they see.

Weights are whole numbers from -2 to 2 and pixels from 0 to 16, so that every sum is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from convlab.data import shift_images
from convlab.layers import LocallyConnected2d
from convlab.measure import Sample, exactly
from convlab.models import flat_head, maximum_head
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._kinds import CONVOLUTION, CORNER, EVERYWHERE, FLATTENED, LOCAL, MAXIMUM, MLP, Images
from ._shift_networks import whole_numbers, with_whole_weights

Shift = tuple[int, ...]  # pixels down and right
Function = Callable[[Tensor], Tensor]  # from images (N, 1, S, S) to maps (N, 1, S, S)


def drawn(images: Images, workbench: Workbench) -> Iterator[tuple[Generator, Tensor]]:
    """Of each seed the generator of weights, and images (N, 1, S, S)."""
    shape = images.images, 1, images.side, images.side
    for seed in range(images.seeds):
        x = whole_numbers(shape, 16, workbench.generator(Stream.DATA, seed))
        yield workbench.generator(Stream.WEIGHTS, seed), x


def of_kind(kind: str, images: Images, workbench: Workbench) -> list[tuple[Function, Tensor]]:
    """The function of each seed, and its images."""
    return [(functions(images.side, w)[kind], x) for w, x in drawn(images, workbench)]


def behind_a_convolution(
    head: str, images: Images, workbench: Workbench
) -> list[tuple[Function, Tensor]]:
    """The network of each seed, from images to ten logits by that head, and its images."""
    size, networks = (images.side, images.side), list[tuple[Function, Tensor]]()
    build = {MAXIMUM: maximum_head, FLATTENED: flat_head}[head]
    for weights, x in drawn(images, workbench):
        logits = with_whole_weights(build(4, size, 10), weights)
        networks.append((nn.Sequential(circular(4, weights), nn.ReLU(), logits), x))
    return networks


def functions(side: int, generator: Generator) -> dict[str, Function]:
    """One of each kind, with weights of its own."""
    convolution = circular(1, generator)
    local = LocallyConnected2d(1, 1, side, 3, padding=1, padding_mode="circular")
    return {
        CONVOLUTION: convolution,
        EVERYWHERE: lambda x: everywhere(convolution(x)),
        CORNER: lambda x: in_the_corner(convolution(x)),
        LOCAL: with_whole_weights(local, generator),
        MLP: with_whole_weights(mlp_to_map(side), generator),
    }


def circular(outputs: int, generator: Generator) -> nn.Module:
    convolution = nn.Conv2d(1, outputs, 3, padding=1, padding_mode="circular")
    return with_whole_weights(convolution, generator)


def everywhere(maps: Tensor) -> Tensor:
    """The greatest value of each map, at all of its positions."""
    return maps.amax((2, 3), keepdim=True).expand_as(maps)


def in_the_corner(maps: Tensor) -> Tensor:
    """The greatest value of each map in its first row and column, and zeros elsewhere."""
    found = torch.zeros_like(maps)
    found[..., 0, 0] = maps.amax((2, 3))
    return found


def mlp_to_map(side: int) -> nn.Module:
    """A hidden layer, and an output for every pixel."""
    pixels = side**2
    layers = nn.Linear(pixels, side), nn.ReLU(), nn.Linear(side, pixels)
    return nn.Sequential(nn.Flatten(), *layers, nn.Unflatten(1, (1, side, side)))


def shifts_around(side: int) -> list[Shift]:
    """Every circular shift of an image but that by nothing."""
    return [shift for shift in product(range(side), repeat=2) if any(shift)]


def moving_and_staying(function: Function, x: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """Which images (N,) have a map that under every shift both moves and stays as it was."""
    with torch.no_grad():
        before, found = function(x), torch.ones(len(x), dtype=torch.bool)
        for shift in shifts:
            after = function(shift_images(x, *shift))
            for expected in (shift_images(before, *shift), before):
                found &= (after == expected).flatten(1).all(dim=1)
    return found


def the_same_everywhere(maps: Tensor) -> Tensor:
    """Which maps (N, 1, S, S) have one value at all positions: (N,)."""
    return (maps == maps[..., :1, :1]).flatten(1).all(dim=1)


def greatest(errors: Tensor) -> Sample:
    return exactly(float(errors.max()))


def least(errors: Tensor) -> Sample:
    return exactly(float(errors.min()))


def examples(side: int, weights: Generator) -> dict[str, NDArray[np.float64]]:
    """What the kinds of function make of two crossing lines, and of the same elsewhere."""
    x = torch.zeros(2, 1, side, side, dtype=torch.float64)
    x[0, 0, 1, :3] = x[0, 0, :4, 1] = 16
    x[1] = x[0].roll((side // 2 - 1, side // 2), dims=(1, 2))
    maps = {"image": x} | {kind: f(x) for kind, f in functions(side, weights).items()}
    return {name: pair[:, 0].detach().numpy() for name, pair in maps.items()}
