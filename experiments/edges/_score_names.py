"""How `scores` reads an output as a probability. No torch."""

SCALED, CUT = "over the greatest", "cut off at 0 and 1"
LOGISTIC, FITTED = "logistic", "logistic, fitted"
