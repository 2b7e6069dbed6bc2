"""Which layers move their output in the same way as their input moves?

That is the definition of translation equivariance, and more than an output that changes when the
input does. Untrained layers from images to maps see every circular shift. Predicted: a circular
convolution commutes with all of them, a local layer and an MLP, which share no weights, with none.
Then the converse: a dense layer that is averaged over all shifts becomes a circular convolution,
and of its n⁴ weights, for n x n pixels, n² are free if it is to follow every shift, which is one
kernel. A dense layer as it is, and one that need follow the shifts of rows alone, are the
controls. Weights and pixels are whole numbers, so that every sum is exact.
"""

import torch
from matplotlib.figure import Figure
from pydantic import Field
from torch import Tensor

from convlab.figures import images
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    equal,
    exactly,
    over,
)
from convlab.probes.equivariance import equivariance, invariance
from convlab.record import Record
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._dense_to_maps import averaged_over_shifts, convolution_matrix, free_weights
from ._functions_of_maps import greatest, least, of_kind, shifts_around
from ._kinds import CONVOLUTION, LOCAL, MLP, Images
from ._shift_networks import whole_numbers

LAYERS = (CONVOLUTION, LOCAL, MLP)
GREATEST, LEAST = "greatest error of moving", "least error of moving"
CHANGE = "least change of the output"
DENSE, AVERAGED = "dense layer", "averaged over all shifts"
UNLIKE, WEIGHTS, ALL = "unlike a convolution's", "weights", "all weights"
FREE, FREE_BY_ROWS, PIXELS = "free, every shift", "free, shifts of rows", "pixels"


class Config(Images):
    """How many random layers see how many random images of which size."""

    small_side: int = Field(4, ge=2, le=5, description="of the maps whose layers are counted")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for kind in LAYERS:
        add_errors(measurements, kind, config, workbench)
    add_weights(measurements, config, workbench)
    add_free_weights(measurements, config.small_side)
    return measurements


def add_errors(
    measurements: Measurements, kind: str, config: Config, workbench: Workbench
) -> None:
    shifts, cases = shifts_around(config.side), of_kind(kind, config, workbench)
    moving = torch.stack([equivariance(f, x, shifts) for f, x in cases])
    staying = torch.stack([invariance(f, x, shifts) for f, x in cases])
    measurements.add(
        "Relative errors of maps that should move with their image, over all shifts and seeds",
        {"layer": kind},
        {GREATEST: greatest(moving), LEAST: least(moving), CHANGE: least(staying)},
    )


def add_weights(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    """How many weights are unlike those of the circular convolution with the same first row."""
    layers = [dense(config.side, workbench, seed) for seed in range(config.seeds)]
    arms = {DENSE: layers, AVERAGED: [averaged_over_shifts(w, config.side) for w in layers]}
    for arm, each in arms.items():
        unlike = sum(int((w != convolution_like(w, config.side)).sum()) for w in each)
        measurements.add(
            "Weights of dense layers that differ from a convolution with the same first row",
            {"arm": arm},
            {UNLIKE: exactly(unlike), WEIGHTS: exactly(config.seeds * config.side**4)},
        )
        measurements.arrays[arm] = each[0].numpy()


def dense(side: int, workbench: Workbench, seed: int) -> Tensor:
    """Weights (S², S²) that are whole numbers, and whole as well when they are averaged."""
    weights = workbench.generator(Stream.WEIGHTS, seed)
    return side**2 * (whole_numbers((side**2, side**2), 4, weights) - 2)


def convolution_like(weights: Tensor, side: int) -> Tensor:
    return convolution_matrix(weights[0].view(side, side))


def add_free_weights(measurements: Measurements, side: int) -> None:
    numbers = {
        ALL: side**4,
        PIXELS: side**2,
        FREE: free_weights(side, [(1, 0), (0, 1)]),  # all other shifts are made of these
        FREE_BY_ROWS: free_weights(side, [(1, 0)]),
    }
    measurements.add(
        "Weights of a dense layer from maps to maps that are free if it is to follow shifts",
        {"side": side},
        {name: exactly(number) for name, number in numbers.items()},
    )


CLAIMS = (
    Claim(
        id="C330o1",
        source="ours",
        sentence="An output that changes whenever the input moves is not yet equivariant: that of "
        "an untrained MLP follows no shift",
        of=at(LEAST, layer=MLP),
        predicted=above(0.01),
        controls=(
            Control(
                sentence="the output of the MLP changes under every shift",
                of=at(CHANGE, layer=MLP),
                predicted=above(0.01),
            ),
            Control(
                sentence="a convolution follows every shift",
                of=at(GREATEST, layer=CONVOLUTION),
                predicted=equal(0),
            ),
            Control(
                sentence="a local layer, as sparse but without shared weights, follows none",
                of=at(LEAST, layer=LOCAL),
                predicted=above(0.01),
            ),
        ),
        general=True,
    ),
    Claim(
        id="C330o2",
        source="ours",
        sentence="A dense layer that is averaged over all shifts is a circular convolution",
        of=at(UNLIKE, arm=AVERAGED),
        predicted=equal(0),
        controls=(
            Control(
                sentence="before, most of its weights are not those of a convolution",
                of=over(at(UNLIKE, arm=DENSE), at(WEIGHTS, arm=DENSE)),
                predicted=above(0.5),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C330o3",
        source="ours",
        sentence="Of the linear layers from maps to maps of n x n pixels, only circular "
        "convolutions follow every shift: n² of the n⁴ weights are free",
        of=over(at(FREE), at(PIXELS)),
        predicted=equal(1),
        controls=(
            Control(
                sentence="a layer that need follow the shifts of rows alone is freer",
                of=over(at(FREE_BY_ROWS), at(PIXELS)),
                predicted=above(1.5),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "Convolutions (error {convolution}), and of the linear layers no others. Of the {all} weights "
    "of a dense layer between maps of {pixels} pixels only {free} are free if it is to follow "
    "every shift, which is one kernel; and averaged over all shifts, a dense layer is a circular "
    "convolution to the last bit. A local layer and an MLP follow no shift (errors of at least "
    "{local:.2f} and {mlp:.2f} of the map), though their outputs change under each.",
    convolution=at(GREATEST, layer=CONVOLUTION),
    all=at(ALL),
    pixels=at(PIXELS),
    free=at(FREE),
    local=at(LEAST, layer=LOCAL),
    mlp=at(LEAST, layer=MLP),
)


def draw(record: Record) -> dict[str, Figure]:
    layers = {arm: record.measurements.arrays[arm] for arm in (DENSE, AVERAGED)}
    return {"averaged": images(layers, title=record.finding("C330o2"))}
