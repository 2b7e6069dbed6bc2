"""If a network is exp(convolution) and fits a * b on a scene, what does it make of 2a?

Every f = exp(linear) obeys f(2a, b) f(0, b) = f(a, b)², whatever it was trained on. A product has
f(2a, b) = 2 f(a, b) and f(0, b) = 0, and only f = 0 is both. So the smaller the leak δ = f(0, b),
the better the fit and the worse the product: f(2a, b) = (ab)² / δ. The best fit has no leak and
infinite weights: no number of steps is enough, and more of them make the product worse. The
linear layer obeys f(2a, b) + f(0, b) = 2 f(a, b); between a log and an exp, weights of 1, 1, 0
multiply up to (a + ε)(b + ε). The laws are tried in float64 at many steps of one training.
Controls: each law on the network of the other, and the weights 1, 1, 0 without the log.
"""

from math import log

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field
from torch import Tensor

from convlab import figures
from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Outcome,
    Region,
    Sample,
    above,
    at,
    below,
    between,
    exactly,
    over,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Stream
from convlab.train import Networks, norm, sample
from convlab.workbench import Workbench

from ._boxes import REFERENCE, WHERE, Overlapping
from ._networks import (
    Forward,
    by_hand,
    error,
    exponential_residual,
    linear_residual,
    plain,
    value_at,
    with_exp,
    with_log_and_exp,
)
from ._scenes import examples, filled_rectangles, product, random_fields

STEPS = (0, 10, 30, 100, 300, 600, 1000, 1500, 2000, 3000, 4000)  # after which to look
HALFWAY, END = "half-way", "at the end"
TRAINING = "exp 3x3 on its scene: the better the fit, the worse the product"
LAWS = {"linear": linear_residual, "exponential": exponential_residual}
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
    _try_laws(measurements, arms, pairs)
    _try_by_hand(config, measurements, pairs)
    return measurements


def _train(config: Config, workbench: Workbench) -> dict[str, Networks]:
    scene = filled_rectangles(config.rectangles, (config.first, config.second))
    steps = config.training.steps
    return {
        arm: workbench.fit(
            arm,
            build,
            examples(scene),
            norm,
            seeds=config.seeds,
            training=config.training,
            keep=sorted({*(step for step in STEPS if step < steps), steps // 2, steps}),
        )
        for arm, build in {"plain": plain, "exp 3x3": with_exp}.items()
    }


def _follow_training(config: Config, measurements: Measurements, networks: Networks) -> None:
    steps = config.training.steps
    named = {steps // 2: HALFWAY, steps: END}
    for step in networks.kept:
        quantities = _fit_and_product(config, networks.at(step))
        measurements.add(TRAINING, {"steps": named.get(step, step)}, quantities)


def _fit_and_product(config: Config, networks: Networks) -> dict[str, Sample]:
    """How well the networks fit a and b, and what they make of 0 and of 2a instead of a."""
    a, b = config.first, config.second
    leak, once, twice = (value_at(_in_float64(networks), x, b) for x in (0, a, 2 * a))
    return {
        "error (share)": _error(config, networks, a, b),
        "error with a doubled (share)": _error(config, networks, 2 * a, b),
        "f(2a,b) / f(a,b)": sample(twice / once, varies=networks.varies),
        "f(a,b) / δ": sample(once / leak, varies=networks.varies),
        "f(2a,b) δ / (ab)²": sample(twice * leak / (a * b) ** 2, varies=networks.varies),
    }


def _error(config: Config, networks: Networks, first: float, second: float) -> Sample:
    return networks.score(error, examples(filled_rectangles(config.rectangles, (first, second))))


def _in_float64(networks: Networks) -> Forward:
    """The networks' function in float64, so that an identity is not blurred by rounding."""
    state = {name: tensor.cpu().double() for name, tensor in networks.state.items()}
    return Networks(networks.skeleton, state, networks.losses).predict


def _try_laws(measurements: Measurements, arms: dict[str, Networks], pairs: Tensor) -> None:
    """How far each network departs from each law, at the worst of the steps and pixels."""
    table = (
        "linear: f(2a,b) + f(0,b) - 2 f(a,b); exponential: f(2a,b) f(0,b) - f(a,b)², as a share"
    )
    for arm, networks in arms.items():
        forwards = [_in_float64(networks.at(step)) for step in networks.kept]
        for name, law in LAWS.items():
            worst = torch.stack([law(forward, pairs) for forward in forwards]).amax(dim=0)
            departures = {
                "departure of the worst network": exactly(float(worst.max())),
                "departure of the best network": exactly(float(worst.min())),
            }
            measurements.add(table, {"arm": arm, "law": name}, departures)


def _try_by_hand(config: Config, measurements: Measurements, pairs: Tensor) -> None:
    """The largest departure from a product of layers whose weights are set by hand."""
    biased = product(pairs + config.offset)
    arms = {"log, 1, 1, 0, exp": with_log_and_exp(config.offset, 1), "1, 1, 0, exp": with_exp(1)}
    for arm, network in arms.items():
        departure = (by_hand(network)(pairs) / biased - 1).abs().max().item()
        measurements.add(
            "Weights 1 and 1 and a bias of 0, set by hand",
            {"arm": arm},
            {"largest departure from (a + ε)(b + ε) (share)": exactly(departure)},
        )


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
    sentence="exp(conv) fits the scene",
    of=at("error (share)", steps=END),
    predicted=below(0.1),
)
BY_HAND = "largest departure from (a + ε)(b + ε) (share)"

CLAIMS = (
    Claim(
        id="C211",
        source="S2",
        sentence="A convolution combines channels by weights and sums only: "
        "f(2a,b) + f(0,b) = 2 f(a,b)",
        of=at("departure of the worst network", arm="plain", law="linear"),
        predicted=rounding_of_sums,
        identity=True,
        controls=(
            Control(
                sentence="with an exp behind it no network obeys that law",
                of=at("departure of the best network", arm="exp 3x3", law="linear"),
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
        of=at("departure of the worst network", arm="exp 3x3", law="exponential"),
        predicted=rounding_of_sums,
        identity=True,
        controls=(
            Control(
                sentence="no plain layer obeys that law",
                of=at("departure of the best network", arm="plain", law="exponential"),
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
            at("error with a doubled (share)", steps=END),
            at("error with a doubled (share)", steps=HALFWAY),
        ),
        predicted=above(1),
        blind=False,
        controls=(
            Control(
                sentence="the error on the scene falls in the second half",
                of=over(at("error (share)", steps=END), at("error (share)", steps=HALFWAY)),
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
    fit=at("error (share)", steps=END),
    times=at("f(2a,b) / f(a,b)", steps=END),
)


def draw(record: Record) -> dict[str, Figure]:
    rows = [row.quantities for row in record.measurements.rows if row.table == TRAINING]
    doubled = [row["error with a doubled (share)"] for row in rows]
    centers = [sample.center for sample in doubled]
    low, high = zip(*(sample.interval for sample in doubled), strict=True)
    errors = [row["error (share)"].center for row in rows]
    return {
        "worse": figures.lines(
            {"exp 3x3, later steps further left": (errors, centers, low, high)},
            title=record.finding("C214o1"),
            x="error on the scene it is trained on, as a share of ‖ab‖ (median of the seeds)",
            y="error with a doubled, as a share of ‖2ab‖\n(median, bars: its 95 % interval)",
            levels={"an output of zeros": 1.0},
            log_x=True,
            log_y=True,
        )
    }
