"""Arms and quantities of effective receptive fields, and the law that they are compared with."""

from math import sqrt

RANDOM, RELU, SKIPS, EQUAL = (
    "random weights",
    "random weights, ReLU",
    "random weights, skips",
    "equal weights",
)
ENERGY, AMPLITUDE = "energy", "amplitude"  # squared gradients, or their size
FIELDS = (*((arm, ENERGY) for arm in (RANDOM, RELU, SKIPS, EQUAL)), (EQUAL, AMPLITUDE))
DEVIATION, OVER_LAW = "deviation (pixels)", "deviation, as a share of the law's"
SHARE = "square of 95 %, as a share of the receptive field (%)"
SLOPE = "slope of the logarithms over those of the layers"
THEORY = "receptive field, 1 + 2 n"
KERNEL = 3  # pixels


def law(layers: int) -> float:
    """√(n (k² - 1) / 12): that of n boxes of k pixels, convolved with each other."""
    return sqrt(layers * (KERNEL**2 - 1) / 12)


def field(layers: int) -> int:
    """1 + n (k - 1) pixels along an axis."""
    return 1 + layers * (KERNEL - 1)
