"""What is measured of the book's image, and what must come out there for a claim. No torch."""

from __future__ import annotations

from functools import partial

from convlab.measure import (
    Control,
    Measurements,
    NotMeasured,
    Quantity,
    Sample,
    above,
    at,
    equal,
    exactly,
    over,
)

BOOK, DENSE_TENTH = "280 x 320", "dense matrix, images / 10"
SUBTRACTED = f"The largest difference in five images of {BOOK} (white is 255 grey levels)"
MINUS_LEFT = "difference from current - left (grey levels)"
LEFT_MINUS = "difference from left - current (grey levels)"


def of_book(quantity: str, /, **factors: object) -> Quantity:
    """As `at`, of what is measured where no images are given: claims are about the book's.

    Beside the images of a user it is not measured, and no claim is judged.
    """
    named = at(quantity, **factors)

    def measured(measurements: Measurements) -> Sample:
        if not is_measured(measurements):
            raise NotMeasured(f"{named} is not measured where images are given")
        return named(measurements)

    return Quantity(named.name, measured, named.unit)


def is_measured(measurements: Measurements) -> bool:
    return any(row.table == SUBTRACTED for row in measurements.rows)


def cost_of_book(quantity: str, arm: str) -> Quantity:
    return of_book(quantity, arm=arm, size=BOOK)


minus_left, left_minus = partial(of_book, MINUS_LEFT), partial(of_book, LEFT_MINUS)
operations, flops = partial(cost_of_book, "operations"), partial(cost_of_book, "FLOPs")
stored = partial(cost_of_book, "stored numbers")


def off_the_post(measurements: Measurements) -> Sample:
    """The larger difference of the two counts from those of the post."""
    convolution = operations(arm="convolution")(measurements).center
    multiply_adds = flops(arm="dense matrix")(measurements).center / 2
    off = abs(convolution - 319 * 280 * 3), abs(multiply_adds - 320 * 280 * 319 * 280)
    return exactly(max(off))


OFF_THE_POST = Quantity("difference from the post's two counts", off_the_post)
DENSE_TIMES = over(operations(arm="dense matrix"), operations(arm="convolution"))
SPARSE_TIMES = over(operations(arm="sparse matrix"), operations(arm="convolution"))
FLOP_TIMES = over(flops(arm="dense matrix"), flops(arm="convolution"))
STORED_TIMES = over(stored(arm="sparse matrix"), stored(arm="convolution"))

NEGATIVE_DIFFERS = Control(
    sentence="left minus current pixel is not the same",
    of=left_minus(arm="convolution"),
    predicted=above(1),
)
NEGATIVE_AGREES = Control(
    sentence="a true convolution gives an edge image of the other sign",
    of=left_minus(arm="true convolution"),
    predicted=equal(0),
)
DENSE_AGREES = Control(
    sentence="a dense matrix finds the same edges, in images of a tenth of the side",
    of=minus_left(arm=DENSE_TENTH),
    predicted=equal(0),
)
TORCH_AGREES = Control(
    sentence="torch counts 357,280 FLOPs of the convolution, two per multiply-add",
    of=flops(arm="convolution"),
    predicted=equal(357_280),
)
DENSE_ENTRIES = Control(
    sentence="the dense matrix has 8 billion entries",
    of=stored(arm="dense matrix"),
    predicted=equal(8_003_072_000),
)
SLICES_AGREE = Control(
    sentence="slices give current minus left pixel",
    of=minus_left(arm="slices"),
    predicted=equal(0),
)
SPARSE_AGREES = Control(
    sentence="the sparse matrix gives current minus left pixel",
    of=minus_left(arm="sparse matrix"),
    predicted=equal(0),
)
