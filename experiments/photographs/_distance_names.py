"""The names of what `distance` compares. No torch."""

CORRELATION, DISTANCE = "correlation", "distance (pixels)"
ONE_SIDED = "given what is near one"
BOTH_SIDED = "given what is near both"
SIZES = "of sizes of errors"
REGIONS = "of two regions"
ALONE, GAIN = "R² of a far region alone", "R² that it adds to the 24 nearest"
ECHO = "echo 32 pixels away"
PLAIN = (1, 2, 4, 8, 16, 32, 64, 100)  # pixels, along or down
BEYOND = (4, 5, 6, 8, 16, 32, 64)  # more than 3 pixels away
APART = (6, 8, 16, 32, 64)  # neighbourhoods of 5 x 5 do not overlap
FAR, FARTHEST = 32, 64  # of pixels, and of the middles of regions
