"""Names of what `reach` counts: ways to find a receptive field, and stacks to find it of."""

LAW, NO_STRIDES = "1 + Σ (k - 1) d Π s", "without strides: 1 + Σ (k - 1) d"
PROBE = "the probe, pixel by pixel"
WAYS = LAW, NO_STRIDES, PROBE
UNLIKE = "stacks where other pixels are seen (%)"

LONE, STRIDED = "stride 1", "stride 2"
KERNELS = "stacks whose unit sees another number of pixels"

PLAIN, HALVED, POINTS = "3 x 3", "3 x 3, halved after every second", "1 x 1"
SEEN, CONVOLUTIONS = "pixels that the middle unit sees (%)", "convolutions"
ONE, ALL = "one", "all"
PIXELS, DIFFER = "receptive field (pixels)", "fields that differ"
