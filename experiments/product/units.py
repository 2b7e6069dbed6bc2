"""Which arithmetic unit learns to multiply so that it also multiplies larger numbers?

Units for arithmetic have products built in: NAC-mul is the post's exp between logs and weights of
-1 to 1, NALU adds a gate between a sum and that, and NMU multiplies w z + 1 - w. The task is that
of Madsen and Johansen (2020): (x1 + x2)(x1 + x2 + x3 + x4) of numbers of 1 to 2, solved where
numbers of 2 to 6 come out as if each weight were right to 1e-5. Predicted, by their table: NMU
solves it more often than NALU and NAC-mul, in few steps, where these two have hardly begun, and in
many. `units-long` trains as many networks as long as they did, 200,000 steps, and asks whether the
shares agree: Newcombe's interval of each difference contains 0 and is within 20 points. Controls:
with weights by hand each unit solves the task, and before the training none does.
"""

from math import nan

from matplotlib.figure import Figure
from pydantic import BaseModel, Field

from convlab.measure import (
    Answer,
    Claim,
    Control,
    Measurements,
    Sample,
    Varies,
    above,
    at,
    below,
    equal,
    exactly,
    paired,
)
from convlab.record import Record
from convlab.settings import FROZEN, Seeds
from convlab.workbench import Workbench

from ._unit_figures import ARRAY, as_array, draw_course
from ._unit_results import (
    BY_HAND,
    FARTHEST,
    HERE,
    LENIENT,
    OUTSIDE,
    SHARES,
    SOLVED,
    WHEN,
    add_differences,
    add_published,
    solved,
)
from ._unit_training import Course, limit_of_solved, solved_by_hand, trained

EXACT, LESS_EXACT = 1e-5, 1e-4  # how far each weight may be from 0 or 1 in a solution
BEFORE = "solved before training (share)"


class Config(BaseModel):
    """The set-up of Madsen and Johansen, with fewer steps and seeds."""

    model_config = FROZEN

    seeds: Seeds = Field(40, description="networks per unit")
    steps: int = Field(15_000, ge=1, description="of Adam, each on fresh examples")
    batch: int = Field(128, ge=1, description="examples per step and network")
    lr: float = Field(1e-3, gt=0, le=1, description="learning rate, which is constant")


def measure(config: Config, workbench: Workbench) -> Measurements:
    measurements, limit = Measurements(), limit_of_solved(EXACT)
    title = "(x1 + x2)(x1 + x2 + x3 + x4) for numbers of 2 to 6, trained on 1 to 2"
    for unit in SHARES:
        how = {"steps": config.steps, "batch": config.batch}
        course = trained(unit, config.seeds, workbench, lr=config.lr, **how)
        factors = {"unit": unit, "from": HERE, "steps": config.steps}
        measurements.add(title, factors, shares(course))
        solved_so_far = as_array(course.steps, course.shares_below(limit))
        measurements.arrays[f"{ARRAY}, {unit}"] = solved_so_far
        by_hand = exactly(solved_by_hand(unit, limit, workbench))
        factors = {"unit": unit, "from": BY_HAND, "steps": 0}
        measurements.add(title, factors, {SOLVED: by_hand})
    add_published(measurements, title)
    add_differences(measurements, config.steps)
    return measurements


def shares(course: Course) -> dict[str, Sample]:
    """How many seeds solve the task at the best look, and when those that do first did."""
    limit = limit_of_solved(EXACT)
    varies: Varies = "weights and data"
    ends = course.solved(limit)
    first = zip(course.first_below(limit), ends, strict=True)
    return {
        SOLVED: Sample(tuple(ends), "proportion", varies),
        LENIENT: Sample(tuple(course.solved(limit_of_solved(LESS_EXACT))), "proportion", varies),
        WHEN: Sample(tuple(step if end else nan for step, end in first), "median", varies),
        BEFORE: Sample(tuple(course.shares_below(limit)[0]), "proportion", varies),
    }


def controls(unit: str) -> tuple[Control, ...]:
    """The unit can solve the task, and the test does not let pass what was not trained."""
    return (
        Control(
            sentence="with weights by hand that unit solves the task",
            of=solved(unit, BY_HAND),
            predicted=equal(1),
        ),
        Control(
            sentence="before training hardly any NMU does",
            of=at(BEFORE, unit="NMU"),
            predicted=below(0.1),
        ),
    )


# Predicted by the published table, before any of these networks was trained.
CLAIMS = (
    Claim(
        id="C216o7",
        source="ours",
        sentence="An NMU learns a product more often than a NALU, so that numbers of 2 to 6 come "
        "out right after training on 1 to 2",
        of=paired(solved("NMU"), solved("NALU")),
        predicted=above(0),
        controls=controls("NALU"),
        general=True,
    ),
    Claim(
        id="C216o8",
        source="ours",
        sentence="An NMU learns a product more often than an exp behind logs, with weights of −1 "
        "to 1",
        of=paired(solved("NMU"), solved("NAC-mul")),
        predicted=above(0),
        controls=controls("NAC-mul"),
        general=True,
    ),
    Claim(
        id="C216o9",
        source="ours",
        sentence="After 200,000 steps the shares of networks that solve the task are those of "
        "Madsen and Johansen: Newcombe's intervals of the differences contain 0",
        of=OUTSIDE,
        predicted=equal(0),
        controls=controls("NALU"),
        general=True,
    ),
    Claim(
        id="C216o10",
        source="ours",
        sentence="After 200,000 steps the shares of networks that solve the task lie within 20 "
        "points of those of Madsen and Johansen, by Newcombe's intervals",
        of=FARTHEST,
        predicted=below(20),
        controls=controls("NALU"),
        general=True,
    ),
)

ANSWER = Answer(
    "NMU: {nmu:.0%} of them multiply numbers larger than any that they were trained on; of NALU "
    "{nalu:.0%} do after as many steps, and of an exp behind logs {nac:.0%}. All three could: "
    "with weights by hand each solves the task.",
    nmu=solved("NMU"),
    nalu=solved("NALU"),
    nac=solved("NAC-mul"),
)


def draw(record: Record) -> dict[str, Figure]:
    return {"solved": draw_course(record, record.finding("C216o7"))}
