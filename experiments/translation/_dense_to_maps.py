"""Dense layers from maps to maps (S², S²), and which of their weights are a convolution's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import torch
from torch import Tensor

from convlab.data import shift_images

Shift = tuple[int, ...]  # pixels down and right


def averaged_over_shifts(weights: Tensor, side: int) -> Tensor:
    """The mean of T⁻¹ W T over every shift T: shift the image, run the layer, shift back."""
    total = torch.zeros_like(weights)
    for shift in product(range(side), repeat=2):
        order = shifted_pixels(side, shift)
        total += weights[order][:, order]
    return total / side**2


def shifted_pixels(side: int, shift: Shift) -> Tensor:
    """Where each pixel of an image stood before the image was shifted: (S²,)."""
    return shift_images(torch.arange(side**2).view(side, side), *shift).flatten()


def convolution_matrix(kernel: Tensor) -> Tensor:
    """The circular convolution with a kernel (S, S), by its definition.

    The output at p is the sum over pixels q of kernel[q - p] x[q].
    """
    side = len(kernel)
    pixels = list(product(range(side), repeat=2))
    rows = [
        [kernel[(below - row) % side, (right - column) % side] for below, right in pixels]
        for row, column in pixels
    ]
    return torch.tensor(rows, dtype=kernel.dtype)


def free_weights(side: int, shifts: Sequence[Shift]) -> int:
    """How many weights of a dense layer are free if it is to follow these shifts, by rank.

    T W = W T are equations for its S⁴ weights; the solutions have as many dimensions as are left.
    """
    identity = torch.eye(side**2, dtype=torch.float64)
    moved = [identity[shifted_pixels(side, shift)] for shift in shifts]
    equations = [
        torch.kron(each, identity) - torch.kron(identity, each.T.contiguous()) for each in moved
    ]
    return side**4 - int(torch.linalg.matrix_rank(torch.cat(equations)))
