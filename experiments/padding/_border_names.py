"""The names of what is measured of sizes, strides and frames; no torch."""

ODD, EVERY = (3, 5, 7), range(1, 8)  # widths of kernels
STRIDES = (1, 2, 3)
LAYERS = 10
MODES = ("zeros", "reflect", "replicate", "circular")
PADDED, WITHOUT = "padded by (k - 1) / 2", "without padding"
CHANGED, OFF_RULE = "maps of another size", "sizes off the rule"
SEEING = "windows that see a pixel, at most (share)"
DIFFERING, ACCEPTED = "outputs that differ", "layers made with padding='same'"
KEPT_BY_PADDING, KEPT_BY_KERAS = "kept by padding (share)", "kept by Keras (share)"
OFF_STRIDE, OFF_KERAS = "sizes off n / s rounded up", "of Keras off n / s rounded up"
FRAMED_WITH = "padded with"
STRIDED = "padded by 1, 3 x 3, stride 2"
KERAS, BOTH_SIDES = "Keras' frame", "one pixel on every side"
