"""Does a convolution follow a shift of its input?

Random layers and networks see images that are shifted circularly. One convolution must follow
every shift, away from the border; a layer that shares no weight and an MLP must not. With circular
padding and stride 1 a network of convolutions must follow everywhere. If the image is halved
twice, by strides or by pooling, it follows multiples of 4 pixels and nothing between: a comb. Zero
padding disturbs the border, half a kernel deep per layer. All weights and pixels are whole
numbers, so that every sum, and every zero below, is exact. No network is trained.
"""

from itertools import product

from matplotlib.figure import Figure

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    above,
    at,
    equal,
    exactly,
)
from convlab.record import Record
from convlab.workbench import Workbench

from ._shift_errors import (
    errors_and_border,
    errors_by_steps,
    errors_inside,
    errors_of_layer,
    greatest,
    least,
)
from ._shift_figure import comb
from ._shift_names import (
    BORDER,
    CIRCULAR,
    CONVOLUTION,
    DENSE,
    GREATEST,
    INSIDE,
    LEAST,
    LOCAL,
    OTHERS,
    PLAIN,
    STEP,
    STEPS,
    STRIDE,
    ZEROS,
    RandomNetworks,
)
from ._shift_networks import ARMS
from ._shift_quantities import halved, reach

PAIRS = tuple(product((CIRCULAR, ZEROS), ARMS))


class Config(RandomNetworks):
    """How many random networks of which layers see how many random images."""


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    add_layers(measurements, config, workbench)
    tracked = workbench.track("networks", PAIRS)
    results = {pair: errors_and_border(config, workbench, *pair) for pair in tracked}
    for (padding, arm), (errors, _) in results.items():
        measurements.arrays[f"{padding}, {arm}"] = errors.numpy()
        measurements.add(
            f"Relative error of {config.depth} convolutions, by the shift of their input",
            {"padding": padding, "arm": arm},
            errors_by_steps(errors),
        )
    for (padding, arm), (errors, border) in results.items():
        measurements.add(
            "The greatest of these errors, and how deep from the border they reach",
            {"padding": padding, "arm": arm},
            {GREATEST: greatest(errors), BORDER: exactly(border)},
        )
    return measurements


def add_layers(measurements: Measurements, config: Config, workbench: Workbench) -> None:
    for arm in (CONVOLUTION, LOCAL, DENSE):
        errors = errors_of_layer(config, workbench, arm)
        title = "Relative error of one layer without padding, over all shifts and seeds"
        measurements.add(title, {"layer": arm}, {GREATEST: greatest(errors), LEAST: least(errors)})
    inside = greatest(errors_inside(config, workbench))
    title = "Relative error of one zero-padded convolution, away from the border"
    measurements.add(title, {"padding": ZEROS}, {INSIDE: inside})


SHARING_MATTERS = (
    Control(
        sentence="a layer with a kernel of its own for each position follows no shift",
        of=at(LEAST, layer=LOCAL),
        predicted=above(0.01),
    ),
    Control(
        sentence="an untrained MLP follows no shift",
        of=at(LEAST, layer=DENSE),
        predicted=above(0.01),
    ),
)
FOLLOWS_ALL = Control(
    sentence="as many circular convolutions of stride 1 follow all of these shifts",
    of=at(GREATEST, padding=CIRCULAR, arm=PLAIN),
    predicted=equal(0),
)
FOLLOWS_NOT_ALL = Control(
    sentence="circular networks that halve the image twice do not follow every shift",
    of=halved(GREATEST, min),
    predicted=above(0.01),
)

CLAIMS = (
    Claim(  # the operation itself: one layer, stride 1
        id="C312",
        source="S3",
        sentence="Convolution is translation equivariant: away from the border, a layer of "
        "stride 1 follows every shift",
        of=at(INSIDE, padding=ZEROS),
        predicted=equal(0),
        controls=SHARING_MATTERS[:1],
        general=True,
        identity=True,
    ),
    Claim(
        id="C312o1",
        source="ours",
        sentence="A CNN as usually built, with zeros and strides, is translation equivariant",
        of=at(GREATEST, padding=ZEROS, arm=STRIDE),
        predicted=equal(0),
        expected=Outcome.REFUTED,
        general=True,
        controls=(FOLLOWS_ALL,),
    ),
    Claim(
        id="C312r",
        source="S3",
        sentence="With circular padding and stride 1, convolutions follow every shift exactly",
        of=at(GREATEST, padding=CIRCULAR, arm=PLAIN),
        predicted=equal(0),
        controls=(FOLLOWS_NOT_ALL,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C312r2",
        source="S3",
        sentence="If the image is halved twice, circular convolutions follow shifts by multiples "
        f"of {STEP} pixels exactly",
        of=halved(STEPS, max),
        predicted=equal(0),
        controls=(FOLLOWS_NOT_ALL,),
        general=True,
        identity=True,
    ),
    Claim(
        id="C312r3",
        source="S3",
        sentence="If the image is halved twice, circular convolutions follow no shift but "
        f"multiples of {STEP} pixels",
        of=halved(OTHERS, min),
        predicted=above(0.01),
        controls=(FOLLOWS_ALL,),
    ),
    Claim(
        id="C312r4",
        source="S3",
        sentence="Zero padding disturbs a border of half a kernel per layer, and nothing inside "
        "that border",
        of=at(BORDER, padding=ZEROS, arm=PLAIN),
        predicted=reach,
        controls=(
            Control(
                sentence="circular padding disturbs no border",
                of=at(BORDER, padding=CIRCULAR, arm=PLAIN),
                predicted=equal(0),
            ),
        ),
    ),
    Claim(
        id="C330",
        source="S3",
        sentence="Equivariance: where the input moves, the map of a convolution moves in the "
        "same way",
        of=at(GREATEST, layer=CONVOLUTION),
        predicted=equal(0),
        controls=SHARING_MATTERS,
        general=True,
        identity=True,
    ),
)

ANSWER = Answer(
    "A convolution follows a shift of its input exactly, wherever no padding is seen. An "
    "untrained MLP misses by {mlp:.1f} times the size of its map or more, and a layer that shares "
    "no weight by {local:.1f}. A whole network follows as well only if its padding is circular "
    f"and nothing is halved: halved twice, it follows multiples of {STEP} pixels alone and misses "
    "by {others:.2f} or more between; zeros disturb {border:.0f} outputs along the border.",
    mlp=at(LEAST, layer=DENSE),
    local=at(LEAST, layer=LOCAL),
    others=halved(OTHERS, min),
    border=at(BORDER, padding=ZEROS, arm=PLAIN),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"comb": comb(record, record.finding("C312r3"))}
