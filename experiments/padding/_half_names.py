"""What is measured of networks that tell which half of an image a digit is in. No torch."""

from typing import Literal

Padding = Literal["circular", "zeros"]
ACCURACY, DIFFERENCE = "accuracy (%)", "difference of a pair's logits"
