"""What `scores` compares: readings of an output as a probability, and images. No torch."""

SCALED, CUT = "over the greatest", "cut off at 0 and 1"
LOGISTIC, FITTED = "logistic", "logistic, fitted"
ONCE, TWICE = "as trained", "twice"  # the brightness of an image
OUTPUTS, SHUFFLED = "outputs", "shuffled outputs"
