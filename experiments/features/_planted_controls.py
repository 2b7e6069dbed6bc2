"""What must come out for a claim on planted patches to mean anything. No torch."""

from functools import partial

from convlab.measure import Control, above, at, paired, within

from ._planted_names import ACCURACY, HALF, MAXIMUM, SHIFTED, WRONG

trained, untrained = partial(at, done=1.0), partial(at, done=0.0)

LABELS_TEACH = Control(
    sentence="with the labels of other images no kernel becomes as like a patch",
    of=paired(trained(SHIFTED, arm=MAXIMUM), trained(SHIFTED, arm=WRONG)),
    predicted=above(0.2),
)
CONTROLS = (
    Control(
        sentence="half the steps make the best kernel as like a patch",
        of=paired(trained(SHIFTED, arm=HALF), trained(SHIFTED, arm=MAXIMUM)),
        predicted=within(0.1, of=0),
    ),
    LABELS_TEACH,
)


def classifies(arm: str) -> Control:
    return Control(
        sentence="the network whose kernels find no patch is right on four in five new images",
        of=trained(ACCURACY, arm=arm),
        predicted=above(80),
    )
