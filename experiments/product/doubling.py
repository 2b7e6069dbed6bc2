"""If a network is exp(convolution) and fits a * b on a scene, what does it make of 2a?

Every f = exp(linear) obeys f(2a, b) f(0, b) = f(a, b)², whatever it was trained on. A product has
f(2a, b) = 2 f(a, b) and f(0, b) = 0, and only f = 0 is both. So the smaller the leak δ = f(0, b),
the better the fit and the worse the product: f(2a, b) = (ab)² / δ. The best fit has no leak and
infinite weights: no number of steps is enough, and more of them make the product worse. The
linear layer obeys f(2a, b) + f(0, b) = 2 f(a, b); between a log and an exp, weights of 1, 1, 0
multiply up to (a + ε)(b + ε). The laws are tried in float64 at many steps of one training.
Controls: each law on the network of the other, and the weights 1, 1, 0 without the log.
"""

from functools import partial
from math import log

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Region,
    above,
    at,
    below,
    between,
    over,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Stream
from convlab.train import Networks, norm
from convlab.workbench import Workbench

from ._boxes import REFERENCE, WHERE, Overlapping
from ._doubling_figure import of_training
from ._doubling_names import (
    BEST,
    BY_HAND,
    END,
    ERROR,
    ERROR_DOUBLED,
    HALFWAY,
    STEPS,
    TRAINING,
    WORST,
)
from ._doubling_study import fit_and_product, try_by_hand, try_laws
from ._networks import plain, with_exp
from ._scenes import examples, filled_rectangles, random_fields

ARMS = {"plain": plain, "exp 3x3": with_exp}
LOW, HIGH = 0.5, 2.0  # of the pixels on which the laws are tried


class Config(BaseModel):
    """The set-up of `hadamard`."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    rectangles: Overlapping = Field(REFERENCE, description=WHERE)
    first: float = Field(2.0, gt=0, description="value of the first rectangle, a")
    second: float = Field(3.0, gt=0, description="value of the second rectangle, b")
    offset: float = Field(1e-4, gt=0, description="ε, added to the pixels before the log")
    training: Training = Training(steps=5000, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    arms = _train(config, workbench)
    pairs = random_fields(2, 16, LOW, HIGH, workbench.generator(Stream.HELD_OUT)).double()
    measurements = Measurements()
    _follow_training(config, measurements, arms["exp 3x3"])
    try_laws(measurements, arms, pairs)
    try_by_hand(measurements, config.offset, pairs)
    return measurements


def _train(config: Config, workbench: Workbench) -> dict[str, Networks]:
    data = examples(filled_rectangles(config.rectangles, (config.first, config.second)))
    steps = config.training.steps
    keep = sorted({*(step for step in STEPS if step < steps), steps // 2, steps})
    fit = partial(workbench.fit, seeds=config.seeds, training=config.training, keep=keep)
    return {arm: fit(arm, build, data, norm) for arm, build in ARMS.items()}


def _follow_training(config: Config, measurements: Measurements, networks: Networks) -> None:
    steps, values = config.training.steps, (config.first, config.second)
    named = {steps // 2: HALFWAY, steps: END}
    for step in networks.kept:
        quantities = fit_and_product(networks.at(step), config.rectangles, values)
        measurements.add(TRAINING, {"steps": named.get(step, step)}, quantities)


def rounding_of_sums(config: Config) -> Region:
    """What float64 rounds in four outputs: of 19 terms each, the exp and its inverse included.

    Adam moves a weight by at most 3.2 lr a step ((1 - β1) / √(1 - β2)), and pixels are at most 4.
    """
    weight = 1 + 3.2 * config.training.lr * config.training.steps
    return below(4 * 24 * 2**-53 * 19 * 2 * HIGH * weight)


def rounding_of_logs(config: Config) -> Region:
    """What float64 rounds in exp(log x + log y), where each operation adds half an ulp."""
    size = max(abs(log(value + config.offset)) for value in (LOW, HIGH))
    return below(8 * 2**-53 * (1 + 2 * size))


EXP_FITS = Control(
    sentence="exp(conv) fits the scene", of=at(ERROR, steps=END), predicted=below(0.1)
)

CLAIMS = (
    Claim(
        id="C211",
        source="S2",
        sentence="A convolution combines channels by weights and sums only: "
        "f(2a,b) + f(0,b) = 2 f(a,b)",
        of=at(WORST, arm="plain", law="linear"),
        predicted=rounding_of_sums,
        identity=True,
        controls=(
            Control(
                sentence="with an exp behind it no network obeys that law",
                of=at(BEST, arm="exp 3x3", law="linear"),
                predicted=above(0.01),
            ),
        ),
    ),
    Claim(
        id="C213s",
        source="S2",
        sentence="What exp(conv) learned is an AND: with a doubled, exp(conv) gives (ab)² / δ, "
        "for a leak of δ",
        of=at("f(2a,b) δ / (ab)²", steps=END),
        predicted=between(0.95, 1.05),
        controls=(EXP_FITS,),
    ),
    Claim(
        id="C214",
        source="S2",
        sentence="exp(conv) multiplies, since exp(a+b) = exp(a) exp(b): twice a gives twice the "
        "output",
        of=at("f(2a,b) / f(a,b)", steps=END),
        predicted=between(1.9, 2.1),
        expected=Outcome.REFUTED,
        controls=(EXP_FITS,),
    ),
    Claim(
        id="C214r",
        source="S2",
        sentence="exp(linear) obeys f(2a,b) f(0,b) = f(a,b)² at every step, so exp(linear) is "
        "never a product",
        of=at(WORST, arm="exp 3x3", law="exponential"),
        predicted=rounding_of_sums,
        identity=True,
        controls=(
            Control(
                sentence="no plain layer obeys that law",
                of=at(BEST, arm="plain", law="exponential"),
                predicted=above(0.01),
            ),
        ),
    ),
    Claim(
        id="C214t",
        source="S2",
        sentence="Between a log and an exp, weights of 1, 1, 0 multiply: (a + ε)(b + ε), exactly",
        of=at(BY_HAND, arm="log, 1, 1, 0, exp"),
        predicted=rounding_of_logs,
        identity=True,
        controls=(
            Control(
                sentence="without the log the same weights do not multiply",
                of=at(BY_HAND, arm="1, 1, 0, exp"),
                predicted=above(0.5),
            ),
        ),
    ),
    Claim(
        id="C214o1",
        source="ours",
        sentence="The better exp(conv) fits its scene, the worse it multiplies: the error with a "
        "doubled grows in the second half of the training",
        of=over(
            at(ERROR_DOUBLED, steps=END),
            at(ERROR_DOUBLED, steps=HALFWAY),
        ),
        predicted=above(1),
        blind=False,
        controls=(
            Control(
                sentence="the error on the scene falls in the second half",
                of=over(at(ERROR, steps=END), at(ERROR, steps=HALFWAY)),
                predicted=below(1),
            ),
        ),
    ),
)

ANSWER = Answer(
    "exp(conv) fits its scene within {fit:.1%}, but doubling a gives {times:.0f} times the output "
    "instead of twice. It cannot do otherwise: every exp(linear) obeys f(2a,b) f(0,b) = f(a,b)², "
    "so the smaller the leak f(0,b), the better the fit and the worse the product. With a log "
    "before it, the weights 1, 1 and 0 multiply exactly.",
    fit=at(ERROR, steps=END),
    times=at("f(2a,b) / f(a,b)", steps=END),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"worse": of_training(record, record.finding("C214o1"))}
