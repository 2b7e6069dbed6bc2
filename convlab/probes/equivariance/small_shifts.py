"""How fast a network stops following a shift that grows from nothing: a derivative, not a step."""

from __future__ import annotations

from math import pi
from warnings import catch_warnings, filterwarnings

import torch
from torch import Tensor
from torch.func import jvp

from .distance import norm, relative
from .placement import Placement, Stride
from .undisturbed import Network, undisturbed


def infinitesimal(network: Network, x: Tensor, *, stride: Stride | None = None) -> Tensor:
    """The relative error of f(T x) = T f(x) per pixel of a shift T along each axis: (axes,).

        error(a) = ‖J_f(x) D_a x - D_a f(x) / stride_a‖ / ‖f(x)‖

    in 1 / pixel and float64: the slope at 0 of the error of `equivariance`, if a shift by a part
    of a pixel moves the waves of which an image consists, circularly. Its derivative is D, the
    `derivative`, and J_f(x) D x comes from one pass in forward mode, `torch.func.jvp`. After
    Gruver, Finzi, Goldblum and Wilson, The Lie derivative for measuring learned equivariance,
    2022, whose images are interpolated linearly, which has no derivative at whole pixels.

    Circular convolutions of stride 1 have no error. A stride, or a function of every pixel such
    as ReLU, makes waves too short for the pixels: it can follow every whole step, and has an error
    here. Outputs without positions, (N, K), should stay, so that D f = 0. x is (N, C, *pixels);
    the network runs as in `undisturbed`. Raises ValueError where outputs do not fill the image,
    as without padding, and as `equivariance` does; NotImplementedError is torch's, for an
    operation that it cannot differentiate forward.

        >>> layer = torch.nn.Conv1d(1, 1, 3, padding=1, padding_mode="circular").double()
        >>> x = torch.randn(1, 1, 16, dtype=torch.float64)
        >>> bool(infinitesimal(layer, x) < 1e-12), bool(infinitesimal(torch.relu, x) > 0.01)
        (True, True)
    """
    if x.ndim < 3 or not x.is_floating_point():
        raise ValueError(f"x should be (N, C, *pixels) of floats, not {tuple(x.shape)} {x.dtype}")
    run, axes = undisturbed(network), range(x.ndim - 2)
    with torch.no_grad():
        y = run(x)
        expected = _expected_changes(network, x, y, stride)
        move = [_push(run, x, derivative(x, axis).to(x)) for axis in axes]
    errors = [relative(move[axis], expected[axis], norm(y)) for axis in axes]
    return torch.tensor(errors, dtype=torch.float64)


def derivative(x: Tensor, axis: int) -> Tensor:
    """Of the waves that x (N, C, *pixels) consists of, along an axis, per pixel; float64, on x.

        D x = Σ_k (2 π i k / n) x̂_k exp(2 π i k p / n)    for |k| < n / 2, at pixel p of n

    The shortest wave of an even n, which changes its sign at every pixel, has none.

        >>> sine = torch.tensor([[[0.0, 1.0, 0.0, -1.0]]])
        >>> (derivative(sine, 0) / torch.pi).tolist()
        [[[0.5, 0.0, -0.5, 0.0]]]
    """
    length, dim = x.shape[axis + 2], axis + 2
    waves = torch.fft.rfft(x.double(), dim=dim).movedim(dim, -1)
    turns = torch.fft.rfftfreq(length, dtype=torch.float64, device=x.device)
    turns[turns == 0.5] = 0
    slopes: Tensor = torch.fft.irfft(2j * pi * turns * waves, n=length)
    return slopes.movedim(-1, dim)


def _push(run: Network, x: Tensor, change: Tensor) -> Tensor:
    """J(x) times a change of x."""
    with catch_warnings():
        # torch scripts some derivatives when it first goes forward, and warns of itself
        filterwarnings("ignore", message="`torch.jit.script`", category=DeprecationWarning)
        pushed: Tensor = jvp(run, (x,), (change,))[1]
    return pushed


def _expected_changes(
    network: Network, x: Tensor, y: Tensor, stride: Stride | None
) -> list[Tensor]:
    """For each axis, how outputs should change as the image begins to move."""
    if y.ndim == 2:
        return [torch.zeros_like(y) for _ in x.shape[2:]]
    placement = Placement.of(network, x, y, stride)
    if not all(placement.around(axis) for axis in range(x.ndim - 2)):
        raise ValueError(
            f"outputs {tuple(y.shape)} do not fill images {tuple(x.shape)}, and only what goes "
            "around them has a derivative: pad the layers, or measure `equivariance`"
        )
    return [derivative(y, axis) / float(by) for axis, by in enumerate(placement.strides)]
