"""Names of layers and of columns, and settings, that these experiments share. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from convlab.measure import Measurements, Sample, exactly

DENSE, MASKED, SHARED = "dense", "masked dense", "shared dense"
LOCAL, CONVOLUTION = "local", "convolution"
LAYERS = (DENSE, MASKED, SHARED, LOCAL, CONVOLUTION)  # those of `twins`

Side = Annotated[int, Field(ge=7, le=32, description="of the square images, in pixels")]
Sides = Annotated[tuple[Annotated[int, Field(ge=4, le=4096)], ...], Field(min_length=2)]
Channels = Annotated[int, Field(ge=1, le=1024)]
Taps = Annotated[Literal[3, 5, 7], Field(description="height and width of the kernel")]


if TYPE_CHECKING:
    from convlab.cost import Cost

PARAMETERS, NOMINAL, EFFECTIVE = "parameters", "multiply-adds", "of real pixels"
WEIGHTS, KEPT, APART = "weights (bytes)", "kept (bytes)", "torch - formula"


def costs(spent: Cost) -> dict[str, Sample]:
    return {
        PARAMETERS: exactly(spent.parameters),
        NOMINAL: exactly(spent.multiply_adds),
        EFFECTIVE: exactly(spent.effective_multiply_adds),
        WEIGHTS: exactly(spent.weight_bytes),
        KEPT: exactly(spent.saved_bytes),
    }


def tabulate(
    measurements: Measurements,
    factor: str,
    rows: Mapping[str, Mapping[str, Sample]],
    tables: Mapping[str, Sequence[str]],
) -> None:
    """The rows in several tables, by title, each with some of the quantities."""
    for title, quantities in tables.items():
        for name, row in rows.items():
            measurements.add(title, {factor: name}, {each: row[each] for each in quantities})
