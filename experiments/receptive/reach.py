"""How many pixels does a unit see, and does it see most of them as layers are added?

Counted for random stacks of convolutions and pooling, with strides and dilation: by changing one
pixel at a time, to see whether the output changes, by the probe of receptive fields, and by the
formula 1 + Σ (k - 1) d Π s. Predicted: all three agree on every stack; n layers of k x k kernels
see 1 + n (k - 1) pixels along an axis; twelve of 3 x 3 see most of an image of 32 x 32 pixels; and
the fields of AlexNet and VGG-16 are those that were published. Controls: the formula without its
strides, layers that have strides, a single layer, and kernels of 1 x 1.
"""

import numpy as np
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.figures import lines
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    below,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.settings import FROZEN
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._published_fields import fields
from ._reach_names import (
    ALL,
    CONVOLUTIONS,
    DIFFER,
    HALVED,
    KERNELS,
    LAW,
    LONE,
    NO_STRIDES,
    ONE,
    PIXELS,
    PLAIN,
    POINTS,
    PROBE,
    SEEN,
    STRIDED,
    UNLIKE,
)
from ._stacks import shares, stacks_unlike, towers_unlike


class Config(BaseModel):
    """How many stacks are tried, and how deep those are whose share of an image is counted."""

    model_config = FROZEN

    stacks: int = Field(100, ge=20, le=1000, description="random stacks of layers")
    layers: int = Field(12, ge=2, le=32, description="convolutions in a row")
    side: int = Field(32, ge=8, le=64, description="of the image, in pixels")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, generator = Measurements(), workbench.generator(Stream.DATA)
    for way, unlike in stacks_unlike(config.stacks, generator).items():
        title = "Random stacks: pixels that a unit sees, beside those whose change changes it"
        found = exactly(100 * unlike / config.stacks)
        measurements.add(title, {"way": way}, {UNLIKE: found})
    for layers, unlike in towers_unlike(generator).items():
        title = "One to five layers of k x k kernels, beside 1 + n (k - 1)"
        measurements.add(title, {"layers": layers}, {KERNELS: exactly(unlike)})
    _add_published(measurements)
    for arm, seen in shares(config.layers, config.side).items():
        for number, share in {ONE: seen[0], ALL: seen[-1]}.items():
            title = "What the middle unit sees of an image"
            factors = {"arm": arm, CONVOLUTIONS: number}
            measurements.add(title, factors, {SEEN: exactly(float(share))})
        measurements.arrays[arm] = seen.numpy()
    return measurements


def _add_published(measurements: Measurements) -> None:
    known, title = list(fields()), "What a unit of a published network sees along an axis"
    for network, layer, here, published in known:
        for source, pixels in {"here": here, "Araujo et al. 2019": published}.items():
            factors = {"network": network, "layer": layer, "from": source}
            measurements.add(title, factors, {PIXELS: exactly(pixels)})
    differ = sum(here != published for _, _, here, published in known)
    measurements.add("Fields beside the published ones", {"of": "both"}, {DIFFER: exactly(differ)})


STRIDES_COUNT = Control(
    sentence="the formula without its strides is wrong of a fifth of the stacks or more",
    of=at(UNLIKE, way=NO_STRIDES),
    predicted=above(20),
)

CLAIMS = (
    Claim(
        id="C004",
        source="S0",
        sentence="As layers are added, a node can interact directly or indirectly with most of "
        "the input's pixels: twelve layers of 3 x 3 see more than half of 32 x 32",
        of=at(SEEN, arm=PLAIN, convolutions=ALL),
        predicted=above(50),
        controls=(
            Control(
                sentence="a single layer sees less than a twentieth of the image",
                of=at(SEEN, arm=PLAIN, convolutions=ONE),
                predicted=below(5),
            ),
            Control(
                sentence="kernels of 1 x 1 see a pixel, however many they are",
                of=at(SEEN, arm=POINTS, convolutions=ALL),
                predicted=below(1),
            ),
        ),
        identity=True,
    ),
    Claim(
        id="C004r",
        source="S0",
        sentence="n layers of k x k kernels at stride 1 see 1 + n (k - 1) pixels along an axis",
        of=at(KERNELS, layers=LONE),
        predicted=equal(0),
        controls=(
            Control(
                sentence="at stride 2 all stacks of two layers or more see another number",
                of=at(KERNELS, layers=STRIDED),
                predicted=above(12),
            ),
        ),
        general=True,
        identity=True,
    ),
    Claim(
        id="C004s",
        source="S0",
        sentence="A unit behind any stack of convolutions and pooling sees 1 + Σ (k - 1) d Π s "
        "pixels along an axis, from the first to the last, with strides s and dilation d",
        of=at(UNLIKE, way=LAW),
        predicted=equal(0),
        controls=(STRIDES_COUNT,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C004o6",
        source="ours",
        sentence="The probe of this lab finds the pixels whose change changes the output, and no "
        "others, gaps included",
        of=at(UNLIKE, way=PROBE),
        predicted=equal(0),
        controls=(STRIDES_COUNT,),
        general=True,
    ),
    Claim(
        id="C004o7",
        source="ours",
        sentence="From lists of their layers, units of AlexNet and VGG-16 see as many pixels as "
        "Araujo, Norris and Sim (2019) published",
        of=at(DIFFER, of="both"),
        predicted=equal(0),
        controls=(STRIDES_COUNT,),
        general=True,
        blind=False,  # the probe is tested by them
    ),
)

ANSWER = Answer(
    "As many as the layers let it, and so more with each: 1 + Σ (k - 1) d Π s pixels along an "
    "axis, right of all random stacks ({wrong:.0f} % differ). One layer of 3 × 3 sees {one:.1f} % "
    "of the image and all layers {all:.0f} %; halved after every second, they see {halved:.0f} %.",
    wrong=at(UNLIKE, way=LAW),
    one=at(SEEN, arm=PLAIN, convolutions=ONE),
    all=at(SEEN, arm=PLAIN, convolutions=ALL),
    halved=at(SEEN, arm=HALVED, convolutions=ALL),
)


def draw(record: Record) -> dict[str, Figure]:
    series = {}
    for arm in (HALVED, PLAIN, POINTS):
        seen = record.measurements.arrays[arm]
        series[arm] = np.arange(1, len(seen) + 1), seen, seen, seen
    figure = lines(
        series,
        title=record.finding("C004"),
        x="convolutions",
        y="pixels of the image that a unit sees (%)",
        levels={"most": 50},
    )
    return {"seen": figure}
