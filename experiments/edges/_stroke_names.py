"""The names of what `strokes` compares. No torch."""

SMALL, LARGE = 8, 28  # pixels, the side of the digits as they are, and enlarged
PLAIN, ENLARGED, DRAWN, SHUFFLED = "8 x 8", "28 x 28, enlarged", "28 x 28, drawn", "shuffled"
FITTED, NOISE = "strokes", "white noise"
MAXIMUM, MEAN_RELU, ENERGY = "maximum", "mean of ReLU", "energy"
SIDES = {5: (1.5, 3.0), 7: (2.5, 3.0)}  # pixels, of kernels, and the radii of their arcs
KERNEL_WIDTHS = 1.0, 1.5, 2.0, 2.5  # pixels, of their strokes

ON_ONES, ON_ZEROS = "straight - curved, of a 1", "straight - curved, of a 0"
WIDTH, MISMATCHES = "stroke width (pixels)", "sums that differ"
KERNELS = "a straight kernel", "a curved kernel"
FULL, SAME = "on all sides", "to keep the size"  # where zeros stand
