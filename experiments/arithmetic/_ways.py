"""Names of the ways to compute what a layer computes, shared by experiments. No torch."""

DIMENSIONS = (1, 2, 3)
WRITTEN, CORRELATED = "sums written out", "scipy.signal.correlate"
FLIPPED, CONVOLVED = "scipy.signal.convolve, kernel flipped", "scipy.signal.convolve"
SYMMETRIC, ONE_AXIS = "scipy.signal.convolve, symmetric kernel", "convolve, one axis flipped"
FEWER = "sums without the last index"
ARMS = (WRITTEN, CORRELATED, FLIPPED, SYMMETRIC, CONVOLVED, ONE_AXIS, FEWER)
PRINTED, WHOLE_SUMS, MINUS = "as printed", "with the missing sums", "with g(i − p)"
ONE_LINE = "as printed, kernel 0 elsewhere"
