"""The names of what `heads` compares. No torch."""

FLAT, MAXIMUM, MEAN = "fully connected", "global maximum", "global mean"
MIDDLE = "middle place alone"
ALL, LITTLE, CANVAS = "most of the digit", "5 x 5 pixels", "canvas"
