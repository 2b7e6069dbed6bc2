"""Which scenes of two rectangles can one convolution multiply, and by which loss?

The post's convolution is linear, and still fits a * b exactly where the rectangles are identical,
nested or disjoint: there the product is linear in the images. Predicted: on every scene the
trained layer reaches its least-squares floor, which is 66 % of ‖ab‖ where they overlap in part and
0 elsewhere. The unsquared norm has the minimiser of its square, but a gradient that does not
vanish there, so a constant lr stays further off. Controls: the floor and the output that reaches
it are closed forms; the absolute error has another minimiser; the square loses nothing by a
constant lr.
"""

from dataclasses import replace

import numpy as np
import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Quantity,
    Sample,
    above,
    at,
    below,
    between,
    over,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.workbench import Workbench

from ._boxes import SCENES, WHERE, Overlapping, Scene
from ._drawing_losses import distances_on
from ._drawing_names import DISTANCE, FROM_BEST, OTHERS
from ._drawings_figure import of_losses
from ._scenes import examples, filled_rectangles


class Scenes(BaseModel):
    """Where both rectangles lie, scene by scene."""

    model_config = FROZEN

    overlapping: Overlapping = Field(SCENES["overlapping"], description=WHERE)
    identical: Scene = Field(SCENES["identical"], description=WHERE)
    nested: Scene = Field(SCENES["nested"], description=WHERE)
    disjoint: Scene = Field(SCENES["disjoint"], description=WHERE)


class Config(BaseModel):
    """The set-up of `hadamard`."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    scenes: Scenes = Scenes()
    first: float = Field(2.0, gt=0, description="value of the first rectangle, a")
    second: float = Field(3.0, gt=0, description="value of the second rectangle, b")
    training: Training = Training(steps=5000, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    values = config.first, config.second
    scenes = {scene: examples(filled_rectangles(boxes, values)) for scene, boxes in config.scenes}
    unit = float(torch.linalg.vector_norm(scenes["overlapping"].y))
    measurements.arrays["norm of the product, overlapping"] = np.array(unit)
    for scene, data in scenes.items():
        by_arm = distances_on(scene, data, config.seeds, config.training, workbench)
        for arm, distances in by_arm.items():
            measurements.add(
                "Distance ‖out - ab‖, as a share of ‖ab‖ when overlapping",
                {"scene": scene, "arm": arm},
                {name: _over(distance, unit) for name, distance in distances.items()},
            )
    return measurements


def _over(distance: Sample, unit: float) -> Sample:
    return replace(distance, values=tuple(value / unit for value in distance.values))


def largest_of_others(measurements: Measurements) -> Sample:
    """Of each seed the largest distance on the scenes that do not overlap in part."""
    each = [measurements.get(DISTANCE, scene=scene, arm="norm") for scene in OTHERS]
    values = np.max([sample.values for sample in each], axis=0)  # NaN where one has diverged
    return replace(each[0], values=tuple(values.tolist()))


MISSED = Control(
    sentence="where the rectangles overlap in part, more than half of the product is missed",
    of=at(DISTANCE, scene="overlapping", arm="norm"),
    predicted=above(0.5),
)
FLOOR_MET = Control(
    sentence="where the rectangles overlap in part, the layer meets its least-squares floor",
    of=over(
        at(DISTANCE, scene="overlapping", arm="norm"),
        at(DISTANCE, scene="overlapping", arm="least squares"),
    ),
    predicted=between(0.99999, 1.01),  # no layer lies below it; float32 rounds to 1e-6
)

CLAIMS = (
    Claim(
        id="C212o1",
        source="ours",
        sentence="One convolution cannot model a * b, whatever the scene of two rectangles",
        of=at(DISTANCE, scene="nested", arm="norm"),
        predicted=above(0.1),
        expected=Outcome.REFUTED,
        controls=(MISSED, FLOOR_MET),
    ),
    Claim(
        id="C212s",
        source="S2",
        sentence="One convolution models a * b wherever the rectangles do not overlap in part: "
        "where they are identical, nested or disjoint",
        of=Quantity("largest distance of the three scenes", largest_of_others, "share"),
        predicted=below(0.01),
        controls=(MISSED, FLOOR_MET),
    ),
    Claim(
        id="C217",
        source="S2",
        sentence="torch.norm(out - a * b, p=2) serves as the L2 loss: training by it ends at the "
        "least-squares layer",
        of=at(FROM_BEST, scene="overlapping", arm="norm"),
        predicted=below(0.01),
        blind=False,
        controls=(
            # With an lr that falls 1 % was left undecided, at 0.6 to 1.0: the steps end before it
            # is there. The square's gradient vanishes, so that it needs no lr that falls.
            Control(
                sentence="training by the square, at a constant lr, ends there too, within 1 %",
                of=at(FROM_BEST, scene="overlapping", arm="squared norm, constant lr"),
                predicted=below(0.01),
            ),
            Control(
                sentence="training by the absolute error ends elsewhere",
                of=at(FROM_BEST, scene="overlapping", arm="absolute error"),
                predicted=above(0.1),
            ),
        ),
    ),
    Claim(
        id="C217r",
        source="S2",
        sentence="The gradient of the unsquared norm does not vanish at a perfect fit: with a "
        "constant lr the layer stays further off than with one that falls",
        of=over(
            at(DISTANCE, scene="identical", arm="norm, constant lr"),
            at(DISTANCE, scene="identical", arm="norm"),
        ),
        predicted=above(1),  # the ledger predicts a direction; a first guess, of 10, was refuted
        blind=False,
        controls=(
            FLOOR_MET,
            Control(
                sentence="the square, whose gradient vanishes, loses nothing by a constant lr",
                of=over(
                    at(DISTANCE, scene="identical", arm="squared norm, constant lr"),
                    at(DISTANCE, scene="identical", arm="squared norm"),
                ),
                predicted=below(1),
            ),
        ),
    ),
)

ANSWER = Answer(
    "Whether one convolution can multiply two rectangles depends on where they lie. Where they "
    "overlap in part it misses {missed:.0%} of the product, the least that any convolution can; "
    "where they are identical, nested or disjoint it misses {others:.1%} at most, since there the "
    "product is linear in the images.",
    missed=at(DISTANCE, scene="overlapping", arm="norm"),
    others=Quantity("largest distance of the three scenes", largest_of_others, "share"),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"drawings": of_losses(record, record.finding("C212s"))}
