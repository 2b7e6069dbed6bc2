"""What is measured of networks of more or fewer channels. No torch."""

from dataclasses import replace

from convlab.measure import Measurements, Quantity, Sample, at, over

WIDTHS = (1, 2, 4, 8, 16, 32)
LOSS, RIGHT = "loss in training", "accuracy on other digits (%)"


def least_gained(quantity: str) -> Quantity:
    """Of each seed the greatest of the ratios of a width to half of it."""

    def greatest(measurements: Measurements) -> Sample:
        ratios = [
            over(at(quantity, channels=wide), at(quantity, channels=narrow))(measurements)
            for wide, narrow in zip(WIDTHS[1:], WIDTHS, strict=False)
        ]
        by_seed = zip(*(ratio.values for ratio in ratios), strict=True)
        return replace(ratios[0], values=tuple(map(max, by_seed)))

    return Quantity(f"{quantity}: twice the channels / these, where least is gained", greatest)
