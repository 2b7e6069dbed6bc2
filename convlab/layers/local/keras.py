"""Kernels of Keras' LocallyConnected1D and LocallyConnected2D, in the order of a layer here.

How Keras 2 stores and uses them is read from its sources, kept in keras-team/tf-keras:
`tf_keras/layers/locally_connected/locally_connected2d.py` (the shapes, in `build`) and
`local_conv` and `bias_add` of `tf_keras/backend.py` (the order of their numbers).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..windows import Size, per_axis, size_text

IMPLEMENTATIONS = {1: 3, 4: 2, 6: 2}  # by the axes of the kernels, where they are not of the first
FORMATS = "channels_last", "channels_first"


def read(weights: Sequence[Any], dims: int) -> list[Tensor]:
    """What `get_weights()` of a Keras layer gives: the kernels, and the biases if it has some."""
    if dims > 2:
        raise ValueError("Keras has LocallyConnected1D and LocallyConnected2D, and none in 3-D")
    if not isinstance(weights, Sequence | np.ndarray):
        raise TypeError(
            "weights should be a list of arrays, as a Keras layer's get_weights() gives, not "
            f"{type(weights).__name__}"
        )
    if len(weights) not in (1, 2):
        raise ValueError(
            f"weights should be [kernels] or [kernels, biases], as a Keras layer's get_weights() "
            f"gives, not {len(weights)} arrays"
        )
    tensors = [_tensor(np.array(array)) for array in weights]
    if tensors[0].ndim != 3:
        number = IMPLEMENTATIONS.get(tensors[0].ndim)
        found = f"those of implementation {number}" if number else "no kernels of such a layer"
        raise ValueError(
            f"kernels should be (positions, taps · channels, outputs), of a Keras layer with "
            f"implementation=1, but {tuple(tensors[0].shape)} are {found}: build the layer with "
            "implementation=1 and give it the kernels of each position"
        )
    return tensors


def _tensor(numbers: NDArray[Any]) -> Tensor:
    if numbers.dtype.kind not in "fc":
        raise ValueError(
            "weights should be arrays of floating-point numbers, which can be trained, not "
            f"{numbers.dtype}: convert them by astype(numpy.float32)"
        )
    return torch.from_numpy(numbers.astype(numbers.dtype.newbyteorder("=")))


def channels(kernels: Tensor, kernel_size: Size, dims: int) -> tuple[int, int]:
    """Of the input and of the output."""
    taps = prod(per_axis("kernel_size", kernel_size, dims))
    _, rows, outputs = kernels.shape
    if taps < 1 or rows % taps:
        raise ValueError(
            f"the kernels have {rows} rows, which is no multiple of {taps} taps: kernel_size "
            f"{kernel_size} should be that of the Keras layer"
        )
    return rows // taps, outputs


def state(
    weights: Sequence[Tensor],
    out_size: Sequence[int],
    kernel_size: Sequence[int],
    data_format: str,
) -> dict[str, Tensor]:
    """The parameters of the layer here, of windows with these positions and taps.

    The rows of a kernel are (*kernel_size, C), or (C, *kernel_size) with channels first. Biases
    are (*out_size, O). With channels first, Keras does not turn them: it reads the same numbers
    as (O, *out_size), and so do we.
    """
    kernels, *biases = weights
    if data_format not in FORMATS:
        raise ValueError(f"data_format should be one of {', '.join(FORMATS)}, not {data_format!r}")
    if len(kernels) != prod(out_size):
        raise ValueError(
            f"there are kernels for {len(kernels)} positions, but with this in_size, kernel_size "
            f"and stride the layer has {size_text(out_size)}"
        )
    dims, last, outputs = len(out_size), data_format == FORMATS[0], kernels.shape[-1]
    rows = (*kernel_size, -1) if last else (-1, *kernel_size)
    weight = kernels.reshape(*out_size, *rows, outputs).movedim(-1, 0)
    found = {"weight": weight.movedim(-1 if last else 1 + dims, 1)}
    for bias in biases:
        if tuple(bias.shape) != (*out_size, outputs):
            raise ValueError(
                f"biases should be {(*out_size, outputs)}, one for each position and output, "
                f"not {tuple(bias.shape)}"
            )
        found["bias"] = bias.movedim(-1, 0) if last else bias.reshape(outputs, *out_size)
    return found
