"""The task and the networks that the tests of training share."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.layers import LocallyConnected2d
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Networks, fit

STEPS = 6


def stripes(generator: Generator) -> Data:
    """Images (32, 1, 6, 6) with a bright row (class 0) or column (class 1)."""
    x = torch.randn(32, 1, 6, 6, generator=generator) * 0.3
    y = torch.arange(32) % 2
    x[y == 0, :, 2, :] += 2
    x[y == 1, :, :, 2] += 2
    return Data(x, y)


def convolutional() -> nn.Module:
    layers = nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten()
    return nn.Sequential(*layers, nn.Linear(4, 2))


def local() -> nn.Module:
    layers = LocallyConnected2d(1, 3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2)
    return nn.Sequential(*layers)


def normalised() -> nn.Module:
    # A bias before batch norm has no gradient but rounding errors, which Adam would enlarge.
    convolution = nn.Conv2d(1, 4, 3, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))


def dropping() -> nn.Module:
    layers = nn.Flatten(), nn.Linear(36, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 2)
    return nn.Sequential(*layers)


class Noise(nn.Module):
    """A layer that draws without being called dropout."""

    def forward(self, x: Tensor) -> Tensor:
        return x + 0.1 * torch.randn_like(x) if self.training else x


def noisy() -> nn.Module:
    return nn.Sequential(nn.Flatten(), Noise(), nn.Linear(36, 2))


NETWORKS = [convolutional, local, normalised, dropping, noisy]


def double(build: Callable[[], nn.Module]) -> nn.Module:
    return build().double()


def precisely(draw: Callable[[Generator], Data], generator: Generator) -> Data:
    data = draw(generator)
    return Data(data.x.double(), data.y)


def trained(build: Callable[[], nn.Module], seeds: int, **settings: object) -> Networks:
    training = Training(steps=STEPS, batch=16, lr=0.01, **settings)
    task = partial(precisely, stripes)
    return fit(partial(double, build), task, cross_entropy, seeds=seeds, training=training)
