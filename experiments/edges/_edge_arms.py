"""The arms that find edges: one linear function as shifted slices, a convolution, a matrix.

Each arm takes an image (H, W) and a kernel of h x w taps to (P, Q) = (H - h + 1, W - w + 1):

    y[p, q] = Σ_ij kernel[i, j] · image[p + i, q + j]

With the kernel [-1, 1] that is each pixel minus its left neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import Generator, Tensor
from torch.nn.functional import conv2d

from convlab import timing
from convlab.filters import Kernel, correlate, output_size, taps
from convlab.measure import Sample, exactly

from ._book import LEFT_MINUS, MINUS_LEFT
from ._edge_cost import work_by_arm

LIMITS = {  # multiply-adds above which an arm is too slow or too large to be run: it is counted
    "slices": 10_000_000,  # no photograph of a camera: comparing would take longer than its edges
    "convolution": 10_000_000,
    "sparse matrix": 10_000_000,  # of which each is a stored number of 16 bytes
    "dense matrix": 1_000_000,
}
TIMING_LIMIT = 200_000_000  # multiply-adds that the measured times of one image may take
FEWEST_REPEATS, WARMUP = 6, 5
Arm = Callable[[], Tensor]


def arms_within_limits(size: Sequence[int], kernel: Kernel) -> list[str]:
    """The arms that are within their LIMITS on an image (H, W)."""
    costs = work_by_arm(size, kernel)
    return [arm for arm, limit in LIMITS.items() if costs[arm].multiply_adds <= limit]


def arms(image: Tensor, kernel: Kernel) -> dict[str, Arm]:
    """The arms that are within their LIMITS on this image (H, W) of float64, ready to be run."""
    return {arm: _PREPARE[arm](image, kernel) for arm in arms_within_limits(image.shape, kernel)}


def comparison(
    image: Tensor, kernel: Kernel, repeats: int, order: Generator
) -> dict[str, dict[str, Sample]]:
    """Of each arm that can be run: the largest difference from slices, and the time in ms.

    Times are of one CPU thread; those of a large image are measured fewer times than `repeats`.
    In each round the arms are timed in an order that is drawn.
    """
    ready = arms(image, kernel)
    repeats = min(repeats, _most_repeats(image.shape, kernel))
    warmup = min(WARMUP, repeats // 2)
    with timing.threads(1):
        times = timing.seconds(ready, repeats=repeats, warmup=warmup, generator=order)
    return {
        arm: {
            "difference from slices (grey levels)": largest_magnitude(run() - ready["slices"]()),
            "time (ms)": timing.milliseconds(times[arm]),
        }
        for arm, run in ready.items()
    }


def _most_repeats(size: Sequence[int], kernel: Kernel) -> int:
    """How often all arms within their LIMITS may be timed on an image (H, W)."""
    costs = work_by_arm(size, kernel)
    each = sum(costs[arm].multiply_adds for arm in arms_within_limits(size, kernel))
    return max(FEWEST_REPEATS, TIMING_LIMIT // max(1, each))


def edges_by_arm(images: Tensor, kernel: Kernel) -> dict[str, Tensor]:
    """What each arm within its LIMITS finds, and true convolution: (N, H, W) -> (N, P, Q)."""
    edges: dict[str, list[Tensor]] = {}
    for image in images:
        flipped = {"true convolution": partial(true_convolution, image, kernel)}
        for arm, run in (arms(image, kernel) | flipped).items():
            edges.setdefault(arm, []).append(run())
    return {arm: torch.stack(each) for arm, each in edges.items()}


def differences_from_neighbours(images: Tensor, kernel: Kernel) -> dict[str, dict[str, Sample]]:
    """How far the edges of each arm are from current - left pixel, and from its negative."""
    minus_left = images[..., 1:] - images[..., :-1]
    return {
        arm: {
            MINUS_LEFT: largest_magnitude(edges - minus_left),
            LEFT_MINUS: largest_magnitude(edges + minus_left),
        }
        for arm, edges in edges_by_arm(images, kernel).items()
    }


def largest_magnitude(values: Tensor) -> Sample:
    """The largest |value|."""
    low, high = values.aminmax()
    return exactly(max(-float(low), float(high)))


def strengths(edges: Tensor) -> dict[str, Sample]:
    """The largest and the mean |value|; row by row, since fresh memory for all would be slow."""
    total = sum(float(rows.abs().sum(dtype=torch.float64)) for rows in edges.split(64))
    mean = exactly(total / edges.numel())
    return {"strongest |edge|": largest_magnitude(edges), "mean |edge|": mean}


def convolution(image: Tensor, kernel: Kernel) -> Tensor:
    """What a convolutional layer computes, a cross-correlation: (H, W) -> (P, Q)."""
    weights = torch.tensor(kernel, dtype=image.dtype, device=image.device)
    output: Tensor = conv2d(image[None, None], weights[None, None])
    return output[0, 0]


def true_convolution(image: Tensor, kernel: Kernel) -> Tensor:
    """What mathematics calls convolution, by numpy: the kernel is flipped, (H, W) -> (P, Q).

    numpy's has one dimension: the image row after row, the kernel with its rows W apart.
    """
    weights = np.array(kernel, dtype=np.float64)
    (height, width), (rows, columns) = image.shape, weights.shape
    apart = np.zeros((rows, width))
    apart[:, :columns] = weights
    taps_ = np.trim_zeros(apart.ravel(), "b")
    whole = np.convolve(image.numpy().ravel(), taps_)[: height * width]
    return torch.from_numpy(whole.reshape(height, width)[rows - 1 :, columns - 1 :])


def sparse_matrix(size: Sequence[int], kernel: Kernel) -> Any:
    """The map as a scipy matrix (P·Q, H·W) of float64, of which only the weights are stored."""
    height, width = size
    rows, columns = output_size(size, kernel)
    shifts, weights = zip(*taps(kernel), strict=True)
    corners = np.arange(rows)[:, None] * width + np.arange(columns)
    pixels = corners.reshape(-1, 1) + [down * width + right for down, right in shifts]
    starts = np.arange(rows * columns + 1) * len(weights)
    values = np.tile(np.array(weights, dtype=np.float64), rows * columns)
    return csr_array((values, pixels.ravel(), starts), shape=(rows * columns, height * width))


def _sparse_product(image: Tensor, kernel: Kernel) -> Arm:
    matrix = sparse_matrix(image.shape, kernel)
    pixels = image.reshape(-1).numpy()
    size = output_size(image.shape, kernel)
    return lambda: torch.from_numpy(matrix @ pixels).reshape(size)


def _dense_product(image: Tensor, kernel: Kernel) -> Arm:
    matrix = torch.from_numpy(sparse_matrix(image.shape, kernel).toarray())
    pixels, size = image.reshape(-1), output_size(image.shape, kernel)
    return lambda: (matrix @ pixels).reshape(size)


_PREPARE: dict[str, Callable[[Tensor, Kernel], Arm]] = {
    "slices": lambda image, kernel: lambda: correlate(image, kernel),
    "convolution": lambda image, kernel: lambda: convolution(image, kernel),
    "sparse matrix": _sparse_product,
    "dense matrix": _dense_product,
}
