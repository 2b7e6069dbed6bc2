"""What each arm costs to apply a kernel to an image: counted, never carried out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from torch.utils.flop_counter import conv_flop_count, mm_flop

from convlab.filters import Kernel, output_size, taps
from convlab.measure import Sample, exactly


@dataclass(frozen=True)
class Work:
    """What one arm costs on one image: numbers that it stores, and arithmetic operations."""

    stored: int  # weights, or entries of the matrix; where they stand is not counted
    multiply_adds: int
    operations: int  # multiplications and additions


def work_by_arm(size: Sequence[int], kernel: Kernel) -> dict[str, Work]:
    """What each arm costs on an image (H, W), in closed form.

    An output that is a sum of k products takes k multiplications and k - 1 additions. k is the
    number of weights (convolution), of those that are not 0 (sparse matrix), or of pixels (dense).
    Slices add as the sparse matrix does and multiply by weights other than 1 and -1 only.
    """
    rows, columns = output_size(size, kernel)
    outputs, pixels = rows * columns, prod(size)
    places = len(kernel) * len(kernel[0])
    weights = [weight for _, weight in taps(kernel)]
    multiplied = sum(abs(weight) != 1 for weight in weights) or int(set(weights) == {-1})
    of_slices = outputs * (multiplied + len(weights) - 1)
    return {
        "slices": Work(len(weights), outputs * len(weights), of_slices),
        "convolution": Work(places, outputs * places, outputs * (2 * places - 1)),
        "sparse matrix": _product(outputs, len(weights)),
        "dense matrix": _product(outputs, pixels),
    }


def costs(size: Sequence[int], kernel: Kernel) -> dict[str, dict[str, Sample]]:
    """What each arm costs, and what torch's FLOP counter says of those that it can count."""
    flops = torch_flops(size, kernel)
    return {
        arm: {"stored numbers": exactly(work.stored), "operations": exactly(work.operations)}
        | ({"FLOPs": exactly(flops[arm])} if arm in flops else {})
        for arm, work in work_by_arm(size, kernel).items()
    }


def torch_flops(size: Sequence[int], kernel: Kernel) -> dict[str, int]:
    """What torch's FLOP counter says of the convolution and the dense matrix: 2 per multiply-add.

    Its formulas are asked: the counter itself takes a second to import, and then the same ones.
    """
    outputs, taps_ = output_size(size, kernel), (len(kernel), len(kernel[0]))
    return {
        "convolution": conv_flop_count([1, 1, *size], [1, 1, *taps_], [1, 1, *outputs]),
        "dense matrix": mm_flop((prod(outputs), prod(size)), (prod(size), 1)),
    }


def _product(outputs: int, terms: int) -> Work:
    """A matrix-vector product with so many terms per row."""
    return Work(outputs * terms, outputs * terms, outputs * (2 * terms - 1))
