"""Flips and rotations by right angles, and how far a network follows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import combinations

import torch
from torch import Tensor

from .distance import norm, relative
from .undisturbed import Network, undisturbed

Transformation = Callable[[Tensor], Tensor]  # of images, or outputs, (N, C, *pixels)


def transformations(axes: int) -> dict[str, Transformation]:
    """Flips of every axis, and rotations in every plane, by name; exact, as no pixel is mixed.

    >>> list(transformations(axes=2))
    ['flip 0', 'flip 1', 'rotate 0, 1 by 90', 'rotate 0, 1 by 180', 'rotate 0, 1 by 270']
    """
    flips: dict[str, Transformation] = {
        f"flip {axis}": partial(torch.flip, dims=(axis + 2,)) for axis in range(axes)
    }
    rotations: dict[str, Transformation] = {
        f"rotate {first}, {second} by {90 * turns}": partial(
            torch.rot90, k=turns, dims=(first + 2, second + 2)
        )
        for first, second in combinations(range(axes), 2)
        for turns in (1, 2, 3)
    }
    return flips | rotations


def transformation_errors(
    network: Network, x: Tensor, functions: Mapping[str, Transformation] | None = None
) -> dict[str, float]:
    """The relative error of f(T x) = T f(x) for every T, by name; all `transformations`, or yours.

        error(T) = ‖f(T x) - T f(x)‖ / ‖T f(x)‖

    in float64; 0 / 0 is 0, and 1 / 0 infinite. x is (N, C, *pixels). Outputs f(x)
    (N, O, *positions) should move as x does; those without positions, (N, K), should stay. With
    a stride of 2, an even side and its flip put outputs on other pixels: that is an error too.
    The network runs as in `undisturbed`. Raises ValueError where outputs have another number of
    axes than images, or other sides when T has moved them, as a rotated image has that is not
    square.

        >>> rotations = transformation_errors(torch.nn.MaxPool2d(2), torch.randn(1, 1, 8, 8))
        >>> max(rotations.values())
        0.0
    """
    run = undisturbed(network)
    functions = transformations(x.ndim - 2) if functions is None else functions
    with torch.no_grad():
        y = run(x)
        return {
            name: _error(run(function(x)), y if y.ndim == 2 else function(_check(y, x)))
            for name, function in functions.items()
        }


def _error(after: Tensor, expected: Tensor) -> float:
    if after.shape != expected.shape:
        raise ValueError(
            f"outputs {tuple(after.shape)} cannot be {tuple(expected.shape)}, as the moved image "
            "asks: take one whose sides are equal"
        )
    return relative(after, expected, norm(expected))


def _check(y: Tensor, x: Tensor) -> Tensor:
    if y.ndim != x.ndim:
        raise ValueError(
            f"outputs {tuple(y.shape)} of images {tuple(x.shape)} are neither (N, O, *positions) "
            "nor (N, K): look at a layer before"
        )
    return y
