"""Stacks of convolutions on the images of motifs, and how many images they are right about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import nn

from convlab.measure import Sample
from convlab.models import mean_head
from convlab.probes.answers import accuracy
from convlab.probes.exact import exact_logits
from convlab.streams import Data, Stream
from convlab.train import Networks
from convlab.workbench import Workbench

from ._motif_images import SIDE, paired_images
from ._motif_names import Motifs

HELD_OUT = 400  # pairs, drawn anew for each seed

Layer = Callable[[], nn.Module]
Head = Callable[[int, tuple[int, int], int], nn.Module]


def stack(
    kernels: Sequence[int], channels: int, activation: Layer, head: Head = mean_head
) -> nn.Module:
    """A convolution and an activation for each kernel size, and a head with two classes.

    The edges of the maps join as those of the images do. The first weights keep the size of the
    maps from stage to stage (He et al., 2015): by those of torch it shrinks, and three stages
    often never leave the start.
    """
    inputs, layers = 1, list[nn.Module]()
    for size in kernels:
        layers += [_convolution(inputs, channels, size), activation()]
        inputs = channels
    return nn.Sequential(*layers, head(channels, (SIDE, SIDE), 2))


def _convolution(inputs: int, outputs: int, size: int) -> nn.Module:
    layer = nn.Conv2d(inputs, outputs, size, padding=size // 2, padding_mode="circular")
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)  # type: ignore[arg-type]  # it has one
    return layer


def learn(workbench: Workbench, name: str, build: Layer, columns: int, config: Motifs) -> Networks:
    return workbench.fit(
        name,
        build,
        partial(paired_images, config.pairs, columns),
        nn.functional.cross_entropy,
        seeds=config.seeds,
        training=config.training,
    )


def right(networks: Networks, columns: int, workbench: Workbench) -> Sample:
    """The accuracy on held-out pairs, by sums that no rounding changes."""
    new = held_out(len(networks.losses), columns, workbench)
    shares = accuracy(exact_logits(networks, new.x, own=True), new.y)
    return Sample(tuple(shares.tolist()), "mean", "weights and data")


def held_out(seeds: int, columns: int, workbench: Workbench) -> Data:
    """Pairs that no network has seen, for each seed its own: (S, N, 1, H, W) and (S, N)."""
    streams = [workbench.generator(Stream.HELD_OUT, seed) for seed in range(seeds)]
    each = [paired_images(HELD_OUT, columns, stream) for stream in streams]
    return Data(torch.stack([data.x for data in each]), torch.stack([data.y for data in each]))
