"""How far the layers and networks of `shift` are from following a shift of their input."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Generator, Tensor, nn

from convlab.measure import Sample, exactly
from convlab.probes.equivariance import border_width, equivariance, errors_by_depth
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._shift_names import OTHERS, PATCH, SHIFTS, STEP, STEPS, ZEROS, Padding, RandomNetworks
from ._shift_networks import (
    convolution,
    network,
    single_layer,
    whole_numbers,
    with_whole_weights,
)

ACROSS = [(0, shift) for shift in SHIFTS]  # to the right
BOTH_WAYS = [each for shift in SHIFTS if shift for each in ((0, shift), (shift, 0))]


def errors_of_layer(config: RandomNetworks, workbench: Workbench, arm: str) -> Tensor:
    """The errors (seeds, shifts) of one layer without padding."""
    errors = []
    for weights, x in weights_and_images(config, workbench):
        layer = single_layer(arm, config.kernel, weights)
        errors.append(equivariance(layer, x[..., :PATCH, :PATCH], BOTH_WAYS, stride=(1, 1)))
    return torch.stack(errors)


def errors_inside(config: RandomNetworks, workbench: Workbench) -> Tensor:
    """Of one convolution as it is usually padded, less the half kernel that sees the padding."""
    deep, errors = config.kernel // 2, []
    for weights, x in weights_and_images(config, workbench):
        layer = with_whole_weights(nn.Sequential(*convolution(1, config.kernel, ZEROS)), weights)
        errors += [errors_by_depth(layer, x, shift)[deep:] for shift in ACROSS if any(shift)]
    return torch.cat(errors)


def errors_and_border(
    config: RandomNetworks, workbench: Workbench, padding: Padding, arm: str
) -> tuple[Tensor, int]:
    """Of each seed's network the errors (seeds, shifts), and how deep any has its border."""
    errors, deepest = [], 0
    for weights, x in weights_and_images(config, workbench):
        layers = network(padding, arm, config.kernel, config.depth, weights)
        errors.append(equivariance(layers, x, ACROSS))
        deepest = max(deepest, border_width(layers, x, (0, config.side // 2)))
    return torch.stack(errors), deepest


def weights_and_images(
    config: RandomNetworks, workbench: Workbench
) -> Iterator[tuple[Generator, Tensor]]:
    """Of each seed the generator of weights, and images (N, 1, S, S)."""
    shape = config.images, 1, config.side, config.side
    for seed in range(config.seeds):
        x = whole_numbers(shape, 16, workbench.generator(Stream.DATA, seed))
        yield workbench.generator(Stream.WEIGHTS, seed), x


def errors_by_steps(errors: Tensor) -> dict[str, Sample]:
    """Of errors (seeds, shifts), the greatest at multiples of STEP and the least elsewhere."""
    steps = torch.tensor([shift % STEP == 0 for shift in SHIFTS])
    return {STEPS: greatest(errors[:, steps]), OTHERS: least(errors[:, ~steps])}


def greatest(errors: Tensor) -> Sample:
    return exactly(float(errors.max()))


def least(errors: Tensor) -> Sample:
    return exactly(float(errors.min()))
