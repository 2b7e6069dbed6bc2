"""What the layers, networks and arms of `shift` are called, and their sizes. No torch."""

from __future__ import annotations

from typing import Literal

CHANNELS = 8
STEP = 4  # pixels per output, where the image is halved twice
PATCH = 16  # pixels along a side of the image that a single layer sees
Padding = Literal["circular", "zeros"]
CIRCULAR: Padding = "circular"
ZEROS: Padding = "zeros"
PLAIN, STRIDE, POOLING = "stride 1", "stride 2, twice", "max-pooling, twice"
CONVOLUTION, LOCAL, DENSE = "convolution", "local layer", "mlp"
