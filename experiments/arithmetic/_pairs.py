"""Names of the networks that convolve, each beside one that correlates. No torch."""

AROUND = "convolution, flipped start, zeros around"
SAME_START = "convolution, same start, zeros around"
ONE_SIDE = "convolution, flipped start, zeros on one side"
LATER = {  # what a figure says of them
    AROUND: "convolution from flipped kernels",
    SAME_START: "convolution from the same kernels",
    ONE_SIDE: "convolution from flipped kernels, zeros on one side only",
}
