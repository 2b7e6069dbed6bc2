"""JAX's locally connected layer, compiled, with the weights of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

from convlab.layers.local.module import LocallyConnected
from tests.benchmarks.local_peers import Case

AXES = {1: ("NWC", "WIO", "NWC"), 2: ("NHWC", "HWIO", "NHWC"), 3: ("NDHWC", "DHWIO", "NDHWC")}


def step(case: Case, layer: LocallyConnected, x: Tensor, gradient: Tensor) -> Callable[[], Any]:
    """Forward and backward of `jax.lax.conv_general_dilated_local`, to input and weight."""
    import jax
    from jax import numpy

    dims = len(case.size)
    weight = layer.weight.detach().movedim((0, 1), (-1, dims)).flatten(dims, -2)

    def forward(x: Any, weight: Any) -> Any:
        return jax.lax.conv_general_dilated_local(
            x,
            weight,
            window_strides=[case.stride] * dims,
            padding=[(case.margin, case.margin)] * dims,
            filter_shape=[case.taps] * dims,
            rhs_dilation=[case.dilation] * dims,
            dimension_numbers=AXES[dims],
        )

    def both(x: Any, weight: Any, gradient: Any) -> Any:
        y, backward = jax.vjp(forward, x, weight)
        return y, backward(gradient)

    compiled = jax.jit(both)
    tensors = x.movedim(1, -1), weight, gradient.movedim(1, -1)
    arrays = [numpy.asarray(tensor.detach().contiguous().numpy()) for tensor in tensors]
    return lambda: jax.block_until_ready(compiled(*arrays))
