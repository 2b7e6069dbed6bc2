"""Are several blocks with an exp, one behind the other, unstable?

x → exp(g x), again and again, is the post's block on a constant image, with kernels of the sum g.
Predicted: it settles for -e ≤ g ≤ 1/e and overflows beyond 1/e, after π / √(e(g - 1/e) / 2)
blocks. Wide random layers obey the same law with weights of the variance g / 2n, and torch's own
start, g = 2/3, lies beyond it: random stacks on the post's scene overflow with depth, and are not
to be trained. With a log before each convolution they are linear in the logarithms, and as stable
as a linear network. Controls: one block alone, stacks with a ReLU or a tanh in place of the exp,
gains on either side of the threshold, and few blocks, which can be trained.
"""

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    above,
    at,
    below,
    between,
    over,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds, Training
from convlab.workbench import Workbench

from ._tower_figures import draw_survival, draw_threshold
from ._tower_quantities import (
    DEEP,
    DEPTH,
    DISTANCE_FROM_LAW,
    DISTANCE_FROM_W,
    DIVERGED,
    ERROR,
    FEWEST_MORE,
    FLOAT32,
    HALVING,
    MOST_MORE,
    OVERFLOWED,
    SWING,
    THRESHOLD,
    stacks,
)
from ._tower_study import draw_stacks, draw_wide, follow_gains, train_stacks


class Config(BaseModel):
    """How many random stacks are tried, and how long others are trained."""

    model_config = FROZEN

    seeds: Seeds = Field(100, description="random stacks per arm, width and gain")
    networks: Seeds = Field(20, description="trained networks per arm")
    training: Training = Training(steps=1000, batch=256, lr=0.01, schedule="cosine")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements = Measurements()
    follow_gains(measurements)
    draw_stacks(DEPTH, config.seeds, workbench, measurements)
    draw_wide(config.seeds, workbench, measurements)
    train_stacks(DEPTH, config.networks, config.training, workbench, measurements)
    return measurements


RARE, MOSTLY = below(0.05), above(0.5)
EXP_OVERFLOWS = Control(
    sentence="without the log most stacks overflow", of=stacks("exp"), predicted=MOSTLY
)

# Of x → exp(g x), trials had shown the threshold, the law with the counts of g = 0.37, 0.40, 0.50
# and 1, also in float64, and where g = 0.30 and 0.36 settle; the other gains are new. Of trained
# stacks those that halve 8 numbers had been seen, but none of the random and of the deep ones.
CLAIMS = (
    Claim(
        id="C215",
        source="S2",
        sentence="Several blocks with an exp can be very unstable: most random stacks of 8 "
        "blocks, 16 channels wide, overflow on the post's scene",
        of=stacks("exp"),
        predicted=MOSTLY,
        controls=(
            Control(sentence="one block hardly does", of=stacks("exp", 1), predicted=RARE),
            Control(sentence="with ReLU for exp hardly any do", of=stacks("relu"), predicted=RARE),
            Control(sentence="with tanh for exp hardly any do", of=stacks("tanh"), predicted=RARE),
        ),
    ),
    Claim(
        id="C215r",
        source="S2",
        sentence="Blocks with an exp are unstable beyond a sharp threshold: x → exp(g x) "
        "overflows from g = 1/e on, within 1 %",
        of=at(THRESHOLD, map="x → exp(g x)"),
        predicted=between(0.99, 1.01),
        controls=(
            Control(
                sentence="at g = 0.36 it does not creep upwards but has settled",
                of=at(SWING, gain=0.36),
                predicted=below(1e-12),
            ),
        ),
        general=True,
        blind=False,
    ),
    Claim(
        id="C215o1",
        source="ours",
        sentence="Beyond the threshold x → exp(g x) overflows after π / √(e(g − 1/e) / 2) blocks, "
        "to one block",
        of=DISTANCE_FROM_LAW,
        predicted=below(1),
        general=True,
        blind=False,
    ),
    Claim(
        id="C215o2",
        source="ours",
        sentence="Double precision hardly helps: x → exp(g x) overflows at most one block later "
        "in float64 than in float32",
        of=MOST_MORE,
        predicted=between(0, 1),
        controls=(
            Control(
                sentence="in float64 no gain overflows earlier",
                of=FEWEST_MORE,
                predicted=between(0, 1),
            ),
        ),
        general=True,
        blind=False,
    ),
    Claim(
        id="C215o3",
        source="ours",
        sentence="For −e ≤ g ≤ 1/e the blocks x → exp(g x) settle, at −W(−g) / g with Lambert's W",
        of=DISTANCE_FROM_W,
        predicted=below(1e-12),
        controls=(
            Control(
                sentence="below −e, at g = −3, the blocks swing between two values",
                of=at(SWING, gain=-3.0),
                predicted=above(0.1),
            ),
        ),
        general=True,
        blind=False,
    ),
    Claim(
        id="C215o4",
        source="ours",
        sentence="Wide random layers obey the law as well, with weights of the variance g / 2n: "
        "at g = 0.45, beyond 1/e, nine tenths of 20 layers overflow",
        of=at(OVERFLOWED, **{"wide gain": 0.45}),
        predicted=above(0.9),
        controls=(
            Control(
                sentence="at g = 0.30, below 1/e, a tenth of them does at most",
                of=at(OVERFLOWED, **{"wide gain": 0.30}),
                predicted=below(0.1),
            ),
        ),
    ),
    Claim(
        id="C215o5",
        source="ours",
        sentence="Blocks of log, convolution and exp are stable: hardly any random stack of 8 "
        "overflows",
        of=stacks("log-exp"),
        predicted=RARE,
        controls=(EXP_OVERFLOWS,),
    ),
    Claim(
        id="C215o6",
        source="ours",
        sentence="Most stacks of 8 blocks with an exp cannot be trained from torch's own start: "
        "they diverge",
        of=at(DIVERGED, task=DEEP, arm="exp"),
        predicted=MOSTLY,
        controls=(
            Control(
                sentence="with a log before each convolution few diverge",
                of=at(DIVERGED, task=DEEP, arm="log-exp"),
                predicted=below(0.2),
            ),
            Control(
                sentence="few stacks of 3 blocks with an exp diverge",
                of=at(DIVERGED, task=HALVING, arm="exp"),
                predicted=below(0.2),
            ),
        ),
    ),
    Claim(
        id="C215o7",
        source="ours",
        sentence="Stacks that multiply 8 numbers by 3 blocks come ten times as near with a log in "
        "each block",
        of=over(at(ERROR, task=HALVING, arm="log-exp"), at(ERROR, task=HALVING, arm="exp")),
        predicted=below(0.1),
        blind=False,
    ),
)

ANSWER = Answer(
    "Yes, beyond a sharp threshold: x → exp(g x) settles up to g = 1/e and then overflows, at "
    "g = 0.5 after {blocks:.0f} blocks. Random stacks as torch draws them lie beyond it: of "
    "those of 8 blocks {share:.0%} overflow, and {diverged:.0%} of narrower ones diverge in "
    "training. With a log before each convolution {log:.0%} overflow.",
    blocks=at(FLOAT32, gain=0.50),
    share=stacks("exp"),
    diverged=at(DIVERGED, task=DEEP, arm="exp"),
    log=stacks("log-exp"),
)


def draw(record: Record) -> dict[str, Figure]:
    return {
        "survival": draw_survival(record, record.finding("C215")),
        "threshold": draw_threshold(record, record.finding("C215r")),
    }
