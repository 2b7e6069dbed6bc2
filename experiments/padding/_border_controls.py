"""What must come out for a claim on borders to mean anything. No torch."""

from convlab.measure import Control, above, at, equal

from ._border_names import (
    ACCEPTED,
    CHANGED,
    DIFFERING,
    FRAMED_WITH,
    KEPT_BY_KERAS,
    KEPT_BY_PADDING,
    KERAS,
    MODES,
    SEEING,
    WITHOUT,
)

SIZES_CHANGE = Control(
    sentence="without padding the sizes change",
    of=at(CHANGED, arm=WITHOUT),
    predicted=above(1),
)
STRIDE_1_KEEPS_ALL = Control(
    sentence="at stride 1 no size is changed",
    of=at(KEPT_BY_PADDING, stride=1),
    predicted=equal(1),
)
STRIDE_3_KEEPS_NONE = Control(
    sentence="at stride 3 no size is kept",
    of=at(KEPT_BY_PADDING, stride=3),
    predicted=equal(0),
)
STRIDE_1_SEES_ALL = Control(
    sentence="at stride 1 all windows see a pixel",
    of=at(SEEING, stride=1),
    predicted=equal(1),
)
PIXELS_DIFFER = tuple(
    Control(
        sentence="where the image's own pixels are added, outputs differ",
        of=at(DIFFERING, **{FRAMED_WITH: mode}),
        predicted=above(1),
    )
    for mode in MODES[1:]
)
KERAS_2_KEEPS_NONE = Control(
    sentence="at a stride of 2 no size is kept",
    of=at(KEPT_BY_KERAS, stride=2),
    predicted=equal(0),
)
TORCH_TAKES_STRIDE_1 = Control(
    sentence="PyTorch takes it with a stride of 1",
    of=at(ACCEPTED, stride=1),
    predicted=equal(1),
)
KERAS_FRAME_IS_SAME = Control(
    sentence="with a row below and a column on the right there is no difference",
    of=at(DIFFERING, frame=KERAS),
    predicted=equal(0),
)
