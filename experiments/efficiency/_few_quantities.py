"""What `few` measures, by name, and the differences that its claims are about."""

from dataclasses import replace
from math import ceil, inf
from statistics import fmean, stdev

from convlab.measure import Measurements, Quantity, Sample, at, exactly, paired

RANDOM, WRITERS = "random", "other writers"
IN_ORDER, SHUFFLED = "in order", "shuffled"
MEAN, ACCURACY, HALF = "mean accuracy (%)", "accuracy (%)", "mean accuracy, half the steps (%)"
PUBLISHED = "accuracy as published (%)"
MACHINE = "support vectors"


def mean(arm: str, pixels: str = IN_ORDER, split: str = RANDOM) -> Quantity:
    return at(MEAN, split=split, pixels=pixels, arm=arm)


def loss_of(arm: str, split: str = RANDOM) -> Quantity:
    """What shuffled pixels cost."""
    return paired(mean(arm, IN_ORDER, split), mean(arm, SHUFFLED, split))


def loss_of_blind(arm: str) -> Quantity:
    """The same of what reads pixels in no order: 0 on average on every split.

    First weights are as likely in either order, so that splits that share images do not make two
    seeds alike: the interval is that of independent seeds.
    """
    found = loss_of(arm)
    return replace(found, of=lambda measurements: replace(found(measurements), overlap=0.0))


def lead(pixels: str = IN_ORDER, split: str = RANDOM) -> Quantity:
    return paired(mean("cnn", pixels, split), mean("mlp", pixels, split))


def sets_that_decide(measurements: Measurements) -> Sample:
    """How many sets of digits, with nothing in common, would tell the sign of the lead found.

    Any number of splits of one set leaves the 95 % interval of width 2 * 1.96 * s * √overlap.
    """
    values = lead()(measurements).values
    mean = fmean(values)
    return exactly(ceil((1.96 * stdev(values) / mean) ** 2) if mean and len(values) > 1 else inf)
