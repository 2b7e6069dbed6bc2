"""Does a CNN vary less than an MLP with its training set, and because it has fewer parameters?

A hundred networks of each kind learn digits, each from 40 or 200 images of its own, and are
tested on one set that none has seen. The Brier score, the squared distance of the probabilities
from the right class, is the sum of a squared bias (of the mean over networks) and a variance
(about it). Beside a CNN stand MLPs with a quarter as many parameters, as many, and four times as
many. No theorem says that fewer vary less, and wide MLPs are known to vary less than narrow ones
(Neal et al. 2018). Controls: the same with all images' pixels in one other order, where a CNN has
no neighbours to look at; every network knows its own images; half the steps.
"""

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Measurements,
    Outcome,
    above,
    at,
    below,
    exactly,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN, NO_CONDITION, Training
from convlab.workbench import Workbench

from ._contenders import Architecture
from ._few_images import CLASSES, SHAPE
from ._few_quantities import IN_ORDER, SHUFFLED
from ._learning_figures import of_parts
from ._training_sets import digits_of, fit, scored
from ._variance_controls import (
    NARROW_HAS_LEARNED,
    TELLS_APART,
    TRAINED_ENOUGH,
    know_their_own,
    of_cnn_over,
    variance_of,
)
from ._variance_names import (
    BIAS,
    BRIER,
    CNN,
    FEW,
    HALF,
    MLP,
    MORE,
    NARROW,
    PARAMETERS,
    SHARES,
    TRIED,
    VARIANCE,
    WIDE,
)


class Config(BaseModel):
    """How many networks of which size learn, and for how long."""

    model_config = FROZEN

    sets: int = Field(
        100, ge=2, le=1000, description="training sets", json_schema_extra=NO_CONDITION
    )
    channels: int = Field(8, ge=1, le=256, description="of the CNN's first convolution")
    training: Training = Training(steps=300, lr=0.01, schedule="cosine")


def arms(channels: int) -> dict[str, Architecture]:
    cnn, mlp = (Architecture(name, SHAPE, CLASSES, channels) for name in ("cnn", "mlp"))
    return {CNN: cnn} | {
        arm: mlp.with_parameters(round(share * cnn.parameters)) for arm, share in SHARES.items()
    }


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    for images, pixels, names in TRIED:
        digits = digits_of(workbench, shuffled=pixels == SHUFFLED)
        for arm in names:
            architecture = arms(config.channels)[arm]
            name, size = f"{arm}, {images} images, {pixels}", (images, config.sets)
            networks = fit(workbench, name, architecture, digits, *size, config.training)
            parts, shares = scored(networks, digits, images)
            row = {"images": images, "pixels": pixels, "arm": arm}
            parts[PARAMETERS] = exactly(architecture.parameters)
            title = f"Of {config.sets} networks, each with a training set of its own"
            measurements.add(title, row, parts)
            measurements.add("Digits that are named right, and unlike most", row, shares)
    digits, steps = digits_of(workbench, shuffled=False), max(1, config.training.steps // 2)
    training = config.training.model_copy(update={"steps": steps})
    for arm in (CNN, WIDE):
        name, architecture = f"{arm}, half the steps", arms(config.channels)[arm]
        half = fit(workbench, name, architecture, digits, MORE, config.sets, training)
        parts, _ = scored(half, digits, MORE)
        measurements.add("In half the steps", {"arm": arm}, {HALF: parts[VARIANCE]})
    return measurements


# A first run of 40 images had shown that a CNN varies more than the MLPs, and is less biased.
CLAIMS = (
    Claim(
        id="C009",
        source="S0",
        sentence="With fewer parameters a CNN has a smaller variance than an MLP: from 200 "
        "images, than one of four times as many",
        of=paired(variance_of(CNN, MORE), variance_of(WIDE, MORE)),
        predicted=below(0),
        expected=None,  # theory promises nothing
        blind=False,
        controls=(*know_their_own(MORE, IN_ORDER, CNN, WIDE), TRAINED_ENOUGH, TELLS_APART),
    ),
    Claim(
        id="C009r",
        source="S0",
        sentence="Fewer parameters are why a variance is small: an MLP with a quarter of the "
        "CNN's varies less than one with four times the CNN's",
        of=paired(variance_of(NARROW), variance_of(WIDE)),
        predicted=below(0),
        expected=Outcome.REFUTED,
        blind=False,
        controls=(*know_their_own(FEW, IN_ORDER, WIDE), NARROW_HAS_LEARNED, TELLS_APART),
    ),
    Claim(
        id="C009o1",
        source="ours",
        sentence="From 40 images a CNN has a smaller variance than an MLP with as many parameters",
        of=paired(variance_of(CNN), variance_of(MLP)),
        predicted=below(0),
        controls=(*know_their_own(FEW, IN_ORDER, CNN, MLP), TELLS_APART),
        surprise="neighbours in order lower a CNN's variance, but not below that of an MLP",
    ),
    Claim(
        id="C009s",
        source="S0",
        sentence="A CNN is statistically more efficient than an MLP: from the same 200 images its "
        "Brier score is lower than that of one with four times the parameters",
        # Taken out when 30 sets left it undecided; 100 leave it so, at 0.0035 [-0.0003-0.0072].
        # About 300 would decide, in nine cases of ten. Theory promises nothing.
        of=paired(*(at(BRIER, images=MORE, pixels=IN_ORDER, arm=arm) for arm in (CNN, WIDE))),
        predicted=below(0),
        expected=None,
        blind=False,
        controls=(*know_their_own(MORE, IN_ORDER, CNN, WIDE), TELLS_APART),
    ),
    Claim(
        id="C009o2",
        source="ours",
        sentence="Where the pixels are shuffled, a CNN's variance grows beside that of an MLP "
        "with as many parameters",
        of=paired(of_cnn_over(MLP, pixels=SHUFFLED), of_cnn_over(MLP)),
        predicted=above(0),
        blind=False,
        controls=(
            *know_their_own(FEW, IN_ORDER, CNN, MLP),
            *know_their_own(FEW, SHUFFLED, CNN, MLP),
        ),
    ),
    Claim(
        id="C009o3",
        source="ours",
        sentence="From 200 images a CNN has a smaller squared bias than an MLP with as many "
        "parameters",
        of=paired(*(at(BIAS, images=MORE, pixels=IN_ORDER, arm=arm) for arm in (CNN, MLP))),
        predicted=below(0),
        blind=False,
        controls=(*know_their_own(MORE, IN_ORDER, CNN, MLP), TELLS_APART),
    ),
)

ANSWER = Answer(
    "Not on digits. From 200 images networks of a CNN vary by {cnn:.3f}, of an MLP with four "
    "times the parameters by {wide:.3f}; from 40 by {cnn_few:.3f} and {wide_few:.3f}. An MLP with "
    "a quarter of them varies by {narrow:.3f}: their number is not what makes a variance small. "
    "That the images suit it lowers the CNN's: with shuffled pixels it is {shuffled:.3f}.",
    cnn=variance_of(CNN, MORE),
    wide=variance_of(WIDE, MORE),
    cnn_few=variance_of(CNN),
    wide_few=variance_of(WIDE),
    narrow=variance_of(NARROW),
    shuffled=variance_of(CNN, pixels=SHUFFLED),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"parts": of_parts(record, (BIAS, VARIANCE), record.finding("C009r"))}
