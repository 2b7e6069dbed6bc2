"""Tests of convlab.probes.receptive_field: published networks end where they should.

The layer lists have one channel and, but for VGG-16, one axis: all kernels are square, or along
one axis as wide as here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import nn

from convlab.probes.receptive import receptive_field
from tests.probes.receptive.functions import branches


def alexnet() -> dict[str, nn.Module]:
    """The layers of slim's alexnet_v2 along one axis; padding "same" where it has that."""
    return {
        "conv1": nn.Conv1d(1, 1, 11, stride=4),
        "pool1": nn.MaxPool1d(3, stride=2),
        "conv2": nn.Conv1d(1, 1, 5, padding=2),
        "pool2": nn.MaxPool1d(3, stride=2),
        "conv3": nn.Conv1d(1, 1, 3, padding=1),
        "conv4": nn.Conv1d(1, 1, 3, padding=1),
        "conv5": nn.Conv1d(1, 1, 3, padding=1),
        "pool5": nn.MaxPool1d(3, stride=2),
    }


PUBLISHED = {  # size and stride of the table of google-research/receptive_field
    "conv1": (11, 4),
    "pool1": (19, 8),
    "conv2": (51, 8),
    "pool2": (67, 16),
    "conv3": (99, 16),
    "conv4": (131, 16),
    "conv5": (163, 16),
    "pool5": (195, 32),
}


@pytest.mark.parametrize("layer", PUBLISHED)
def test_the_layers_of_alexnet(layer: str) -> None:
    layers = alexnet()
    names = list(layers)[: list(layers).index(layer) + 1]
    network = nn.Sequential(*(layers[name] for name in names))
    field = receptive_field(network, torch.zeros(1, 1, 500))
    assert (*field.size, *field.stride) == PUBLISHED[layer]
    assert field.cut == ((False, False),)


def vgg16() -> nn.Module:
    """Up to pool5, with one channel and its ReLUs."""
    found: list[nn.Module] = []
    for convolutions in (2, 2, 3, 3, 3):
        found += [nn.Conv2d(1, 1, 3, padding=1), nn.ReLU()] * convolutions + [nn.MaxPool2d(2)]
    return nn.Sequential(*found)


def test_vgg_16() -> None:
    """In two dimensions, on images of the size that it was made for."""
    field = receptive_field(vgg16(), torch.zeros(1, 1, 224, 224))
    assert (field.size, field.stride, field.padding) == ((212, 212), (32, 32), (90, 90))
    assert field.count == 212**2


def bottleneck(strides: tuple[int, int]) -> nn.Module:
    """1 x 1, 3 x 3 and 1 x 1 with the strides of the first two, beside a 1 x 1 with both."""
    first, second = strides
    return branches(
        nn.Conv1d(1, 1, 1, stride=first * second),
        nn.Sequential(
            nn.Conv1d(1, 1, 1, stride=first),
            nn.BatchNorm1d(1),
            nn.ReLU(),
            nn.Conv1d(1, 1, 3, stride=second, padding=1),
            nn.Conv1d(1, 1, 1),
        ),
    )


def resnet50(strided: Callable[[int, int, int], tuple[int, int]]) -> nn.Module:
    """Along one axis; `strided(stage, unit, units)` tells the strides of a bottleneck."""
    stem = [nn.Conv1d(1, 1, 7, stride=2, padding=3), nn.MaxPool1d(3, stride=2, padding=1)]
    units = [
        bottleneck(strided(stage, unit, count))
        for stage, count in enumerate((3, 4, 6, 3))
        for unit in range(count)
    ]
    return nn.Sequential(*stem, *units).eval()


RESNETS = {
    # He et al. 2015: the first 1 x 1 of stages 2 to 4, so their 3 x 3 all have the wide step
    "paper": (lambda stage, unit, units: (2, 1) if stage and not unit else (1, 1), 483),
    # slim: the 3 x 3 of the last unit of stages 1 to 3, after which all have the wide step
    "slim": (
        lambda stage, unit, units: (1, 2) if stage < 3 and unit == units - 1 else (1, 1),
        483,
    ),
    # torchvision ("v1.5"): the first 3 x 3 of stages 2 to 4, which has the narrow step itself
    "torchvision": (lambda stage, unit, units: (1, 2) if stage and not unit else (1, 1), 427),
}


@pytest.mark.long
@pytest.mark.parametrize("name", RESNETS)
def test_resnet_50_depends_on_where_the_stride_sits(name: str) -> None:
    """483, the published end point, holds for the paper's and slim's ResNet, not torchvision's.

    Three 3 x 3 kernels, one per stage, have half the step: 427 = 483 - 2 (4 + 8 + 16).
    """
    strided, size = RESNETS[name]
    field = receptive_field(resnet50(strided), torch.zeros(1, 1, 1100))
    assert (field.size, field.stride, field.cut) == ((size,), (32,), ((False, False),))
    assert field.count == size


def test_mobilenet_v1() -> None:
    strides = [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    network = nn.Sequential(*(nn.Conv1d(1, 1, 3, s, padding=1) for s in strides))
    field = receptive_field(network, torch.zeros(1, 1, 700))
    assert (field.size, field.stride) == ((315,), (32,))


def chain(*kernels: int, last: int = 1) -> nn.Module:
    strides = [1] * (len(kernels) - 1) + [last]
    pairs = zip(kernels, strides, strict=True)
    return nn.Sequential(*(nn.Conv1d(1, 1, k, s, padding=k // 2) for k, s in pairs))


def inception_v3() -> nn.Module:
    """Along one axis, on which a kernel of 7 x 1 has one tap."""
    pool, mean = partial(nn.MaxPool1d, 3, padding=1), nn.AvgPool1d(3, stride=1, padding=1)
    seven = [branches(chain(1), chain(1, 7), chain(1, 7, 7), mean) for _ in range(4)]
    three = [branches(chain(1), chain(1, 3), chain(1, 3, 3), mean) for _ in range(2)]
    return nn.Sequential(
        *(chain(3, last=2), chain(3, 3), pool(stride=2), chain(1, 3), pool(stride=2)),
        *(branches(chain(1), chain(1, 5), chain(1, 3, 3), mean) for _ in range(3)),
        branches(chain(3, last=2), chain(1, 3, 3, last=2), pool(stride=2)),
        *seven,
        branches(chain(1, 3, last=2), chain(1, 7, 3, last=2), pool(stride=2)),
        *three,
    )


def test_inception_v3() -> None:
    field = receptive_field(inception_v3(), torch.zeros(1, 1, 3000))
    assert (field.size, field.stride) == ((1311,), (32,))
