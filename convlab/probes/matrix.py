"""The matrix that a linear layer is, whatever its class: what it answers to single pixels."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor, nn

from ..memory import require
from ..numbers import number

AT_ONCE = 16  # impulses; a convolution in float64 copies all its windows, many times its input


def matrix(layer: nn.Module, shape: tuple[int, ...]) -> Tensor:
    """The matrix A (N, M) of an affine layer y = A x + b on inputs of `shape` (C, *pixels).

    Column j is the response to the unit impulse at input j, less the response to nothing.
    Exact for weights that are whole numbers. Raises NotEnoughMemory before it allocates.

        >>> layer = nn.Conv1d(1, 1, 2, bias=False)
        >>> _ = layer.load_state_dict({"weight": torch.tensor([[[-1.0, 1.0]]])})
        >>> matrix(layer, (1, 4))
        tensor([[-1.,  1.,  0.,  0.],
                [ 0., -1.,  1.,  0.],
                [ 0.,  0., -1.,  1.]])
    """
    some = next(layer.parameters())
    size = prod(shape)
    with torch.no_grad():
        nothing = layer(some.new_zeros(1, *shape))
        needed = (size + 2 * nothing.numel()) * size * some.element_size()
        if not some.is_meta:
            require(needed, f"the matrix of a layer of {number(size)} inputs")
        impulses = torch.eye(size, dtype=some.dtype, device=some.device)
        parts = torch.split(impulses.reshape(size, *shape), AT_ONCE)
        return torch.cat([(layer(part) - nothing).flatten(1) for part in parts]).T


def diagonal_difference(
    matrix: Tensor, outputs: tuple[int, ...], inputs: tuple[int, ...]
) -> Tensor:
    """max |A[o, p + δ, i, q + δ] - A[o, p, i, q]| over all shifts δ by one pixel along an axis.

    It is 0 if and only if A is (block by block) a Toeplitz matrix: if the same weights stand at
    every position. A is the matrix (N, M) of a layer of stride 1, from inputs (C, *pixels) to
    outputs (O, *positions).

        >>> diagonal_difference(torch.tensor([[1.0, 2.0], [0.0, 1.0]]), (1, 2), (1, 2))
        tensor(0.)
    """
    weights = matrix.reshape(*outputs, *inputs)
    changes = [
        _last(weights, axis, len(outputs)) - _first(weights, axis, len(outputs))
        for axis in range(1, len(outputs))
    ]
    return torch.stack([change.abs().max() for change in changes]).max()


def _first(weights: Tensor, axis: int, apart: int) -> Tensor:
    """All weights but those of the last position and the last pixel along the axis."""
    kept = weights.narrow(axis, 0, weights.shape[axis] - 1)
    return kept.narrow(axis + apart, 0, weights.shape[axis + apart] - 1)


def _last(weights: Tensor, axis: int, apart: int) -> Tensor:
    kept = weights.narrow(axis, 1, weights.shape[axis] - 1)
    return kept.narrow(axis + apart, 1, weights.shape[axis + apart] - 1)
