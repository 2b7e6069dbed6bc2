"""The figures of `edge`, and what a run keeps of an image and its edges: a large one reduced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from convlab.record import Record

from . import _book as book

if TYPE_CHECKING:  # matplotlib takes a fifth of a second, in which edges can be written
    from matplotlib.figure import Figure

SIDE = 800  # pixels: of larger images a figure shows no more, and a run keeps no more
WHOLE = 1_000_000  # pixels of an image that a run keeps as it is


def arrays_to_keep(image: Tensor, edges: Tensor) -> tuple[list[str], dict[str, NDArray[Any]]]:
    """What a run keeps of an image (H, W) and its edges (P, Q), with a note on what it does not.

    All, or of more than a million pixels what a figure shows: some pixels, the strongest edges.
    """
    every = 1 if image.numel() <= WHOLE else reduction_factor(image.shape)
    block = f"of {every} x {every} pixels one is kept, and the strongest edge; `--to` writes all"
    return [block] * (every > 1), {
        "image": image[::every, ::every].contiguous().numpy(),
        "edges": strongest_of_blocks(edges.numpy(), every),
    }


def reduction_factor(size: Sequence[int]) -> int:
    """Every how many-th row and column of an image (H, W) a figure shows.

    >>> reduction_factor((427, 640)), reduction_factor((4000, 6000))
    (1, 8)
    """
    return 1 + max(size) // SIDE


def strongest_of_blocks(edges: NDArray[Any], every: int) -> NDArray[Any]:
    """Of each `every` x `every` values of (P, Q) the one farthest from 0, with its sign."""
    high, low = (_of_rows(edges, every, ufunc) for ufunc in (np.maximum, np.minimum))
    high, low = (_of_rows(high.T, every, np.maximum).T, _of_rows(low.T, every, np.minimum).T)
    return np.where(high >= -low, high, low)


def _of_rows(edges: NDArray[Any], every: int, ufunc: np.ufunc) -> NDArray[Any]:
    """The ufunc of each `every` rows: ten times as fast as its reduceat."""
    result = edges[::every].copy()
    for start in range(1, every):
        rows = edges[start::every]
        ufunc(result[: len(rows)], rows, out=result[: len(rows)])  # the last may have fewer
    return result


def visible_edges(edges: NDArray[Any], every: int) -> NDArray[Any]:
    """The edges (P, Q) at the size of a figure: of each `every` x `every` pixels the strongest.

    The strongest in all, one in two hundred, are clipped, so that faint ones show.
    """
    signed = strongest_of_blocks(edges, every)
    most = np.quantile(abs(signed), 0.995) or abs(signed).max()
    return signed.clip(-most, most)


def edges_figure(image: NDArray[Any], edges: NDArray[Any], name: str) -> Figure:
    """An image (H, W), black 0 and white 1, beside its edges (P, Q), around zero."""
    from convlab.figures import images

    every = reduction_factor(image.shape)
    edges_label = "edges: red positive, blue negative"
    panels = {"image": image[::every, ::every], edges_label: visible_edges(edges, every)}
    # A $ in a name would begin a formula.
    return images(
        panels, title="Edges of " + name.replace("$", r"\$"), highest=1.0, signed=[edges_label]
    )


def figures_of(record: Record) -> dict[str, Figure]:
    """Of each image, and of the book's where that was measured."""
    arrays = record.measurements.arrays
    figures = {}
    for name in (key.removeprefix("image of ") for key in arrays if key.startswith("image of ")):
        image, edges = arrays[f"image of {name}"], arrays[f"edges of {name}"]
        figures[f"edges-{name}"] = edges_figure(image, edges, name)
    if book.is_measured(record.measurements):
        figures["cost"] = _bars(record, "operations", record.finding("C310"))
        figures["storage"] = _bars(record, "stored numbers", record.finding("C310r3"))
    return figures


def _bars(record: Record, quantity: str, title: str) -> Figure:
    """A cost of each arm at the book's size."""
    from convlab.figures import bars

    arms = ("slices", "convolution", "sparse matrix", "dense matrix")
    values = {
        arm: record.measurements.get(quantity, arm=arm, size=book.BOOK).center for arm in arms
    }
    return bars(values, title=title, x=f"{quantity} for {book.BOOK} pixels, counted (log scale)")
