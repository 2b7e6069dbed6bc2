"""Does a CNN learn images from few of them because neighbouring pixels belong together?

Networks learn digits from 1, 3, 10 and 30 images of each class and are tested on digits held out:
of random splits, and of other writers (they learn from the first 898 of the file). Each is trained
once more with the pixels of all images in one other order, drawn for each seed, which leaves the
same numbers in the images, but no neighbours. Predicted: that costs the CNN accuracy, and its lead
over an MLP with as many parameters. Controls: an MLP, a network without a hidden layer and a
support vector machine read pixels in no order, and are to be as good; half the steps.
"""

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Measurements,
    Outcome,
    Sample,
    above,
    below,
    exactly,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.workbench import Workbench

from ._few_controls import AS_PUBLISHED, BLIND_ARMS, HANDLES_WELL, TRAINED_ENOUGH
from ._few_images import Learner, architectures, few, mean_of
from ._few_quantities import (
    ACCURACY,
    HALF,
    IN_ORDER,
    MACHINE,
    MEAN,
    PUBLISHED,
    RANDOM,
    SHUFFLED,
    WRITERS,
    lead,
    loss_of,
    sets_that_decide,
)
from ._learning_figures import of_images
from ._reference import support_vectors_as_published

PER_CLASS = (1, 3, 10, 30)  # training images


class Config(BaseModel):
    """How many networks of which size learn for how long."""

    model_config = FROZEN

    seeds: Seeds = Field(24, description="networks per arm, split and number of images")
    channels: int = Field(8, ge=1, le=256, description="of the CNN's first convolution")
    training: Training = Training(steps=200, lr=0.02, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    learner = Learner(workbench, config.seeds, config.training)
    for split in (RANDOM, WRITERS):
        for pixels in (IN_ORDER, SHUFFLED):
            add(measurements, split, pixels, learner, config)
    steps = max(1, config.training.steps // 2)
    training = config.training.model_copy(update={"steps": steps})
    shorter = Learner(workbench, config.seeds, training)
    for name in ("cnn", "mlp"):
        arm = architectures(config.channels)[name]
        images = few(writers=False, shuffled=False)
        half = shorter.accuracies(f"{name}, half the steps", arm, images, PER_CLASS)
        measurements.add("In half the steps", {"arm": name}, {HALF: mean_of(half.values())})
    published = exactly(support_vectors_as_published())
    measurements.add("scikit-learn's example", {"arm": MACHINE}, {PUBLISHED: published})
    return measurements


def add(into: Measurements, split: str, pixels: str, learner: Learner, config: Config) -> None:
    """What each arm learns from the digits of this split, with their pixels so."""
    images = few(writers=split == WRITERS, shuffled=pixels == SHUFFLED)
    found: dict[str, dict[int, Sample]] = {}
    for name, arm in architectures(config.channels).items():
        found[name] = learner.accuracies(f"{name}, {split}, {pixels}", arm, images, PER_CLASS)
    found[MACHINE] = learner.machines(images, PER_CLASS)
    for name, accuracies in found.items():
        row = {"split": split, "pixels": pixels, "arm": name}
        title = "Mean accuracy over 1, 3, 10 and 30 training images of each class"
        into.add(title, row, {MEAN: mean_of(accuracies.values())})
        for count, accuracy in accuracies.items():
            title = "Accuracy by training images of each class"
            into.add(title, row | {"images": count}, {ACCURACY: accuracy})


# A trial with four seeds and 100 steps had shown that shuffled pixels cost the CNN about 6 points
# and the MLP none, and a CNN and an MLP about equally good from few images; a first full run, that
# on random splits neither leads for sure.
CLAIMS = (
    Claim(
        id="C001",
        source="S0",
        sentence="Convolution suits images because their pixels depend on their neighbours: a "
        "fixed order of the pixels without neighbours costs a CNN accuracy",
        of=loss_of("cnn"),
        predicted=above(0),
        blind=False,
        controls=(*BLIND_ARMS, AS_PUBLISHED),
    ),
    Claim(
        id="C001o1",
        source="ours",
        sentence="On digits of other writers as well, shuffled pixels cost a CNN accuracy",
        of=loss_of("cnn", WRITERS),
        predicted=above(0),
        controls=(*BLIND_ARMS, AS_PUBLISHED),
    ),
    Claim(
        id="C329",
        source="S3",
        sentence="That CNNs do well on images is natural, as they assume what images are like: "
        "beside an MLP with as many parameters they do better than where the pixels are shuffled",
        of=paired(lead(), lead(SHUFFLED)),
        predicted=above(0),
        blind=False,
        controls=(HANDLES_WELL, *BLIND_ARMS, TRAINED_ENOUGH),
    ),
    Claim(
        id="C329o1",
        source="ours",
        sentence="From few images a CNN is right more often than an MLP with as many parameters",
        of=lead(),
        predicted=above(0),
        # Either was expected at first, and it came to -0.7 [-2.7-1.4]. All splits share digits, so
        # that no number of seeds takes the interval below 1.96 * 2.0 * √0.25 = 2.0 points.
        expected=Outcome.UNDECIDED,
        blind=False,
        controls=(AS_PUBLISHED, TRAINED_ENOUGH),
    ),
    Claim(
        id="C329o2",
        source="ours",
        sentence="With shuffled pixels a CNN is right less often than an MLP with as many "
        "parameters",
        of=lead(SHUFFLED),
        predicted=below(0),
        blind=False,
        controls=(*BLIND_ARMS, TRAINED_ENOUGH),
    ),
    Claim(
        id="C329o3",
        source="ours",
        sentence="On digits of other writers, too, a CNN that has seen few images is right more "
        "often than an MLP with as many parameters",
        # Written with the first claims, and taken out when it came to -1.6 [-3.0 - -0.1]: it is as
        # much a result as the others, of digits that all seeds are tested on.
        of=lead(split=WRITERS),
        predicted=above(0),
        expected=None,
        controls=(AS_PUBLISHED, TRAINED_ENOUGH),
    ),
)

ANSWER = Answer(
    "Yes. Shuffled pixels cost a CNN {cnn:.1f} points of accuracy on random splits and "
    "{writers:.1f} on digits of other writers, and an MLP {mlp:.1f}. Beside an MLP with as many "
    "parameters it is {lead:+.1f} points with its pixels in order ({lead_writers:+.1f} on other "
    "writers), and {lead_shuffled:+.1f} with shuffled ones. On random splits no number of seeds "
    "would tell which of the two leads, {sets} sets of as many digits would.",
    cnn=loss_of("cnn"),
    writers=loss_of("cnn", WRITERS),
    mlp=loss_of("mlp"),
    lead=lead(),
    lead_writers=lead(split=WRITERS),
    lead_shuffled=lead(SHUFFLED),
    sets=sets_that_decide,
)


def draw(record: Record) -> dict[str, Figure]:
    return {"images": of_images(record, record.finding("C329"), PER_CLASS)}
