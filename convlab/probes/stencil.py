"""A kernel slid over an image by numba: one pass over memory, whatever the weights are."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kernels import Kernel

Array = NDArray[Any]
Stencil = Callable[[Array, tuple[Any, ...], Array], None]


def slide(image: Array, kernel: Kernel, out: Array, threads: int) -> None:
    """Fill `out` (P, Q) with Σ_ij kernel[i, j] · image[p + i, q + j], a band to each thread.

    Sums have the type of `out`, and wrap around only where the answer would overflow it. Both
    arrays are contiguous.
    """
    fill = stencil(len(kernel), len(kernel[0]), out.dtype.name)
    weights, above = _weights(kernel, out.dtype), len(kernel) - 1
    cuts = [len(out) * band // threads for band in range(threads + 1)]
    bands = [
        _crew(threads).submit(fill, image[top : bottom + above], weights, out[top:bottom])
        for top, bottom in pairwise(cuts)
    ]
    for band in bands:
        band.result()


@cache
def stencil(rows: int, columns: int, sums: str) -> Stencil:
    """The compiled loop for kernels of that size, with sums of that type; needs numba."""
    from numba import from_dtype, njit

    number = from_dtype(np.dtype(sums))

    def fill(image: Array, weights: tuple[Any, ...], out: Array) -> None:
        for p in range(out.shape[0]):
            for q in range(out.shape[1]):
                total = number(0)
                for i in range(rows):  # constants here: the compiler writes both loops out
                    line, part = image[p + i], number(0)
                    for j in range(columns):
                        part += number(weights[i * columns + j]) * number(line[q + j])
                    total += part
                out[p, q] = total

    compiled: Stencil = njit(nogil=True, fastmath={"contract"})(fill)
    return compiled


def _weights(kernel: Kernel, sums: np.dtype[Any]) -> tuple[Any, ...]:
    """The weights row by row; whole ones in 16 bits if they fit, which multiply twice as fast."""
    flat = np.array(kernel, dtype=np.float64).ravel()
    narrow = sums.kind == "i" and abs(flat).max() < 2**15
    return tuple(flat.astype(np.int16 if narrow else sums))


@cache
def _crew(threads: int) -> ThreadPoolExecutor:
    """Threads that wait for work, which to start takes as long as to copy ten megabytes.

    Not those of numba: a program that forks would be ended by them.
    """
    if hasattr(os, "register_at_fork"):  # no thread follows a process into its child
        os.register_at_fork(after_in_child=_crew.cache_clear)
    return ThreadPoolExecutor(threads, "convlab")
