"""What `few` measures, by name, and the differences that its claims are about."""

from convlab.measure import Quantity, at, paired

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


def lead(pixels: str = IN_ORDER, split: str = RANDOM) -> Quantity:
    return paired(mean("cnn", pixels, split), mean("mlp", pixels, split))
