"""The tasks and settings of `mapdetail`, and what is measured of them. No torch."""

from convlab.measure import Quantity, at

FINE, COARSE = "fine detail", "coarse shape"
KERNELS, STRIDES = (3, 5), (1, 2, 4)
RIGHT, ADDS, TWICE = "right (%)", "multiply-adds", "right after twice the steps (%)"
PARAMETERS = "parameters"


def right(task: str, stride: int, kernel: int = 3) -> Quantity:
    return at(RIGHT, task=task, kernel=kernel, stride=stride)


def adds(stride: int, kernel: int = 3) -> Quantity:
    return at(ADDS, kernel=kernel, stride=stride)
