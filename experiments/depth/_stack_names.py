"""The arms of stacked kernels: what is compared with one kernel."""

IN_A_ROW, UNFLIPPED, WITH_RELU = "k1 * k2", "k2 not flipped", "ReLU between"
INTERIOR, BORDER = "zeros around, interior", "zeros around, border"
