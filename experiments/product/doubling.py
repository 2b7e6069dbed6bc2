"""If a network is exp(convolution) and fits a * b on a picture, what does it make of 2a?

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
from convlab.measure import Claim, Control, Measurements, Outcome, at, below, between, exactly
from convlab.settings import FROZEN, Seeds, Training
from convlab.streams import Data, Stream, generator
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
from ._scenes import REFERENCE, fields, product, rectangles

KEPT = (0, 10, 30, 100, 300, 600, 1000, 1500, 2000, 3000, 4000)  # steps after which to look
LAST = "at the end"
FOLLOWED = "exp 3x3 on its picture: the better the fit, the worse the product"
LAWS = "exp: log f(2a,b) f(0,b) / f(a,b)²; plain: f(2a,b) + f(0,b) - 2 f(a,b)"


class Config(BaseModel):
    """The set-up of `hadamard`."""

    model_config = FROZEN

    seeds: Seeds = Field(20, description="networks per arm")
    first: float = Field(2.0, gt=0, description="value of the first rectangle, a")
    second: float = Field(3.0, gt=0, description="value of the second rectangle, b")
    offset: float = Field(1e-4, gt=0, description="ε, added to the pixels before the log")
    training: Training = Training(steps=5000, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    scene = rectangles(REFERENCE, (config.first, config.second))
    steps = config.training.steps
    arms = {
        arm: workbench.fit(
            arm,
            build,
            Data(scene, product(scene)),
            norm,
            seeds=config.seeds,
            training=config.training,
            keep=[*(step for step in KEPT if step < steps), steps],
        )
        for arm, build in {"plain": plain, "exp 3x3": with_exp}.items()
    }
    measurements = Measurements()
    _follow(config, measurements, arms["exp 3x3"])
    _try_laws(config, measurements, arms)
    return measurements


def _forward(networks: Networks) -> Forward:
    """The networks' function in float64, so that an identity is not blurred by rounding."""
    state = {name: tensor.cpu().double() for name, tensor in networks.state.items()}
    return Networks(networks.skeleton, state, networks.losses).predict


def _follow(config: Config, measurements: Measurements, networks: Networks) -> None:
    a, b = config.first, config.second
    pictures = {x: rectangles(REFERENCE, (x, b)) for x in (a, 2 * a)}
    for step in networks.kept:
        now = networks.at(step)
        none, once, twice = (value_at(_forward(now), x, b) for x in (0, a, 2 * a))
        errors = {x: now.score(error, Data(pair, product(pair))) for x, pair in pictures.items()}
        quantities = {
            "error": errors[a],
            "error, a doubled": errors[2 * a],
            "f(2a,b) / f(a,b)": sample(twice / once),
            "f(a,b) / δ": sample(once / none),
            "f(2a,b) δ / (ab)²": sample(twice * none / (a * b) ** 2),
        }
        when = LAST if step == config.training.steps else f"{step:,}"
        measurements.add(FOLLOWED, {"steps": when}, quantities)


def _try_laws(config: Config, measurements: Measurements, arms: dict[str, Networks]) -> None:
    """The largest departure from each identity, on random fields and at any kept step."""
    pairs = fields(2, 16, 0.5, 2, generator(0, Stream.HELD_OUT)).double()
    laws = {"plain": linear_residual, "exp 3x3": exponential_residual}
    for arm, law in laws.items():
        kept = [arms[arm].at(step) for step in arms[arm].kept]
        worst = torch.stack([law(_forward(networks), pairs) for networks in kept]).amax(dim=0)
        measurements.add(LAWS, {"arm": arm}, {"largest departure": sample(worst)})
    biased = product(pairs + config.offset)
    departure = (multiplier(config.offset)(pairs) - biased).abs().max().item()
    quantities = {"largest departure from (a + ε)(b + ε)": exactly(departure)}
    measurements.add("between log and exp", {"weights": "1, 1, bias 0"}, quantities)


FITTED = Control("exp fits the picture", at("error", steps=LAST), below(0.1))

CLAIMS = (
    Claim(
        "C211",
        "S2",
        "a convolution combines channels by weights and sums only: f(2a,b) + f(0,b) = 2 f(a,b)",
        at("largest departure", arm="plain"),
        below(1e-9),
    ),
    Claim(
        "C213s",
        "S2",
        "what exp(conv) learned is an AND: with a doubled it gives (ab)² / δ, for a leak of δ",
        at("f(2a,b) δ / (ab)²", steps=LAST),
        between(0.95, 1.05),
        controls=(FITTED,),
    ),
    Claim(
        "C214",
        "S2",
        "it multiplies, since exp(a+b) = exp(a) exp(b): twice a gives twice the output",
        at("f(2a,b) / f(a,b)", steps=LAST),
        between(1.9, 2.1),
        expected=Outcome.REFUTED,
        controls=(FITTED,),
    ),
    Claim(
        "C214r",
        "S2",
        "exp(linear) obeys f(2a,b) f(0,b) = f(a,b)² at every step, so it is never a product",
        at("largest departure", arm="exp 3x3"),
        below(1e-9),
    ),
    Claim(
        "C214t",
        "S2",
        "between a log and an exp, weights of 1, 1, 0 multiply: (a + ε)(b + ε), exactly",
        at("largest departure from (a + ε)(b + ε)"),
        below(1e-12),
    ),
)


def draw(measurements: Measurements) -> dict[str, Figure]:
    rows = [row.quantities for row in measurements.rows if row.table == FOLLOWED]
    doubled = [(row["error, a doubled"].center, *row["error, a doubled"].interval) for row in rows]
    center, low, high = zip(*doubled, strict=True)
    points = [row["error"].center for row in rows], center, low, high
    return {
        "worse": figures.lines(
            {"exp 3x3, later steps further left": points},
            title="The better exp(conv) fits its picture, the worse it multiplies",
            x="error on the picture it is trained on, as a share of ‖ab‖",
            y="error with a doubled, as a share of ‖2ab‖",
            levels={"an output of zeros": 1.0},
            log_x=True,
            log_y=True,
        )
    }
