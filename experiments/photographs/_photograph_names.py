"""The settings, factors and quantities that the experiments on photographs share. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from convlab.measure import Measurements, NotMeasured, Quantity, Sample
from convlab.settings import FROZEN, Place, Seeds

GRID = 8  # a photograph is cut into 8 x 8 blocks, which are the units
HALF = 1.0  # test examples per training example, where a half of the blocks is held out
IMAGE, KIND = "image", "kind"
PHOTOGRAPH, SHUFFLED, PHASES = "photograph", "pixels shuffled", "phases shuffled"
SURROGATES = (PHASES, SHUFFLED)


class Photographed(BaseModel):
    """Whose photographs, and how often their blocks are divided."""

    model_config = FROZEN
    shortest: ClassVar[int] = 64  # pixels a side that are needed, once made smaller: blocks of 8

    photographs: Place | None = Field(
        None, description="a folder of photographs of your own; none: china and flower"
    )
    longest: int = Field(
        640, ge=160, description="pixels; a photograph twice as long is made half as large, …"
    )
    seeds: Seeds = Field(20, description="draws of a half of the blocks, and of surrogates")


def farthest(quantity: str, kind: str = PHOTOGRAPH, /, **factors: object) -> Quantity:
    """Of all images of a kind the sample with the greatest center."""
    return _chosen("greatest", max, quantity, {KIND: kind, **factors})


def nearest(quantity: str, kind: str = PHOTOGRAPH, /, **factors: object) -> Quantity:
    """Of all images of a kind the sample with the least center."""
    return _chosen("least", min, quantity, {KIND: kind, **factors})


def widest(quantity: str, kind: str = PHOTOGRAPH, /, **factors: object) -> Quantity:
    """Of all images of a kind the sample whose center is farthest from 0."""
    return _chosen("farthest from 0", _greatest_in_size, quantity, {KIND: kind, **factors})


def _chosen(
    which: str, choose: Callable[..., Sample], quantity: str, factors: dict[str, Any]
) -> Quantity:
    def found(measurements: Measurements) -> Sample:
        rows = [row for row in measurements.rows if quantity in row.quantities]
        samples = [r.quantities[quantity] for r in rows if factors.items() <= r.factors.items()]
        if not samples:
            raise NotMeasured(f"no row has {quantity!r} with {factors}")
        return choose(samples, key=_center)

    label = ", ".join([quantity, *map(str, factors.values()), which])
    return Quantity(label, found)


def _greatest_in_size(samples: Iterable[Sample], key: Callable[[Sample], float]) -> Sample:
    return max(samples, key=lambda sample: abs(key(sample)))


def _center(sample: Sample) -> float:
    return sample.center
