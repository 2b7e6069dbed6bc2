"""What is measured of networks of more or fewer channels."""

LOSS, RIGHT = "loss in training", "accuracy on other digits (%)"
