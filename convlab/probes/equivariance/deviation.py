"""What a network makes of a shifted image: the shifted output, the same output, or another one.

An image is (N, C, *pixels), in one to three dimensions. A shift has pixels for each axis, as (rows
down, columns right), and is circular: what leaves at a border enters opposite it. Networks run in
the mode that they are in, and stay as they were: see `undisturbed`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .distance import norm, relative
from .placement import Placement, Shift, Stride, shift_image
from .undisturbed import Network, undisturbed


def equivariance(
    network: Network, x: Tensor, shifts: Sequence[Shift], *, stride: Stride | None = None
) -> Tensor:
    """The relative error of f(T x) = T f(x) for every shift T: (S,), 0 where it holds.

        error(s) = min_t ‖f(T_s x) - T_t f(x)‖ / ‖f(x)‖

    in float64. The output f(x) (N, O, *positions) moves by t = s / stride. Where that is no whole
    number there is no right shift: both neighbours are tried, and the smaller error counts. Where
    f(x) is 0 everywhere, the error is 0, or infinite.

    The stride, of the whole network, is pixels / positions, so 64 / 16 = 4. Then outputs go
    around the image as pixels do. Where this is not whole, as without padding, it is that of the
    `receptive_field`, and only outputs that see no border of the shifted image are compared, with
    their own norm. Give `stride` where 28 / 4 is whole by chance, or where f is no module.

    Raises ValueError for outputs without positions, for a stride that is not found, and where a
    shift leaves no output to compare.

        >>> images = torch.randn(1, 1, 8, 8)
        >>> equivariance(torch.nn.MaxPool2d(2), images, [(0, 0), (0, 2)]).tolist()
        [0.0, 0.0]
    """
    run = undisturbed(network)
    with torch.no_grad():
        y = run(x)
        placement = Placement.of(network, x, y, stride)
        errors = [shift_error(run(shift_image(x, shift)), y, placement, shift) for shift in shifts]
    return torch.tensor(errors, dtype=torch.float64)


def invariance(network: Network, x: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """The relative error of f(T x) = f(x) for every shift T: (S,), in float64.

        error(s) = ‖f(T_s x) - f(x)‖ / ‖f(x)‖

    0 where f(x) stays 0 everywhere, and infinite where it does not stay.

        >>> pooled = torch.nn.AdaptiveMaxPool1d(1)
        >>> invariance(pooled, torch.randn(2, 3, 9), [(1,), (-4,)]).tolist()
        [0.0, 0.0]
    """
    run = undisturbed(network)
    with torch.no_grad():
        y = run(x)
        errors = [relative(run(shift_image(x, shift)), y, norm(y)) for shift in shifts]
    return torch.tensor(errors, dtype=torch.float64)


def agreement(network: Network, x: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """The share of images that keep their class, the greatest of f(x) (N, K), by shift: (S,).

    A network that always answers the same agrees with itself too: show its accuracy beside this.
    Raises ValueError for outputs that are not (N, K).

        >>> images = torch.eye(4).reshape(4, 1, 4)  # the class is the place of the 1
        >>> agreement(torch.nn.Flatten(), images, [(0,), (1,)]).tolist()
        [1.0, 0.0]
    """
    by_shift = classes(network, x, [(0,) * (x.ndim - 2), *shifts])
    return (by_shift[1:] == by_shift[0]).double().mean(dim=1)


def classes(network: Network, x: Tensor, shifts: Sequence[Shift]) -> Tensor:
    """The class of each image under each shift (S, N): the greatest of f(x) (N, K)."""
    run = undisturbed(network)
    with torch.no_grad():
        logits = torch.stack([run(shift_image(x, shift)) for shift in shifts])
    if logits.ndim != 3 or not logits.numel():
        raise ValueError(
            f"outputs {tuple(logits.shape[1:])} are not (N, K): an image should have one class"
        )
    return logits.argmax(dim=-1)


def shift_error(after: Tensor, before: Tensor, placement: Placement, shift: Shift) -> float:
    """The least relative distance of outputs after a shift of the image from moved ones before."""
    errors = []
    for by in placement.shifts(shift):
        reached, left = placement.partners(after, before, by)
        errors.append(relative(reached, placement.move(left, by), norm(left)))
    return float(torch.tensor(errors, dtype=torch.float64).min())  # NaN if there is one
