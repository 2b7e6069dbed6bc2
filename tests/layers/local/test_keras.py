"""Tests of from_keras: a layer gives what Keras' own definition gives, written as plain loops."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d

Array = NDArray[np.float64]
KINDS: dict[int, Any] = {1: LocallyConnected1d, 2: LocallyConnected2d}


def by_keras(
    x: Array, kernels: Array, bias: Array | None, taps: Any, strides: Any, last: bool
) -> Array:
    """`local_conv` and `bias_add` of Keras' backend: x and the result in its data format."""
    size = x.shape[1:-1] if last else x.shape[2:]
    axes = zip(size, taps, strides, strict=True)
    out_size = [(pixels - tap) // stride + 1 for pixels, tap, stride in axes]
    columns = []
    for number, position in enumerate(product(*map(range, out_size))):
        axes = zip(position, strides, taps, strict=True)
        window = tuple(slice(p * stride, p * stride + tap) for p, stride, tap in axes)
        seen = x[(slice(None), *window)] if last else x[(slice(None), slice(None), *window)]
        columns.append(seen.reshape(len(x), -1) @ kernels[number])
    y = np.stack(columns, 1).reshape(len(x), *out_size, -1)
    y = y if last else np.moveaxis(y, -1, 1)
    if bias is None:
        return y
    return y + (bias if last else bias.reshape(bias.shape[-1], *bias.shape[:-1]))


@st.composite
def networks(draw: st.DrawFn) -> dict[str, Any]:
    axes = []
    for _ in range(draw(st.integers(1, 2))):
        tap = draw(st.integers(1, 3))
        axes.append((draw(st.integers(tap, 6)), tap, draw(st.integers(1, 3))))
    size, taps, strides = zip(*axes, strict=True)
    out_size = [(n - k) // s + 1 for n, k, s in axes]
    channels, outputs = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 99)))
    weights = [random.normal(size=(prod(out_size), prod(taps) * channels, outputs))]
    if draw(st.booleans()):
        weights.append(random.normal(size=(*out_size, outputs)))
    x = random.normal(size=(2, *size, channels))
    return {"size": size, "taps": taps, "strides": strides, "weights": weights, "x": x}


@settings(deadline=None, derandomize=True)
@given(networks(), st.booleans())
def test_a_layer_gives_what_keras_gives(network: dict[str, Any], last: bool) -> None:
    size, taps, strides, weights = (network[n] for n in ("size", "taps", "strides", "weights"))
    first_x = np.moveaxis(network["x"], -1, 1)
    bias = weights[1] if len(weights) > 1 else None
    expected = by_keras(network["x"] if last else first_x, weights[0], bias, taps, strides, last)
    data_format = "channels_last" if last else "channels_first"
    layer = KINDS[len(size)].from_keras(weights, size, taps, strides, data_format)
    y = layer(torch.from_numpy(first_x.copy())).detach().numpy()
    np.testing.assert_allclose(y, np.moveaxis(expected, -1, 1) if last else expected)


def test_the_layer_is_a_copy_in_the_type_of_the_weights() -> None:
    kernels = np.ones((3, 2, 1), dtype=np.float32)
    layer = LocallyConnected1d.from_keras([kernels], 4, 2)
    kernels[:] = 0
    assert layer.weight.dtype == torch.float32
    assert layer.weight.min() == 1
    assert layer.bias is None
    assert layer.training
    assert layer.weight.requires_grad


@pytest.mark.parametrize("dtype", [">f4", "<f4", "f2", ">f8", "c8"])
def test_weights_of_any_floating_type_are_taken(dtype: str) -> None:
    numbers = np.arange(6).reshape(3, 2, 1).astype(dtype)
    layer = LocallyConnected1d.from_keras([numbers], 4, 2)
    assert layer.weight.detach().numpy().dtype == np.dtype(dtype).newbyteorder("=")
    assert layer.weight.detach().abs().flatten().tolist() == list(range(6))


@pytest.mark.parametrize("weights", [None, 3, object()])
def test_what_is_no_list_is_refused(weights: Any) -> None:
    with pytest.raises(TypeError, match=r"get_weights\(\) gives, not"):
        LocallyConnected1d.from_keras(weights, 4, 2)


def kernels(*shape: int) -> list[Array]:
    return [np.ones(shape)]


WRONG: dict[str, tuple[Any, str]] = {
    "two in 1-D": (
        lambda: LocallyConnected1d.from_keras(kernels(4, 1, 3, 2), 4, 2),
        r"\(4, 1, 3, 2\) are those of implementation 2",
    ),
    "two in 2-D": (
        lambda: LocallyConnected2d.from_keras(kernels(4, 4, 1, 3, 3, 2), 4, 2),
        "implementation 2: build the layer with implementation=1",
    ),
    "three": (lambda: LocallyConnected1d.from_keras(kernels(24), 4, 2), "implementation 3"),
    "other": (lambda: LocallyConnected1d.from_keras(kernels(4, 4), 4, 2), "no kernels of such"),
    "three axes": (lambda: LocallyConnected3d.from_keras(kernels(1, 1, 1), 1, 1), "none in 3-D"),
    "none": (lambda: LocallyConnected1d.from_keras([], 4, 2), "not 0 arrays"),
    "positions": (
        lambda: LocallyConnected2d.from_keras(kernels(8, 4, 1), 4, 2),
        "for 8 positions, but .* the layer has 3 x 3",
    ),
    "rows": (lambda: LocallyConnected2d.from_keras(kernels(9, 5, 1), 4, 2), "no multiple of 4"),
    "bias": (
        lambda: LocallyConnected1d.from_keras([*kernels(3, 2, 5), np.ones(5)], 4, 2),
        r"biases should be \(3, 5\), .* not \(5,\)",
    ),
    "format": (
        lambda: LocallyConnected1d.from_keras(kernels(3, 2, 5), 4, 2, data_format="NHWC"),
        "one of channels_last, channels_first, not 'NHWC'",
    ),
    "whole numbers": (
        lambda: LocallyConnected1d.from_keras([np.ones((3, 2, 1), int)], 4, 2),
        "floating-point numbers, .* not int64",
    ),
    "size": (lambda: LocallyConnected1d.from_keras(kernels(1, 2, 5), 1, 2), "enlarge in_size"),
}


@pytest.mark.parametrize("name", WRONG)
def test_weights_that_do_not_fit_are_refused(name: str) -> None:
    provoke, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        provoke()
