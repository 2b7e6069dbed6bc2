"""What the experiment on two marks measures, and quantities of several of its rows."""

from __future__ import annotations

from collections.abc import Sequence

from convlab.measure import Measurements, Quantity, Sample, exactly

ACCURACY = "accuracy (%)"
LEARN = "networks that learn it"
LEFT = "what is left of the four scores"
FARTHEST = "farthest that is learned (pixels)"
XOR, OR = "are the kinds different?", "is a mark dark?"
CHANCE, LEARNED = 50, 90  # per cent
BOUND = 75  # per cent: three of four

Cell = tuple[int, int]  # stages and distance


def reach(stages: int) -> int:
    """The largest distance of two pixels that one output sees: the receptive field, less one."""
    return 2 * stages


def greatest(name: str, cells: Sequence[Cell]) -> Quantity:
    """Of all networks in these cells."""

    def value(measurements: Measurements) -> Sample:
        each = (measurements.get(name, **factors(cell)) for cell in cells)
        return exactly(max(value for sample in each for value in sample.values))

    unit = "%" if name == ACCURACY else ""
    return Quantity(f"greatest beyond the receptive field: {name}", value, unit)


def mean_accuracy(cells: Sequence[Cell]) -> Quantity:
    """Of the networks of each seed in these cells."""

    def mean(measurements: Measurements) -> Sample:
        columns = [measurements.get(ACCURACY, **factors(cell)).values for cell in cells]
        values = [sum(seed) / len(seed) for seed in zip(*columns, strict=True)]
        return Sample(tuple(values), "mean", "weights and data")

    return Quantity("accuracy beyond the receptive field", mean, "%")


def factors(cell: Cell) -> dict[str, object]:
    stages, distance = cell
    return {"question": XOR, "stages": stages, "distance": distance}
