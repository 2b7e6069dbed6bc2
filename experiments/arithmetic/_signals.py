"""What signal processing computes of images and kernels: scipy's correlation and convolution."""

from __future__ import annotations

import torch
from scipy import signal
from torch import Tensor
from torch.nn.functional import pad

from ._layer_cases import Case

LETTER = (  # an F: it looks different after half a turn, and as its mirror image
    (1, 1, 1, 1, 1),
    (1, 0, 0, 0, 0),
    (1, 1, 1, 1, 0),
    (1, 0, 0, 0, 0),
    (1, 0, 0, 0, 0),
)


def by_scipy(name: str, case: Case, x: Tensor, w: Tensor) -> Tensor:
    """`correlate` or `convolve` of x (C, *pixels) with each kernel of w (O, C, *k), added over C.

    scipy knows no stride, padding or dilation: zeros are put around the image and between the
    taps, and of the positions every `stride`-th is kept.
    """
    operation = getattr(signal, name)
    wide = pad(x, [case.padding, case.padding] * case.dimensions).numpy()
    kernels = spread(w, case.dilation)
    if name == "convolve":
        kernels = kernels.flip(1)  # flipped with all axes, so that channels meet their own again
    each = [operation(wide, kernel.numpy(), "valid", "direct")[0] for kernel in kernels]
    maps = torch.stack([torch.from_numpy(part) for part in each])
    return maps[(slice(None), *[slice(None, None, case.stride)] * case.dimensions)]


def spread(w: Tensor, dilation: int) -> Tensor:
    """The kernels (O, C, *k) with dilation - 1 zeros between neighbouring taps."""
    spaces = w.shape[2:]
    wide = w.new_zeros(*w.shape[:2], *(dilation * (k - 1) + 1 for k in spaces))
    taps = slice(None, None, dilation)
    wide[(slice(None), slice(None), *[taps] * len(spaces))] = w
    return wide


def turned(w: Tensor) -> Tensor:
    """The kernels (O, C, *k) after half a turn: flipped along every axis of the image."""
    return w.flip(tuple(range(2, w.ndim)))
