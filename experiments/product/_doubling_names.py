"""What `doubling` measures, and when. No torch."""

STEPS = (0, 10, 30, 100, 300, 600, 1000, 1500, 2000, 3000, 4000)  # after which to look
HALFWAY, END = "half-way", "at the end"
TRAINING = "exp 3x3 on its scene: the better the fit, the worse the product"
ERROR, ERROR_DOUBLED = "error (share)", "error with a doubled (share)"
WORST, BEST = "departure of the worst network", "departure of the best network"
BY_HAND = "largest departure from (a + ε)(b + ε) (share)"
