"""Does padding keep the size of a map?

Convolutions of k x k kernels are laid one upon another, on images of every width up to a limit.
Predicted: each of them takes k - 1 rows and columns away, until after (n - 1) / (k - 1) layers, or
the whole number below it, no kernel fits; with (k - 1) / 2 zeros on every side none takes any.
A stride s is not undone: it leaves n / s, or the whole number above. To keep the size in spite of
a stride of 2, so many zeros are needed that more than half of the windows see no pixel.

`padding='same'` of Keras is computed by the rule in TensorFlow's sources, Keras itself is not run.
Predicted: at stride 1, the usual one, the size is kept; else it is n / s, rounded up, and where an
odd number of rows is added the odd one is last, so that the layer is not the one of PyTorch with
a padding on both sides. Controls: no padding, and frames of the image's own pixels. All counts for
all settings.
"""

from functools import partial

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import Answer, Claim, Measurements, Outcome, above, at, below, equal, exactly
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.workbench import Workbench

from ._border_controls import (
    KERAS_2_KEEPS_NONE,
    KERAS_FRAME_IS_SAME,
    PIXELS_DIFFER,
    SIZES_CHANGE,
    STRIDE_1_KEEPS_ALL,
    STRIDE_1_SEES_ALL,
    STRIDE_3_KEEPS_NONE,
    TORCH_TAKES_STRIDE_1,
)
from ._border_figure import of_sizes, shown_sizes
from ._border_names import (
    ACCEPTED,
    BOTH_SIDES,
    CHANGED,
    DIFFERING,
    FRAMED_WITH,
    KEPT_BY_KERAS,
    KEPT_BY_PADDING,
    OFF_KERAS,
    OFF_RULE,
    OFF_STRIDE,
    PADDED,
    SEEING,
    STRIDES,
    WITHOUT,
)
from ._border_tables import add_keras, add_stacks, add_strides, add_zeros
from ._frames import accepts_same


class Config(BaseModel):
    """How large the images are."""

    model_config = FROZEN

    side: int = Field(32, ge=8, le=128, description="of the largest image, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, sides = Measurements(), range(2, config.side + 1)
    add_stacks(measurements, sides)
    add_strides(measurements, sides)
    add_zeros(measurements, config.side, workbench)
    add_keras(measurements, sides, workbench)
    for stride in STRIDES:
        made = exactly(accepts_same(stride))
        measurements.add("nn.Conv2d of PyTorch", {"stride": stride}, {ACCEPTED: made})
    measurements.arrays |= shown_sizes(config.side)
    return measurements


identity = partial(Claim, general=True, identity=True)

CLAIMS = (
    identity(
        id="C113",
        source="S1",
        sentence="Padding keeps the feature maps from shrinking again and again by the action of "
        "the filter: of ten layers with (k - 1) / 2 zeros on every side none changes the size",
        of=at(CHANGED, arm=PADDED),
        predicted=equal(0),
        controls=(SIZES_CHANGE,),
    ),
    identity(
        id="C113s",
        source="S1",
        sentence="Padding keeps the feature maps from shrinking by the action of the stride: with "
        "(k - 1) / 2 zeros on every side a stride of 2 changes no size",
        of=at(KEPT_BY_PADDING, stride=2),
        predicted=equal(1),
        expected=Outcome.REFUTED,
        controls=(STRIDE_1_KEEPS_ALL,),
    ),
    identity(
        id="C113r",
        source="S1",
        sentence="Without padding L layers of k x k kernels take L (k - 1) rows and columns away, "
        "and no kernel fits behind (n - 1) / (k - 1) of them, rounded down",
        of=at(OFF_RULE, arm=WITHOUT),
        predicted=equal(0),
        controls=(SIZES_CHANGE,),
    ),
    identity(
        id="C113o1",
        source="ours",
        sentence="With (k - 1) / 2 zeros on every side, a stride of 3 leaves n / 3 rows of n, "
        "rounded up",
        of=at(OFF_STRIDE, stride=3),
        predicted=equal(0),
        controls=(STRIDE_3_KEEPS_NONE,),
    ),
    identity(
        id="C113o2",
        source="ours",
        sentence="Where so many zeros are added that a stride of 2 keeps the size, fewer than "
        "half of the windows of 3 x 3 pixels see a pixel of the image",
        of=at(SEEING, stride=2),
        # First predicted as at most 0.4, by a miscount; it came to 0.405, 7 of 11 along a side. A
        # window begins at every other place: (n + 3) / 2 of n see a pixel at most, 11 of 16 for 8.
        predicted=below(0.5),
        blind=False,
        controls=(STRIDE_1_SEES_ALL,),
    ),
    identity(
        id="C114",
        source="S1",
        sentence="Before the filter is applied, rows and columns of zeros are added to the sides: "
        "a padded layer gives what the kernel gives on an image framed by hand",
        of=at(DIFFERING, **{FRAMED_WITH: "zeros"}),
        predicted=equal(0),
        controls=PIXELS_DIFFER,
    ),
    identity(
        id="C116",
        source="S1",
        sentence="In Keras, padding = 'same' of conv2D() computes the padding so that the output "
        "keeps the size of the input, at its default stride of 1",
        of=at(KEPT_BY_KERAS, stride=1),
        predicted=equal(1),
        controls=(KERAS_2_KEEPS_NONE,),
    ),
    identity(
        id="C116o1",
        source="ours",
        sentence="With padding = 'same' of Keras a stride of 2 leaves n / 2 rows of n, rounded up",
        of=at(OFF_KERAS, stride=2),
        predicted=equal(0),
        controls=(KERAS_2_KEEPS_NONE,),
    ),
    Claim(
        id="C116o2",
        source="ours",
        sentence="PyTorch refuses padding = 'same' with a stride of 2",
        of=at(ACCEPTED, stride=2),
        predicted=equal(0),
        controls=(TORCH_TAKES_STRIDE_1,),
        general=True,
    ),
    identity(
        id="C116o3",
        source="ours",
        sentence="On an even side at stride 2, Keras' 'same' adds one row below and one column on "
        "the right, so that its outputs differ from those with a pixel on every side",
        of=at(DIFFERING, frame=BOTH_SIDES),
        predicted=above(1),
        controls=(KERAS_FRAME_IS_SAME,),
    ),
)

ANSWER = Answer(
    "Against the filter it does: with (k - 1) / 2 zeros on every side {changed} maps "
    "have another size, where without them each layer takes k - 1 rows and columns. Against "
    "the stride it does not: a stride of 2 keeps {kept:.0%} of the sizes, also by Keras' 'same' "
    "({keras:.0%}), and to keep them by more zeros at most {seeing:.0%} of the windows would see "
    "a pixel.",
    changed=at(CHANGED, arm=PADDED),
    kept=at(KEPT_BY_PADDING, stride=2),
    keras=at(KEPT_BY_KERAS, stride=2),
    seeing=at(SEEING, stride=2),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"sizes": of_sizes(record.measurements.arrays)}
