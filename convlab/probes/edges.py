"""One linear map of an image in several ways: shifted slices, a convolution, a matrix.

Each way takes an image (H, W) and a kernel of h x w taps to (P, Q) = (H - h + 1, W - w + 1):

    y[p, q] = Σ_ij kernel[i, j] · image[p + i, q + j]

With the kernel [-1, 1] that is each pixel minus its left neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import conv2d

from ..measure import Sample, exactly
from ..streams import Stream, generator
from . import timing
from .edge_cost import edge_cost
from .kernels import Kernel, output_size, taps

LIMITS = {  # multiply-adds above which a way is too slow or too large to be run as well as counted
    "slices": 50_000_000,
    "convolution": 50_000_000,
    "sparse matrix": 10_000_000,  # of which each is a stored number of 16 bytes
    "dense matrix": 1_000_000,
}
TIMED = 200_000_000  # multiply-adds that the measured times of one image may take
FEWEST_REPEATS, WARMUP = 6, 5
Way = Callable[[], Tensor]


def ways(image: Tensor, kernel: Kernel) -> dict[str, Way]:
    """The ways that are within their LIMITS on this image (H, W) of float64, ready to be run."""
    costs = edge_cost(image.shape, kernel)
    return {
        way: ready(image, kernel)
        for way, ready in _READY.items()
        if costs[way].multiply_adds <= LIMITS[way]
    }


def compared(image: Tensor, kernel: Kernel, repeats: int) -> dict[str, dict[str, Sample]]:
    """Of each way that can be run: the largest difference from slices, and the time in ms.

    Times are of one CPU thread; those of a large image are measured fewer times than `repeats`.
    """
    ready, costs = ways(image, kernel), edge_cost(image.shape, kernel)
    each = sum(costs[way].multiply_adds for way in ready)
    repeats = min(repeats, max(FEWEST_REPEATS, TIMED // max(1, each)))
    order, warmup = generator(0, Stream.ORDER), min(WARMUP, repeats // 2)
    with timing.threads(1):
        times = timing.seconds(ready, repeats=repeats, warmup=warmup, generator=order)
    return {
        way: {
            "difference from slices": strongest(run() - ready["slices"]()),
            "time (ms)": Sample(tuple((1000 * times[way]).tolist())),
        }
        for way, run in ready.items()
    }


def answers(images: Tensor, kernel: Kernel) -> dict[str, Tensor]:
    """What each way within its LIMITS finds, and true convolution: (N, H, W) -> (N, P, Q)."""
    found: dict[str, list[Tensor]] = {}
    for image in images:
        flipped = {"true convolution": partial(true_convolution, image, kernel)}
        for way, run in (ways(image, kernel) | flipped).items():
            found.setdefault(way, []).append(run())
    return {way: torch.stack(each) for way, each in found.items()}


def strongest(answer: Tensor) -> Sample:
    """The largest |value|."""
    return exactly(float(answer.abs().max()))


def slices(image: Tensor, kernel: Kernel) -> Tensor:
    """The sum of shifted slices, each times its weight, where that is not 0: (H, W) -> (P, Q).

    Weights of 1 and -1 multiply nothing, so that [-1, 1] is a single subtraction.
    """
    (shift, weight), *others = sorted(taps(kernel), key=lambda tap: (tap[1] == -1, tap[1] != 1))
    total = _window(image, shift, kernel)
    if weight != 1 or not others:  # and else a copy is spared
        total = weight * total
    for shift, weight in others:
        total = torch.add(total, _window(image, shift, kernel), alpha=weight)
    return total


def convolution(image: Tensor, kernel: Kernel) -> Tensor:
    """What a convolutional layer computes, a cross-correlation: (H, W) -> (P, Q)."""
    weights = torch.tensor(kernel, dtype=image.dtype, device=image.device)
    output: Tensor = conv2d(image[None, None], weights[None, None])
    return output[0, 0]


def true_convolution(image: Tensor, kernel: Kernel) -> Tensor:
    """What mathematics calls convolution, by scipy: the kernel is flipped, (H, W) -> (P, Q)."""
    from scipy.signal import convolve2d

    return torch.from_numpy(convolve2d(image.numpy(), np.array(kernel), mode="valid"))


def visible(answer: NDArray[Any], every: int) -> NDArray[Any]:
    """A small picture of the edges (P, Q): of each `every` x `every` pixels the strongest.

    The strongest in all, one in two hundred, are clipped, so that faint ones show.
    """
    high, low = answer, answer
    for axis, size in enumerate(answer.shape):
        high = np.maximum.reduceat(high, range(0, size, every), axis)
        low = np.minimum.reduceat(low, range(0, size, every), axis)
    signed = np.where(high >= -low, high, low)
    most = np.quantile(abs(signed), 0.995) or abs(signed).max()
    return signed.clip(-most, most)


def sparse_matrix(size: Sequence[int], kernel: Kernel) -> Any:
    """The map as a scipy matrix (P·Q, H·W) of float64, of which only the weights are stored."""
    from scipy.sparse import csr_array

    height, width = size
    rows, columns = output_size(size, kernel)
    shifts, weights = zip(*taps(kernel), strict=True)
    corners = np.arange(rows)[:, None] * width + np.arange(columns)
    pixels = corners.reshape(-1, 1) + [down * width + right for down, right in shifts]
    starts = np.arange(rows * columns + 1) * len(weights)
    values = np.tile(np.array(weights, dtype=np.float64), rows * columns)
    return csr_array((values, pixels.ravel(), starts), shape=(rows * columns, height * width))


def _window(image: Tensor, shift: tuple[int, int], kernel: Kernel) -> Tensor:
    """The pixels (P, Q) under one tap of the kernel."""
    rows, columns = output_size(image.shape, kernel)
    return image[shift[0] : shift[0] + rows, shift[1] : shift[1] + columns]


def _sparse_product(image: Tensor, kernel: Kernel) -> Way:
    matrix = sparse_matrix(image.shape, kernel)
    pixels = image.reshape(-1).numpy()
    size = output_size(image.shape, kernel)
    return lambda: torch.from_numpy(matrix @ pixels).reshape(size)


def _dense_product(image: Tensor, kernel: Kernel) -> Way:
    matrix = torch.from_numpy(sparse_matrix(image.shape, kernel).toarray())
    pixels, size = image.reshape(-1), output_size(image.shape, kernel)
    return lambda: (matrix @ pixels).reshape(size)


_READY: dict[str, Callable[[Tensor, Kernel], Way]] = {
    "slices": lambda image, kernel: lambda: slices(image, kernel),
    "convolution": lambda image, kernel: lambda: convolution(image, kernel),
    "sparse matrix": _sparse_product,
    "dense matrix": _dense_product,
}
