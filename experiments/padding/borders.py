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

from itertools import product

import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import lines
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    above,
    at,
    below,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.workbench import Workbench

from ._border_names import (
    ACCEPTED,
    BOTH_SIDES,
    CHANGED,
    DIFFERING,
    FRAMED_WITH,
    KEPT_BY_KERAS,
    KEPT_BY_PADDING,
    KERAS,
    LAYERS,
    MODES,
    ODD,
    OFF_KERAS,
    OFF_RULE,
    OFF_STRIDE,
    PADDED,
    SEEING,
    STRIDED,
    STRIDES,
    WITHOUT,
)
from ._border_tables import add_keras, add_stacks, add_strides, add_zeros
from ._frames import (
    accepts_same,
    sizes,
)


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
    for k, arm in product(ODD[:2], (PADDED, WITHOUT)):
        padding = k // 2 if arm == PADDED else 0
        name = f"{arm}, {k} x {k}"
        measurements.arrays[name] = np.array(sizes(config.side, k, 1, padding, LAYERS))
    measurements.arrays[STRIDED] = np.array(sizes(config.side, 3, 2, 1, LAYERS))
    return measurements


CLAIMS = (
    Claim(
        id="C113",
        source="S1",
        sentence="Padding keeps the feature maps from shrinking again and again by the action of "
        "the filter: of ten layers with (k - 1) / 2 zeros on every side none changes the size",
        of=at(CHANGED, arm=PADDED),
        predicted=equal(0),
        controls=(
            Control(
                sentence="without padding the sizes change",
                of=at(CHANGED, arm=WITHOUT),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C113s",
        source="S1",
        sentence="Padding keeps the feature maps from shrinking by the action of the stride: with "
        "(k - 1) / 2 zeros on every side a stride of 2 changes no size",
        of=at(KEPT_BY_PADDING, stride=2),
        predicted=equal(1),
        expected=Outcome.REFUTED,
        controls=(
            Control(
                sentence="at stride 1 no size is changed",
                of=at(KEPT_BY_PADDING, stride=1),
                predicted=equal(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C113r",
        source="S1",
        sentence="Without padding L layers of k x k kernels take L (k - 1) rows and columns away, "
        "and no kernel fits behind (n - 1) / (k - 1) of them, rounded down",
        of=at(OFF_RULE, arm=WITHOUT),
        predicted=equal(0),
        controls=(
            Control(
                sentence="without padding the sizes change",
                of=at(CHANGED, arm=WITHOUT),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C113o1",
        source="ours",
        sentence="With (k - 1) / 2 zeros on every side, a stride of 3 leaves n / 3 rows of n, "
        "rounded up",
        of=at(OFF_STRIDE, stride=3),
        predicted=equal(0),
        controls=(
            Control(
                sentence="at stride 3 no size is kept",
                of=at(KEPT_BY_PADDING, stride=3),
                predicted=equal(0),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C113o2",
        source="ours",
        sentence="Where so many zeros are added that a stride of 2 keeps the size, fewer than "
        "half of the windows of 3 x 3 pixels see a pixel of the image",
        of=at(SEEING, stride=2),
        predicted=below(0.5),  # ((n + 3) / 2n)² at most, 0.47 for n = 8; first miscounted as 0.4
        blind=False,
        controls=(
            Control(
                sentence="at stride 1 all windows see a pixel",
                of=at(SEEING, stride=1),
                predicted=equal(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C114",
        source="S1",
        sentence="Before the filter is applied, rows and columns of zeros are added to the sides: "
        "a padded layer gives what the kernel gives on an image framed by hand",
        of=at(DIFFERING, **{FRAMED_WITH: "zeros"}),
        predicted=equal(0),
        controls=tuple(
            Control(
                sentence="where the image's own pixels are added, outputs differ",
                of=at(DIFFERING, **{FRAMED_WITH: mode}),
                predicted=above(1),
            )
            for mode in MODES[1:]
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C116",
        source="S1",
        sentence="In Keras, padding = 'same' of conv2D() computes the padding so that the output "
        "keeps the size of the input, at its default stride of 1",
        of=at(KEPT_BY_KERAS, stride=1),
        predicted=equal(1),
        controls=(
            Control(
                sentence="at a stride of 2 no size is kept",
                of=at(KEPT_BY_KERAS, stride=2),
                predicted=equal(0),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C116o1",
        source="ours",
        sentence="With padding = 'same' of Keras a stride of 2 leaves n / 2 rows of n, rounded up",
        of=at(OFF_KERAS, stride=2),
        predicted=equal(0),
        controls=(
            Control(
                sentence="at a stride of 2 no size is kept",
                of=at(KEPT_BY_KERAS, stride=2),
                predicted=equal(0),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C116o2",
        source="ours",
        sentence="PyTorch refuses padding = 'same' with a stride of 2",
        of=at(ACCEPTED, stride=2),
        predicted=equal(0),
        controls=(
            Control(
                sentence="PyTorch takes it with a stride of 1",
                of=at(ACCEPTED, stride=1),
                predicted=equal(1),
            ),
        ),
        general=True,
    ),
    Claim(
        id="C116o3",
        source="ours",
        sentence="On an even side at stride 2, Keras' 'same' adds one row below and one column on "
        "the right, so that its outputs differ from those with a pixel on every side",
        of=at(DIFFERING, frame=BOTH_SIDES),
        predicted=above(1),
        controls=(
            Control(
                sentence="with a row below and a column on the right there is no difference",
                of=at(DIFFERING, frame=KERAS),
                predicted=equal(0),
            ),
        ),
        general=True,
        identity=True,
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
    series = {
        name: (np.arange(len(found)), found, found, found)
        for name, found in record.measurements.arrays.items()
    }
    figure = lines(
        series,
        title="Padding keeps a map from shrinking by its kernels, not by a stride",
        x="layers",
        y="side of the map (pixels; 0: no kernel fits)",
    )
    figure.axes[0].legend(fontsize=9, loc="upper right", bbox_to_anchor=(1, 0.92))
    return {"sizes": figure}
