"""A kernel that is to be found from images and what another kernel makes of them."""

from __future__ import annotations

import torch
from torch import Generator, Tensor
from torch.nn.functional import conv2d, unfold

from convlab.probes.exact import whole

IMAGES = 4


class Task:
    """The loss ½ ‖x * w − y‖² of one draw, as a function of the kernel w, in float64."""

    def __init__(self, side: int, kernel: int, generator: Generator) -> None:
        self.x = normal((IMAGES, 1, side, side), generator)
        self.start, self.wanted = (normal((1, 1, kernel, kernel), generator) for _ in range(2))
        self.y = conv2d(self.x, self.wanted)
        windows = unfold(self.x, kernel).movedim(1, 2).flatten(0, 1)  # (positions, weights)
        curvatures, directions = torch.linalg.eigh(windows.T @ windows)
        self.curvature = curvatures[-1]  # L, the largest
        self.steepest = directions[:, -1].reshape(self.wanted.shape)

    def loss(self, w: Tensor) -> Tensor:
        return (conv2d(self.x, w) - self.y).square().sum() / 2

    def moved(self, w: Tensor, step: float) -> Tensor:
        """The kernel once `step` / L times the gradient was added."""
        w = w.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(self.loss(w), w)
        return torch.add(w.detach(), step / self.curvature * gradient)

    def change(self, w: Tensor, step: float) -> float:
        """By how much that changes the loss."""
        return float(self.loss(self.moved(w, step)) - self.loss(w))

    def losses(self, step: float, steps: int) -> list[float]:
        """Of so many steps from the start, as shares of the first loss."""
        w, found = self.start, [1.0]
        for _ in range(steps):
            w = self.moved(w, step)
            found.append(float(self.loss(w) / self.loss(self.start)))
        return found


def contributions(side: int, kernel: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """What each position adds to the gradient (weights, positions), and autograd's; all whole."""
    x = whole((IMAGES, 1, side, side), generator)
    w = whole((1, 1, kernel, kernel), generator).requires_grad_()
    outputs = conv2d(x, w)
    delta = whole(tuple(outputs.shape), generator)
    (gradient,) = torch.autograd.grad((outputs * delta).sum(), w)
    return (unfold(x, kernel) * delta.flatten(2)).sum(0), gradient.flatten()


def normal(shape: tuple[int, ...], generator: Generator) -> Tensor:
    return torch.randn(shape, generator=generator, dtype=torch.float64)
