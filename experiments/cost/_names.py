"""Names of arms and of quantities, and settings, that these experiments share. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from convlab.measure import Measurements, Sample

DENSE, MASKED, SHARED = "dense", "masked dense", "shared dense"
LOCAL, CONVOLUTION = "local", "convolution"
LAYERS = (DENSE, MASKED, SHARED, LOCAL, CONVOLUTION)  # those of `_five_layers`
OTHER = "dense, other weights"
PERCEPTRON, CNN = "perceptron", "CNN"  # those of `_two_networks`

Side = Annotated[int, Field(ge=7, le=32, description="of the square images, in pixels")]


def _different(sides: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(sides)) < len(sides):
        raise ValueError(f"{list(sides)} names a side twice; name each once")
    return sides


Sides = Annotated[
    tuple[Annotated[int, Field(ge=4, le=4096)], ...],
    Field(min_length=2),
    AfterValidator(_different),
]
Channels = Annotated[int, Field(ge=1, le=1024)]
KernelWidth = Annotated[Literal[3, 5, 7], Field(description="height and width of the kernel")]

PARAMETERS, WEIGHTS = "parameters", "weights (bytes)"
BACKWARD = "kept for backward (bytes)"  # what a layer and a ReLU keep for it
MULTIPLY_ADDS = "multiply-adds"  # per image, those with the zeros around it included
EFFECTIVE = "effective multiply-adds"  # of these, the ones that meet a real pixel
APART = "multiply-adds, torch − formula"
OUTPUTS = "output difference"  # the largest, from the convolution
INPUTS, POSITIONS = "inputs per output", "positions"


def tabulate(
    measurements: Measurements,
    arms: Mapping[str, Mapping[str, Sample]],
    tables: Mapping[str, Sequence[str]],
) -> None:
    """Add the quantities of the arms as several tables, by title, each with some of them."""
    for title, names in tables.items():
        for arm, quantities in arms.items():
            measurements.add(title, {"arm": arm}, {name: quantities[name] for name in names})
