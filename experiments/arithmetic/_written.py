"""The sums of the posts' formulas, written out index by index over nested lists of whole numbers.

Nothing here knows how a library computes a convolution: this is what it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Sum = Callable[[Any, Any, Sequence[int], int, int], int]


def sum_1d(f: Any, g: Any, at: Sequence[int], k: int, d: int) -> int:
    """Σ_p f(p) g(i + d p), each index counted from 0, p below k."""
    (i,) = at
    return sum(f[p] * g[i + d * p] for p in range(k))


def sum_2d(f: Any, g: Any, at: Sequence[int], k: int, d: int) -> int:
    """Σ_p Σ_q f(p, q) g(i + d p, j + d q)."""
    i, j = at
    return sum(f[p][q] * g[i + d * p][j + d * q] for p in range(k) for q in range(k))


def sum_3d(f: Any, g: Any, at: Sequence[int], k: int, d: int) -> int:
    """Σ_p Σ_q Σ_r f(p, q, r) g(i + d p, j + d q, l + d r)."""
    i, j, l = at  # noqa: E741 - the post's third index is k, which is the kernel's size here
    return sum(
        f[p][q][r] * g[i + d * p][j + d * q][l + d * r]
        for p in range(k)
        for q in range(k)
        for r in range(k)
    )


SUMS: dict[int, Sum] = {1: sum_1d, 2: sum_2d, 3: sum_3d}


def positions(n: int, k: int, stride: int, dilation: int) -> list[int]:
    """Where the first tap of a kernel of k taps can stand on n pixels in a row, found by trying.

    >>> positions(7, 2, stride=2, dilation=2)
    [0, 2, 4]
    """
    return [start for start in range(0, n, stride) if start + dilation * (k - 1) < n]


def written(x: Whole, w: Whole, stride: int = 1, padding: int = 0, dilation: int = 1) -> Whole:
    """The maps (O, *positions) of x (C, *pixels) under w (O, C, *k), the sums added over C."""
    dimensions, k = x.ndim - 1, w.shape[-1]
    wide = np.pad(x, [(0, 0), *[(padding, padding)] * dimensions]).tolist()
    starts = positions(x.shape[-1] + 2 * padding, k, stride, dilation)
    places, add = list(product(starts, repeat=dimensions)), SUMS[dimensions]
    maps = [
        [
            sum(add(f, g, at, k, dilation) for f, g in zip(kernel, wide, strict=True))
            for at in places
        ]
        for kernel in w.tolist()
    ]
    return np.array(maps).reshape(len(w), *[len(starts)] * dimensions)
