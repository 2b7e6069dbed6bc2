"""The sizes of torch's maps on a grid, and the formulas that are said to give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator
from torch.nn.functional import avg_pool2d, conv2d, max_pool2d

from convlab.probes.exact import whole

GUIDE = "Dumoulin and Visin, relation"  # of A guide to convolution arithmetic
SIDES, KERNELS = range(5, 13), range(1, 6)  # of the figure, in pixels


@dataclass(frozen=True)
class Way:
    """A kernel of k pixels along an axis on n of them, and how it moves."""

    n: int
    k: int
    s: int = 1  # stride
    p: int = 0  # padding
    d: int = 1  # dilation

    @property
    def size(self) -> int:
        """The rows of torch's map, which has as many columns."""
        image, kernel = torch.zeros(1, 1, self.n, self.n), torch.zeros(1, 1, self.k, self.k)
        return conv2d(image, kernel, None, self.s, self.p, self.d).shape[2]


def ways(largest: int) -> Iterator[Way]:
    """All of the grid that have a place in the image."""
    grid = product(range(3, largest + 1), range(1, 6), range(1, 4), range(5), (1, 2))
    every = (Way(*each) for each in grid)
    return (way for way in every if way.d * (way.k - 1) < way.n + 2 * way.p)


Test = Callable[[Way], bool]
Formula = Callable[[Way], int]
FORMULAS: dict[str, tuple[str, Test, Formula]] = {  # whose it is, of which ways, and the size
    "n − k + 1": (
        f"{GUIDE} 1",
        lambda w: w.s == w.d == 1 and w.p == 0,
        lambda w: w.n - w.k + 1,
    ),
    "n − k + 2p + 1": (
        f"{GUIDE} 2",
        lambda w: w.s == w.d == 1,
        lambda w: w.n - w.k + 2 * w.p + 1,
    ),
    "n, where p = (k − 1) / 2": (
        f"{GUIDE} 3",
        lambda w: w.s == w.d == 1 and 2 * w.p == w.k - 1,
        lambda w: w.n,
    ),
    "n + k − 1, where p = k − 1": (
        f"{GUIDE} 4",
        lambda w: w.s == w.d == 1 and w.p == w.k - 1,
        lambda w: w.n + w.k - 1,
    ),
    "⌊(n − k) / s⌋ + 1": (
        f"{GUIDE} 5",
        lambda w: w.d == 1 and w.p == 0,
        lambda w: (w.n - w.k) // w.s + 1,
    ),
    "⌊(n + 2p − k) / s⌋ + 1": (
        f"{GUIDE} 6",
        lambda w: w.d == 1,
        lambda w: (w.n + 2 * w.p - w.k) // w.s + 1,
    ),
    "⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1": (
        "torch's documentation",
        lambda w: True,
        lambda w: (w.n + 2 * w.p - w.d * (w.k - 1) - 1) // w.s + 1,
    ),
    "the kernel left out: ⌊(n + 2p − 1) / s⌋ + 1": (
        "a control",
        lambda w: w.d == 1 and w.k > 1,
        lambda w: (w.n + 2 * w.p - 1) // w.s + 1,
    ),
    "the stride left out: n + 2p − k + 1": (
        "a control",
        lambda w: w.d == 1 and w.s > 1,
        lambda w: w.n + 2 * w.p - w.k + 1,
    ),
    "the post's n − k + 1 with a stride": (
        "a control",
        lambda w: w.d == 1 and w.p == 0 and w.s > 1,
        lambda w: w.n - w.k + 1,
    ),
}


def of_formulas(largest: int) -> dict[str, tuple[int, int]]:
    """How many ways each formula is for, and of how many torch's map has another size."""
    found = {way: way.size for way in ways(largest)}
    counts = {}
    for name, (_, concerns, formula) in FORMULAS.items():
        right = [formula(way) == size for way, size in found.items() if concerns(way)]
        counts[name] = len(right), right.count(False)
    return counts


def sizes_to_draw() -> dict[str, NDArray[np.int64]]:
    """torch's sizes by image and kernel, at three strides, and how far they are from the law."""
    panels = {
        f"torch's size, stride {stride}": np.array(
            [[Way(n, k, stride).size for k in KERNELS] for n in SIDES]
        )
        for stride in (1, 2, 3)
    }
    n, k = np.array(SIDES)[:, None], np.array(KERNELS)
    strided = enumerate(panels.values(), 1)
    apart = [abs(sizes - (n - k) // stride - 1) for stride, sizes in strided]
    return panels | {"largest difference from the formula": np.max(apart, axis=0)}


def of_rectangles(largest: int) -> tuple[int, int]:
    """How many maps of unlike sides there are, and how many break the post's two formulas."""
    sides, kernels = range(3, largest + 1), range(1, 6)
    fitting = [each for each in product(sides, sides, kernels, kernels) if fits(*each)]
    wrong = 0
    for height, width, high, wide in fitting:
        output = conv2d(torch.zeros(1, 1, height, width), torch.zeros(1, 1, high, wide))
        wrong += output.shape[2:] != (height - high + 1, width - wide + 1)
    return len(fitting), wrong


def fits(height: int, width: int, high: int, wide: int) -> bool:
    return high <= height and wide <= width


def of_strides(largest: int, generator: Generator) -> tuple[float, float]:
    """The share (%) of maps that are not every s-th pixel of the map at stride 1.

    Counted from the first pixel on, and from the second.
    """
    wrong: list[tuple[bool, bool]] = []
    for n, k, s in product(range(5, largest + 1), range(1, 4), (2, 3)):
        x, w = whole((1, 1, n, n), generator), whole((1, 1, k, k), generator)
        strided, dense = conv2d(x, w, stride=s), conv2d(x, w)
        first, second = (not torch.equal(strided, dense[..., f::s, f::s]) for f in (0, 1))
        wrong.append((first, second))
    from_first, from_second = np.mean(wrong, axis=0)
    return 100 * float(from_first), 100 * float(from_second)


def changed(largest: int, stride: int, *, padded: bool) -> float:
    """The share (%) of kernels that give another size than the next larger one does.

    The next is one pixel larger; with padding (k - 1) / 2, of odd kernels, it is two.
    """
    step = 2 if padded else 1
    pairs = [(n, k) for n in range(3, largest + 1) for k in range(1, 6, step) if k + step <= n]

    def size(n: int, k: int) -> int:
        return Way(n, k, stride, (k - 1) // 2 if padded else 0).size

    return 100 * sum(size(n, k) != size(n, k + step) for n, k in pairs) / len(pairs)


def pooled(largest: int) -> dict[str, tuple[int, int, int]]:
    """By window: how many maps, how many are smaller than the input, how many break the law."""
    counts = {}
    windows: dict[str, list[tuple[int, int, int]]] = {
        "k at stride k, from 2": [(k, k, 0) for k in (2, 3, 4)],
        "k at stride 1, from 2": [(k, 1, 0) for k in (2, 3, 4)],
        "3 at stride 1, padding 1": [(3, 1, 1)],
    }
    for window, ways_ in windows.items():
        maps = smaller = wrong = 0
        for n, (k, s, p) in product(range(4, largest + 1), ways_):
            image = torch.zeros(1, 1, n, n)
            sizes = {pool(image, k, s, p).shape[2] for pool in (max_pool2d, avg_pool2d)}
            maps, smaller = maps + 1, smaller + (max(sizes) < n)
            wrong += sizes != {(n + 2 * p - k) // s + 1}
        counts[window] = maps, smaller, wrong
    return counts
