"""A perceptron of many weights and a CNN of few, and the step of training that is timed."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from convlab.timing import Step

from ._names import CNN, PERCEPTRON


def networks() -> dict[str, nn.Module]:
    """Two small classifiers of images (3, 64, 64)."""
    return {
        PERCEPTRON: nn.Sequential(
            nn.Flatten(), nn.Linear(3 * 64**2, 64), nn.ReLU(), nn.Linear(64, 10)
        ),
        CNN: nn.Sequential(
            nn.Conv2d(3, 32, 3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(32, 10),
        ),
    }


def update(network: nn.Module, x: Tensor) -> Step:
    """The first step of a training with Adam, which keeps two numbers per weight."""

    def step() -> None:
        optimizer = torch.optim.Adam(network.parameters())
        network(x).square().mean().backward()
        optimizer.step()
        network.zero_grad()

    return step
