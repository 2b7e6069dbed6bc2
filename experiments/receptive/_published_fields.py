"""Layer lists of AlexNet and VGG-16, and the receptive fields that were published for them.

Published: Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks,
2019, and the table of its repository, google-research/receptive_field, at f12ae8e. The lists have
one channel and one axis: all kernels are square.
"""

from collections.abc import Iterator

import torch
from torch import nn

from convlab.probes.receptive import receptive_field

ALEXNET = {  # pixels of the kernel, stride and padding, in the order of the layers
    "conv1": (11, 4, 0),
    "pool1": (3, 2, 0),
    "conv2": (5, 1, 2),
    "pool2": (3, 2, 0),
    "conv3": (3, 1, 1),
    "conv4": (3, 1, 1),
    "conv5": (3, 1, 1),
    "pool5": (3, 2, 0),
}
VGG = {
    f"{kind}{stage}_{number}": (3, 1, 1) if kind == "conv" else (2, 2, 0)
    for stage, convolutions in enumerate((2, 2, 3, 3, 3), 1)
    for kind, numbers in (("conv", range(1, convolutions + 1)), ("pool", range(1)))
    for number in numbers
}
PUBLISHED = {
    ("AlexNet", "conv1"): 11,
    ("AlexNet", "pool1"): 19,
    ("AlexNet", "conv2"): 51,
    ("AlexNet", "pool2"): 67,  # by the authors' formula: their table leaves it out
    ("AlexNet", "conv3"): 99,
    ("AlexNet", "conv4"): 131,
    ("AlexNet", "conv5"): 163,
    ("AlexNet", "pool5"): 195,
    ("VGG-16", "pool5_0"): 212,
}
LISTS = {"AlexNet": ALEXNET, "VGG-16": VGG}


def fields() -> Iterator[tuple[str, str, int, int]]:
    """Network, layer, the pixels that a unit there sees along an axis, and those published."""
    for (network, last), published in PUBLISHED.items():
        names = list(LISTS[network])
        layers = [_layer(name, *LISTS[network][name]) for name in names[: names.index(last) + 1]]
        field = receptive_field(nn.Sequential(*layers), torch.zeros(1, 1, 480))
        yield network, last.removesuffix("_0"), field.size[0], published


def _layer(name: str, kernel: int, stride: int, padding: int) -> nn.Module:
    if name.startswith("pool"):
        return nn.MaxPool1d(kernel, stride, padding)
    return nn.Conv1d(1, 1, kernel, stride, padding)
