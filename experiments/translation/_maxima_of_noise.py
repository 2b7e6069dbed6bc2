"""What a layer makes of noise, and how much of it stays when the noise moves by one output."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d, relu

from convlab.data import shift_images
from convlab.measure import Sample
from convlab.streams import Stream
from convlab.train import Networks
from convlab.workbench import Workbench

from ._canvas import SIDE
from ._lifted_digits import mean_of_seeds
from ._maps import first, rounded, seen
from ._maxima_quantities import MEANS, RECTIFIED, THREES, TWOS
from ._moved_aside import STRIDE


def draw_noise(workbench: Workbench, seeds: int, images: int) -> Tensor:
    """Noise (S, N, 1, SIDE, SIDE) of whole numbers."""
    shape = images, 1, SIDE, SIDE
    sources = (workbench.generator(Stream.NOISE, seed) for seed in range(seeds))
    return torch.stack([torch.randint(2**20, shape, generator=each) for each in sources]).double()


def stays(networks: Networks, noise: Tensor) -> dict[str, Sample]:
    """What stays, to the last bit, of the first layer's outputs when noise moves by one."""
    layer = first(1, rounded(networks))
    pair = [seen(layer, x).flatten(0, 1) for x in (noise, shift_images(noise, 0, STRIDE))]
    rectified = [relu(maps) for maps in pair]
    return {
        TWOS: unchanged([max_pool2d(maps, 2, 1) for maps in pair], len(noise)),
        THREES: unchanged([max_pool2d(maps, 3, 1) for maps in pair], len(noise)),
        MEANS: unchanged([avg_pool2d(maps, 2, 1) for maps in pair], len(noise)),
        RECTIFIED: unchanged([max_pool2d(maps, 2, 1) for maps in rectified], len(noise)),
    }


def unchanged(pair: list[Tensor], seeds: int) -> Sample:
    """The share of values that are equal in both, in percent."""
    before, after = pair
    shares = (before == after).double().reshape(seeds, -1).mean(dim=1)
    return mean_of_seeds(100 * shares)
