"""Is a max-pooled map sharper than an averaged one?

Photographs, feature maps of them behind an untrained 3 x 3 convolution and ReLU, and white noise
are pooled in windows of k x k pixels that tile them. A map is the sharper, the greater its
gradient energy, the mean square of the difference of two neighbours; beside it stand its variance
and what of that lies above half of Nyquist's frequency.

Predicted: the maximum leaves more of all three than the mean. Of white noise it is a law: a
quarter of the variance is left by the mean of four pixels and 0.4917 by their maximum. But
pooling blurs in either way: the sharpest map is every k-th pixel, not pooled at all. And the
maximum keeps what is bright: a dark line one pixel wide is gone. Controls: where the pixels of
each window are equal, both give the same map; a bright line keeps its contrast.
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
    between,
    equal,
    exactly,
    over,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._pooled import AVERAGE, MAX, NOISE
from ._sharp_figure import of_a_photograph
from ._sharp_quantities import (
    BY_LOOPS,
    GRADIENT,
    HIGH,
    SHOWN,
    SUBSAMPLED,
    UNIFORM,
    VARIANCE,
    WRONG,
    error_of_law,
    near_law,
    of_photographs,
    on_maps,
    wrong_values,
)
from ._sharpness import add_sharpness, contrast_left, wrong_windows

LEFT = "contrast that is left (share)"
LINES = {"bright": (1.0, 0.0), "dark": (0.0, 1.0)}  # of the line, and of the ground


class Config(BaseModel):
    """How much noise and how many kernels are drawn."""

    model_config = FROZEN

    seeds: Seeds = Field(10, description="draws of noise and of kernels")
    side: int = Field(768, ge=48, le=8192, description="of the noise, in pixels")
    checked: int = Field(
        24, ge=4, le=96, description="side of the image pooled by loops, in pixels"
    )


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    add_sharpness(measurements, config.side, config.seeds, workbench)
    for line, (bright, ground) in LINES.items():
        for arm in (MAX, AVERAGE):
            left = exactly(contrast_left(arm, SHOWN, bright, ground))
            title = f"A line one pixel wide, in windows of {SHOWN} x {SHOWN} pixels"
            measurements.add(title, {"line": line, "arm": arm}, {LEFT: left})
    for arm in (MAX, AVERAGE):
        for other in (MAX, AVERAGE):
            wrong = wrong_windows(arm, other, config.checked, workbench.generator(Stream.HELD_OUT))
            title = "Pooled values of whole numbers beside nested loops"
            measurements.add(title, {"arm": arm, BY_LOOPS: other}, {WRONG: exactly(wrong)})
    return measurements


SAME = Control(
    sentence="where each window holds one value, max-pooling and average pooling give one map",
    of=over(
        at(GRADIENT, image=UNIFORM, arm=MAX, k=2), at(GRADIENT, image=UNIFORM, arm=AVERAGE, k=2)
    ),
    predicted=equal(1),
)

# The constants of noise had been derived before; nothing of photographs had been seen.
CLAIMS = (
    Claim(
        id="C119",
        source="S1",
        sentence="Max-pooling returns the largest value of its window, and average pooling the "
        "mean: both are what nested loops say",
        of=Quantity("wrong values of both", wrong_values),
        predicted=equal(0),
        controls=(
            Control(
                sentence="the largest values of windows are not their means",
                of=at(WRONG, arm=MAX, **{BY_LOOPS: AVERAGE}),
                predicted=above(1),
            ),
            Control(
                sentence="the means of windows are not their largest values",
                of=at(WRONG, arm=AVERAGE, **{BY_LOOPS: MAX}),
                predicted=above(1),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C120",
        source="S1",
        sentence="Max-pooling extracts sharper features, and average pooling smoother ones: "
        "max-pooled feature maps of photographs have more gradient energy (windows of 2 x 2)",
        of=on_maps(GRADIENT, 2),
        predicted=above(1),
        controls=(SAME,),
        general=True,
    ),
    Claim(
        id="C120s",
        source="S1",
        sentence="Max-pooled photographs have more gradient energy than averaged ones",
        of=of_photographs(GRADIENT, AVERAGE, min),
        predicted=above(1),
        controls=(SAME,),
        general=True,
    ),
    Claim(
        id="C120t",
        source="S1",
        sentence="Max-pooled photographs have more variance above half of Nyquist's frequency "
        "than averaged ones",
        of=of_photographs(HIGH, AVERAGE, min),
        predicted=above(1),
        controls=(SAME,),
        general=True,
    ),
    Claim(
        id="C120r",
        source="S1",
        sentence="Of white noise the maximum of 2 x 2, 3 x 3 and 4 x 4 pixels leaves as much "
        "variance as the law of the largest of 4, 9 and 16 says, and the mean leaves 1 / k²",
        of=Quantity("variance over its law, less 1, where farthest", error_of_law, "share"),
        predicted=near_law,
        controls=(
            Control(
                sentence="every k-th pixel of noise, not pooled, leaves more than half of it",
                of=at(VARIANCE, image=NOISE, arm=SUBSAMPLED, k=2),
                predicted=lambda config: above(0.5),
            ),
        ),
    ),
    Claim(
        id="C120o1",
        source="ours",
        sentence="Max-pooling blurs as well: max-pooled photographs have less gradient energy "
        "than every k-th pixel of them",
        of=of_photographs(GRADIENT, SUBSAMPLED, max),
        predicted=below(1),
        controls=(SAME,),
        general=True,
    ),
    Claim(
        id="C120o2",
        source="ours",
        sentence="Of a dark line one pixel wide on bright ground, max-pooling leaves nothing",
        of=at(LEFT, line="dark", arm=MAX),
        predicted=equal(0),
        controls=(
            Control(
                sentence="of a bright line max-pooling leaves the whole contrast",
                of=at(LEFT, line="bright", arm=MAX),
                predicted=equal(1),
            ),
            Control(
                sentence="average pooling leaves a part of the dark line",
                of=at(LEFT, line="dark", arm=AVERAGE),
                predicted=between(0.3, 0.4),
            ),
        ),
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "Yes, of the two. On feature maps of photographs the maximum of 2 x 2 pixels leaves "
    "{maps:.1f} times the gradient energy that the mean does, on photographs at least {least:.2f} "
    "times; of white noise {noise:.0%} of the variance where the mean leaves {quarter:.0%}. But "
    "it blurs as well: every k-th pixel, not pooled, is sharper than either, and a dark line one "
    "pixel wide is lost to the maximum altogether.",
    maps=on_maps(GRADIENT, 2),
    least=of_photographs(GRADIENT, AVERAGE, min),
    noise=at(VARIANCE, image=NOISE, arm=MAX, k=2),
    quarter=at(VARIANCE, image=NOISE, arm=AVERAGE, k=2),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"sharpness": of_a_photograph(record, record.finding("C120s"))}
