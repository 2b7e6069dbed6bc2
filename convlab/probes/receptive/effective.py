"""The effective receptive field: how strongly an output unit answers to each pixel.

After Luo, Li, Urtasun and Zemel, Understanding the effective receptive field in deep
convolutional neural networks, 2016. A field here has a number from 0 for each pixel.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import pad

from ...measure import Sample

ROUNDED = 1e-9  # of a share: a sum of shares can miss it by rounding


def effective_field(
    network: nn.Module, x: Tensor, unit: tuple[int, ...] | None = None, power: int = 1
) -> Tensor:
    """How much each pixel q counts for one output position, or for the middle one: (*pixels).

        field(q) = 1/N Σ_n Σ_c |∂ (Σ_o y[n, o, unit]) / ∂ x[n, c, q]|^power

    in that order: output channels are added before the size is taken, input channels and examples
    after it. x (N, C, *pixels) holds the draws of the input, in the type of the network, and y is
    (N, O, *positions) or, with the unit (), (N, O). The result is float64.

    Power 1 is that of Luo et al.; power 2 is the energy, which has a closed form for random
    weights of mean 0 too, if it is averaged over them. n convolutions of stride 1 and k equal
    taps give the n-fold convolution of a box: a `deviation` of √(n (k² - 1) / 12), where the
    theoretical field has n (k - 1) + 1 pixels.

    The network runs in its mode and stays as it was; in train mode batch norm mixes the
    examples. Take an image at least twice as large as the `receptive_field`, or its border cuts
    the field off.

        >>> network = nn.Conv1d(1, 1, 3, bias=False)
        >>> _ = network.load_state_dict({"weight": torch.tensor([[[1.0, -2.0, 1.0]]])})
        >>> effective_field(network, torch.zeros(1, 1, 7)).tolist()
        [0.0, 0.0, 1.0, 2.0, 1.0, 0.0, 0.0]
    """
    if x.ndim < 3 or not len(x):
        raise ValueError(f"x should be (N, C, *pixels) with an example, not {tuple(x.shape)}")
    gradient = _gradient(network, x, unit).double()
    field: Tensor = gradient.abs().pow(power).sum(dim=1).mean(dim=0)
    return field


def deviation(field: Tensor) -> tuple[float, ...]:
    """The standard deviation of the places of a field along each axis, in pixels.

    Raises ValueError where the field is 0 everywhere, or not finite.

        >>> deviation(torch.tensor([1.0, 0.0, 1.0]))
        (1.0,)
    """
    along = (_shares(field).movedim(axis, 0) for axis in range(field.ndim))
    return tuple(_deviation(shares.reshape(len(shares), -1).sum(1)) for shares in along)


def side(field: Tensor, share: float = 0.95) -> int:
    """The side of the smallest square, or cube, of pixels that holds this share of the field.

    It may lie anywhere; where the image is too narrow for it, it is as wide as the image. Raises
    ValueError as `deviation` does, and for a share that is not above 0 and at most 1.

        >>> side(torch.tensor([0.0, 0.02, 0.96, 0.02, 0.0])), side(torch.ones(20, 20))
        (1, 20)
    """
    if not 0 < share <= 1:
        raise ValueError(f"share should be above 0 and at most 1, not {share}")
    widths, shares = range(1, max(field.shape) + 1), _shares(field)
    return widths[bisect_left(widths, share - ROUNDED, key=lambda width: _most(shares, width))]


def sides(networks: Iterable[nn.Module], x: Tensor, share: float = 0.95) -> Sample:
    """The `side` of the effective field of each network, such as one per seed, at its middle."""
    each = (side(effective_field(network, x), share) for network in networks)
    return Sample(tuple(map(float, each)))


def _gradient(network: nn.Module, x: Tensor, unit: tuple[int, ...] | None) -> Tensor:
    buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
    devices = [x.device] if x.is_cuda else []
    pixels = x.detach().clone().requires_grad_()
    with torch.enable_grad(), torch.random.fork_rng(devices):
        y = functional_call(network, buffers, (pixels,))
        if unit is None:
            unit = tuple(length // 2 for length in y.shape[2:])
        (gradient,) = torch.autograd.grad(y[:, :, *unit].sum(), pixels)
    return gradient


def _shares(field: Tensor) -> Tensor:
    total = field.double().sum()
    if not 0 < total < torch.inf:
        raise ValueError(
            f"the field adds up to {float(total):g}, so no pixel has a share of it: look at "
            "another unit, or draw other inputs or weights"
        )
    return field.double() / total


def _deviation(shares: Tensor) -> float:
    """Of the places along one axis."""
    at = torch.arange(len(shares), dtype=shares.dtype)
    return float((at - at @ shares).square().matmul(shares).sqrt())


def _most(field: Tensor, width: int) -> float:
    """The largest sum over a square of this width, from sums up to each pixel."""
    for axis in range(field.ndim):
        sums = pad(field.movedim(axis, -1).cumsum(-1), (1, 0))
        reach = min(width, field.shape[axis])
        field = (sums[..., reach:] - sums[..., :-reach]).movedim(-1, axis)
    return float(field.max())
