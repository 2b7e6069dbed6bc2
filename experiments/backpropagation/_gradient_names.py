"""Names of the ways to compute gradients, shared with the claims about them. No torch."""

ZEROS, PLAIN = "two convolutions, zeros put in", "two convolutions, no zeros"
WRONG_FLIP, DIFFERENCES = "the wrong one flipped", "finite differences"
WAYS = (ZEROS, PLAIN, WRONG_FLIP, DIFFERENCES)
