"""Which networks give the same logits wherever their image is shifted to?

All 72 cells of a grid, untrained: padding x how two stages halve their maps x head. They see
digits under all circular shifts by up to 4 pixels along both axes. Predicted, for circular padding
and a head that takes the average or the maximum: logits never change where nothing is halved;
where each stage halves its map they stay at multiples of 4 pixels and change at all others, a
comb; blur pooling changes them less than a stride does; adaptive polyphase sampling, which chooses
rows and columns by what the image shows there, not at all. Other paddings and a flattened head
lose what is gained, and are the controls. Weights and pixels are whole numbers, so every sum is
exact. No network is trained: for that see `consistency`.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    below,
    equal,
    exactly,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds
from convlab.train import sample
from convlab.workbench import Workbench

from ._grid import (
    AVERAGE,
    BLUR,
    CELLS,
    FLATTENED,
    MAX,
    MEAN,
    NONE,
    PADDINGS,
    POLYPHASE,
    STEP,
    STRIDE,
    Cell,
    named,
)
from ._grid_figure import of_comb, of_grid
from ._grid_quantities import GREATEST, LEAST, MEANS, SAME, STEPS, cells, mean_change, of_cells
from ._untrained_cells import SHIFTS, logits_changed

AT_STEPS = torch.tensor([not (down % STEP or right % STEP) for down, right in SHIFTS])


class Config(BaseModel):
    """How many untrained networks see how many digits."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="networks per cell, each with digits of its own")
    images: int = Field(4, ge=1, le=100, description="digits that each network sees")
    channels: int = Field(4, ge=1, le=16, description="of the first layer; then twice as many")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for cell in workbench.track("cells", CELLS):
        add_cell(measurements, cell, config, workbench)
    return measurements


def add_cell(measurements: Measurements, cell: Cell, config: Config, workbench: Workbench) -> None:
    changes, same = logits_changed(cell, workbench, **config.model_dump())
    between = changes[:, ~AT_STEPS]
    measurements.add(
        "Relative change of logits under shifts, at multiples of 4 pixels and between them",
        dict(zip(("padding", "halving", "head"), cell, strict=True)),
        {
            GREATEST: exactly(float(changes.max())),
            STEPS: exactly(float(changes[:, AT_STEPS].max())),
            LEAST: exactly(float(between.min())),
            MEANS: sample(between.mean(dim=1), "mean", "weights and data"),
            SAME: sample(same, "mean", "weights and data"),
        },
    )
    measurements.arrays[named(cell)] = changes.numpy()


HALVED = (STRIDE, MAX, AVERAGE)
OTHER_PADDINGS = cells(PADDINGS[1:], (NONE,), (MEAN,))
UNHALVED = of_cells(max, GREATEST, cells(halvings=(NONE,)), "circular, nothing halved")
SAMPLED = of_cells(max, GREATEST, cells(halvings=(POLYPHASE,)), "circular, polyphase")
STAYS = Control(
    sentence="with circular padding and nothing halved logits change under no shift",
    of=UNHALVED,
    predicted=equal(0),
)
FLAT_CHANGES = Control(
    sentence="with a flattened head logits change, whatever is halved",
    of=of_cells(min, GREATEST, cells(heads=(FLATTENED,)), "circular, flattened"),
    predicted=above(0.001),
)
STRIDES_CHANGE = Control(
    sentence="with strides, max-pooling or average pooling logits change",
    of=of_cells(min, GREATEST, cells(halvings=HALVED), "circular, halved"),
    predicted=above(0.001),
)
CLAIMS = (
    Claim(
        id="C312o2",
        source="ours",
        sentence="Circular convolutions of stride 1 and a global average or maximum give the same "
        "logits under every shift",
        of=UNHALVED,
        predicted=equal(0),
        controls=(FLAT_CHANGES, STRIDES_CHANGE),
        general=True,
        identity=True,
    ),
    Claim(
        id="C312o3",
        source="ours",
        sentence="However the image is halved twice, circular networks with a global average or "
        "maximum give the same logits under shifts by multiples of 4 pixels",
        of=of_cells(max, STEPS, cells(), "circular"),
        predicted=equal(0),
        controls=(FLAT_CHANGES, STRIDES_CHANGE),
        general=True,
        identity=True,
    ),
    Claim(
        id="C312o4",
        source="ours",
        sentence="If strides halve the image twice, logits change under every shift but multiples "
        "of 4 pixels",
        of=of_cells(min, LEAST, cells(halvings=(STRIDE,)), "circular, stride 2"),
        predicted=above(1e-6),
        controls=(STAYS,),
    ),
    Claim(
        id="C312o5",
        source="ours",
        sentence="Blur pooling lies between: before a global average, logits change less than "
        "with strides",
        of=paired(mean_change(BLUR), mean_change(STRIDE)),
        predicted=below(0),
        controls=(
            Control(
                sentence="with blur pooling logits change all the same",
                of=of_cells(min, GREATEST, cells(halvings=(BLUR,)), "circular, blur"),
                predicted=above(0.001),
            ),
        ),
    ),
    Claim(  # not where two components tie: one choice of 80 did when their sums were compared, of
        # which the first was taken; the squares of the paper tell them apart
        id="C312o6",
        source="ours",
        sentence="With adaptive polyphase sampling, circular networks with a global average or "
        "maximum give the same logits under every shift, though they halve the image",
        of=SAMPLED,
        predicted=equal(0),
        controls=(FLAT_CHANGES, STRIDES_CHANGE),
        general=True,
        identity=True,
        blind=False,
    ),
    Claim(
        id="C312o7",
        source="ours",
        sentence="Nothing halved is not enough: with zeros, reflection or no padding before a "
        "global average, logits change",
        of=of_cells(min, GREATEST, OTHER_PADDINGS, "not circular"),
        predicted=above(0.001),
        controls=(STAYS,),
    ),
)

ANSWER = Answer(
    "Those with circular padding, a global average or maximum, and nothing halved, or halved by "
    "adaptive polyphase sampling: their logits change by {none} and {polyphase} under all shifts. "
    "With strides they stay at multiples of 4 pixels alone. Between, before an average, strides "
    "change them by {stride:.0%} and blur pooling by {blur:.0%}; another padding by up to "
    "{padding:.0%} even where nothing is halved.",
    none=UNHALVED,
    polyphase=SAMPLED,
    stride=mean_change(STRIDE),
    blur=mean_change(BLUR),
    padding=of_cells(max, GREATEST, OTHER_PADDINGS, "not circular"),
)


def draw(record: Record) -> dict[str, Figure]:
    return {
        "comb": of_comb(record, record.finding("C312o4")),
        "grid": of_grid(record, record.finding("C312o6")),
    }
