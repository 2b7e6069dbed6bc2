"""Does padding strengthen what lies in the corners of an image?

A 3 x 3 kernel reads a pixel of the interior 9 times, one at the edge 3 times and one in the corner
once. With a frame of zeros one pixel wide, the padding that keeps the size, it reads them 9, 6 and
4 times, with the full one of two pixels 9 times each. How strong a feature becomes is measured as
the sum, over all outputs, of the absolute weights by which they read its pixel, for kernels of
drawn whole numbers.

Predicted: beside no padding, as the post has it, padding strengthens the corner and the edge;
beside the interior they stay weaker, and the more so the deeper the network. And what a border
output sees is in part zeros: a mean of 3 x 3 pixels makes 4/9 of a constant image in the corner.
Controls: padding adds nothing to the interior, with full padding no place is weaker, and what
repeats, mirrors or wraps the image keeps the mean. All is exact and counts for all settings.
"""

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Quantity,
    above,
    at,
    below,
    equal,
    over,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._visit_figure import of_counts
from ._visit_quantities import (
    CORNER,
    DEPTHS,
    FULL,
    INTERIOR,
    LEAST,
    MEAN_OF_ONES,
    MOST,
    OF_INTERIOR,
    PADDED,
    PATHS_LEFT,
    READ,
    SAME,
    WITHOUT,
    distance_from_ones,
    distance_of_means,
    distance_of_visits,
    distance_of_walks,
    least_gain,
    most_at_border,
)
from ._visit_tables import add_means, add_paths, add_visits, add_weights
from ._visits import signed_kernels


class Config(BaseModel):
    """How large the image is, and how many kernels are drawn."""

    model_config = FROZEN

    side: int = Field(17, ge=9, le=128, description="of the image, in pixels")
    kernels: int = Field(200, ge=1, le=10_000, description="of whole numbers, drawn")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    add_visits(measurements, config.side)
    kernels = signed_kernels(config.kernels, workbench.generator(Stream.WEIGHTS))
    add_weights(measurements, kernels, config.side)
    add_paths(measurements, config.side)
    add_means(measurements, config.side)
    return measurements


CLAIMS = (
    Claim(
        id="C115",
        source="S1",
        sentence="Padding increases the number of convolutions around the corners, and so "
        "strengthens the features there: outputs read corner and edge with more weight than "
        "without padding",
        of=Quantity("weights at corner and edge, with padding over without, least", least_gain),
        predicted=above(1),
        controls=(
            Control(
                sentence="padding adds nothing to the interior",
                of=at(LEAST, padding=SAME, place=INTERIOR),
                predicted=equal(1),
            ),
            Control(
                sentence="without padding one output reads the corner, and with it four do",
                of=over(
                    at(READ, padding=SAME, place=CORNER), at(READ, padding=WITHOUT, place=CORNER)
                ),
                predicted=equal(4),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C115r",
        source="S1",
        sentence="A 3 x 3 kernel reads corner, edge and interior 1, 3 and 9 times without "
        "padding, 4, 6 and 9 times where padding keeps the size, 9 times each where it is full",
        of=Quantity("largest distance of a count", distance_of_visits),
        predicted=equal(0),
        controls=(
            Control(
                sentence="full padding reads the corner more often than the padding that keeps "
                "the size",
                of=paired(
                    at(READ, padding=FULL, place=CORNER), at(READ, padding=SAME, place=CORNER)
                ),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C115o6",
        source="ours",
        sentence="Where padding keeps the size, corner and edge are still read with less weight "
        "than the interior",
        of=Quantity("weights at corner and edge over the interior's, most", most_at_border),
        predicted=below(1),
        controls=(
            Control(
                sentence="with full padding the corner is read with the weight of the interior",
                of=at(MOST, padding=FULL, place=CORNER),
                predicted=equal(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C115o7",
        source="ours",
        sentence="A mean of 3 x 3 pixels with zeros around makes 4/9 of an image of ones in the "
        "corner, and 6/9 at the edge",
        of=Quantity("largest distance from 4/9 and 6/9", distance_of_means),
        predicted=equal(0),
        controls=(
            Control(
                sentence="where the image is mirrored, repeated or wrapped, the mean is 1",
                of=Quantity("largest distance from 1", distance_from_ones),
                predicted=equal(0),
            ),
            Control(
                sentence="in the interior the mean is 1",
                of=at(MEAN_OF_ONES, **{PADDED: "zeros", "place": INTERIOR}),
                predicted=equal(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C115o8",
        source="ours",
        sentence="The deeper a network that keeps the size, the fewer paths to outputs start in "
        "the corner: (2/3)², (5/9)², (13/27)² and (35/81)² of the interior's for 1 to 4 layers",
        of=Quantity("largest distance from the squared share of walks", distance_of_walks),
        predicted=equal(0),
        controls=(
            Control(
                sentence="without the border's zeros, in a middle pixel, no path is lost",
                of=at(PATHS_LEFT, layers=max(DEPTHS)),
                predicted=equal(1),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "Beside no padding, yes: {same:.0f} outputs of a 3 x 3 kernel read the corner instead of "
    "{without:.0f}. Beside the interior, which {interior:.0f} read, it stays weak, and the weaker "
    "the deeper the network: after four layers it has {deep:.0%} of the interior's paths. And "
    "what is added is zeros: a mean over an image of ones is {mean:.2f} in the corner.",
    same=at(READ, padding=SAME, place=CORNER),
    without=at(READ, padding=WITHOUT, place=CORNER),
    interior=at(READ, padding=SAME, place=INTERIOR),
    deep=at(OF_INTERIOR, layers=max(DEPTHS)),
    mean=at(MEAN_OF_ONES, **{PADDED: "zeros", "place": CORNER}),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"visits": of_counts(record.measurements.arrays, record.finding("C115o6"))}
