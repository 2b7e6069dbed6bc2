"""If a network is exp(convolution) and fits a * b on a scene, what does it make of 2a?

Every f = exp(linear) obeys f(2a, b) f(0, b) = f(a, b)², whatever it was trained on. A product has
f(2a, b) = 2 f(a, b) and f(0, b) = 0, and only f = 0 is both. So the smaller the leak δ = f(0, b),
the better the fit and the worse the product: f(2a, b) = (ab)² / δ. The linear layer obeys
f(2a, b) + f(0, b) = 2 f(a, b); between a log and an exp, weights of 1, 1, 0 multiply up to
(a + ε)(b + ε). The identities are tried in float64 at many steps of one training.
"""

import torch
from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab import figures
from convlab.measure import (
    Claim,
    Control,
    Measurements,
    Outcome,
    Sample,
    at,
    below,
    between,
    exactly,
    number,
)
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Stream, generator
from convlab.train import Networks, norm, sample
from convlab.workbench import Workbench

from ._networks import (
    Forward,
    error,
    exponential_residual,
    linear_residual,
    multiplier,
    plain,
    value_at,
    with_exp,
)
from ._scenes import REFERENCE, examples, product, random_fields, rectangles

STEPS = (0, 10, 30, 100, 300, 600, 1000, 1500, 2000, 3000, 4000)  # after which to look
END = "at the end"
TRAINING = "exp 3x3 on its scene: the better the fit, the worse the product"


class Config(BaseModel):
    """The set-up of `hadamard`."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    first: float = Field(2.0, gt=0, description="value of the first rectangle, a")
    second: float = Field(3.0, gt=0, description="value of the second rectangle, b")
    offset: float = Field(1e-4, gt=0, description="ε, added to the pixels before the log")
    training: Training = Training(steps=5000, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    arms = _train(config, workbench)
    measurements = Measurements()
    for step in arms["exp 3x3"].kept:
        when = END if step == config.training.steps else number(step)
        quantities = _fit_and_product(config, arms["exp 3x3"].at(step))
        measurements.add(TRAINING, {"steps": when}, quantities)
    _try_laws(measurements, arms)
    _try_multiplier(config, measurements)
    return measurements


def _train(config: Config, workbench: Workbench) -> dict[str, Networks]:
    scene = rectangles(REFERENCE, (config.first, config.second))
    steps = config.training.steps
    return {
        arm: workbench.fit(
            arm,
            build,
            examples(scene),
            norm,
            seeds=config.seeds,
            training=config.training,
            keep=[*(step for step in STEPS if step < steps), steps],
        )
        for arm, build in {"plain": plain, "exp 3x3": with_exp}.items()
    }


def _fit_and_product(config: Config, networks: Networks) -> dict[str, Sample]:
    """How well the networks fit a and b, and what they make of 0 and of 2a instead of a."""
    a, b = config.first, config.second
    leak, once, twice = (value_at(_in_float64(networks), x, b) for x in (0, a, 2 * a))
    return {
        "error (share)": _error(networks, a, b),
        "error with a doubled (share)": _error(networks, 2 * a, b),
        "f(2a,b) / f(a,b)": sample(twice / once),
        "f(a,b) / δ": sample(once / leak),
        "f(2a,b) δ / (ab)²": sample(twice * leak / (a * b) ** 2),
    }


def _error(networks: Networks, first: float, second: float) -> Sample:
    return networks.score(error, examples(rectangles(REFERENCE, (first, second))))


def _in_float64(networks: Networks) -> Forward:
    """The networks' function in float64, so that an identity is not blurred by rounding."""
    state = {name: tensor.cpu().double() for name, tensor in networks.state.items()}
    return Networks(networks.skeleton, state, networks.losses).predict


def _try_laws(measurements: Measurements, arms: dict[str, Networks]) -> None:
    """The largest departure from each identity, on random fields and at any step looked at."""
    table = "exp: log f(2a,b) f(0,b) / f(a,b)²; plain: f(2a,b) + f(0,b) - 2 f(a,b)"
    laws = {"plain": linear_residual, "exp 3x3": exponential_residual}
    for arm, law in laws.items():
        forwards = (_in_float64(arms[arm].at(step)) for step in arms[arm].kept)
        worst = torch.stack([law(forward, _pairs()) for forward in forwards]).amax(dim=0)
        measurements.add(table, {"arm": arm}, {"largest departure": sample(worst)})


def _try_multiplier(config: Config, measurements: Measurements) -> None:
    """The largest departure of a layer between log and exp whose weights are set by hand."""
    biased = product(_pairs() + config.offset)
    departure = (multiplier(config.offset)(_pairs()) - biased).abs().max().item()
    measurements.add(
        "Between log and exp",
        {"arm": "weights 1, 1, bias 0"},
        {"largest departure from (a + ε)(b + ε)": exactly(departure)},
    )


def _pairs() -> torch.Tensor:
    return random_fields(2, 16, 0.5, 2, generator(0, Stream.HELD_OUT)).double()


EXP_FITS = Control(
    sentence="exp(conv) fits the scene",
    of=at("error (share)", steps=END),
    predicted=below(0.1),
)

CLAIMS = (
    Claim(
        id="C211",
        source="S2",
        sentence="A convolution combines channels by weights and sums only: "
        "f(2a,b) + f(0,b) = 2 f(a,b)",
        of=at("largest departure", arm="plain"),
        predicted=below(1e-9),
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
        of=at("largest departure", arm="exp 3x3"),
        predicted=below(1e-9),
    ),
    Claim(
        id="C214t",
        source="S2",
        sentence="Between a log and an exp, weights of 1, 1, 0 multiply: (a + ε)(b + ε), exactly",
        of=at("largest departure from (a + ε)(b + ε)"),
        predicted=below(1e-12),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    rows = [row.quantities for row in measurements.rows if row.table == TRAINING]
    doubled = [row["error with a doubled (share)"] for row in rows]
    centers = [sample.center for sample in doubled]
    low, high = zip(*(sample.interval for sample in doubled), strict=True)
    errors = [row["error (share)"].center for row in rows]
    return {
        "worse": figures.lines(
            {"exp 3x3, later steps further left": (errors, centers, low, high)},
            title="The better exp(conv) fits its scene, the worse it multiplies",
            x="error on the scene it is trained on, as a share of ‖ab‖",
            y="error with a doubled, as a share of ‖2ab‖",
            levels={"an output of zeros": 1.0},
            log_x=True,
            log_y=True,
        )
    }
