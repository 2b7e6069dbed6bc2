"""The mathematics of the layers, as functions of tensors: no parameters, no state."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.fx import Proxy
from torch.nn.functional import pad
from torch.overrides import handle_torch_function, is_tensor_like

from ..windows import Size, Windows, size_text
from . import few_calls
from .order import is_channels_last, usual_order
from .patches import examples_last
from .plain import has_sizes, is_traced, plain_layer
from .precision import autocast, check_types, is_autocast, widened
from .sharing import block_of, blocks_per_axis, over_blocks
from .small import is_small, small_product
from .trilinear import Output
from .ways import KERNELS, way_of


def locally_connected(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    block: Size = 1,
) -> Tensor:
    """Convolve with another kernel at every position p, in one to three dimensions.

    y[n, o, p] = bias[o, p] + Σ_i Σ_k weight[o, i, p, k] x[n, i, stride p + dilation k - padding]

    The shapes, without N for a single example: x (N, C, *in_size); weight (O, C / groups,
    *out_size, *kernel_size); bias (O, *out_size) or (O,); y (N, O, *out_size). With blocks of
    positions that share a kernel, their number along each axis stands for out_size in the shapes
    of weight and bias.
    Raises ValueError where they do not fit each other, RuntimeError where their types differ and
    TypeError where x or weight is no tensor. Half precision is summed in float32.

        >>> weight = torch.tensor([[[[1.0, 0.0], [0.0, 2.0]]]])  # two positions, two taps
        >>> locally_connected(torch.tensor([[[3.0, 4.0, 5.0]]]), weight)
        tensor([[[ 3., 10.]]])
    """
    if isinstance(x, Proxy):  # torch.fx writes the call down, as it does those of torch
        options = stride, padding, dilation, groups, padding_mode, block
        return handle_torch_function(locally_connected, (x,), x, weight, bias, *options)
    dims = _dims(x, weight)
    size, kernel_size = x.shape[-dims:], weight.shape[2 + dims :]
    windows = Windows.over(size, kernel_size, stride, padding, dilation, padding_mode)
    block = block_of(block, dims)
    check_fit(x, weight, bias, groups, windows, block)
    return local_layer(x, weight, bias, windows, groups, block)


def local_layer(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    windows: Windows,
    groups: int,
    block: Sequence[int],
) -> Tensor:
    """The same for windows that are known and shapes that are known to fit them.

    Raises RuntimeError where types differ, as a convolution does.
    """
    traced = is_traced(x)
    if has_sizes(x) and not is_autocast(x.device.type):
        check_types(x, weight, bias)
    if max(block) > 1:
        y = over_blocks(x, weight, bias, windows, groups, block)
        return y if traced or not is_channels_last(x) else usual_order(y, x)
    return (plain_layer if traced else over_windows)(x, weight, bias, windows, groups)


def over_windows(
    x: Tensor, weight: Tensor, bias: Tensor | None, windows: Windows, groups: int
) -> Tensor:
    """A kernel at every position, in products that are cut to fit the cache."""
    dims = len(windows.in_size)
    if x.ndim == dims + 1:
        return over_windows(x.unsqueeze(0), weight, bias, windows, groups).squeeze(0)
    device = x.device.type
    if is_autocast(device):
        x, weight = autocast(x, device), autocast(weight, device)
        bias = bias if bias is None else autocast(bias, device)
        with torch.autocast(device, enabled=False):
            return over_windows(x, weight, bias, windows, groups)
    y = usual_order(_product(x, weight, windows, groups), x)
    if bias is not None:
        y = y + widened(bias if bias.ndim > 1 else with_axes(bias, 0, dims))
    return y.to(x.dtype)


def check_tensor(name: str, x: object) -> None:
    """Raise TypeError, as torch does, for what no function of torch takes as a tensor."""
    if not is_tensor_like(x):
        raise TypeError(f"{name} should be a tensor, not {type(x).__name__}")


def check_fit(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    groups: int,
    windows: Windows,
    block: Sequence[int],
) -> None:
    """Raise ValueError where a weight or a bias does not fit the channels or the windows."""
    channels = x.shape[-1 - len(windows.in_size)]
    positions = blocks_per_axis(windows.out_size, block)
    kernels = tuple(weight.shape[: 2 + len(positions)])
    if kernels[1] * groups != channels or kernels[0] % groups or kernels[2:] != positions:
        raise ValueError(
            f"an x of {channels} channels and {size_text(windows.in_size)} pixels, in {groups} "
            f"groups, has {size_text(positions)} windows, but the weight has {kernels[0]} x "
            f"{kernels[1]} kernels at {size_text(kernels[2:])} positions: give each window its own"
        )
    if bias is not None and tuple(bias.shape) not in (kernels[:1], (kernels[0], *positions)):
        raise ValueError(
            f"bias should be {kernels[:1]} or {(kernels[0], *positions)}, not {tuple(bias.shape)}"
        )


def with_axes(shared: Tensor, axis: int, dims: int) -> Tensor:
    """The same tensor with `dims` axes of length 1 after `axis`: one value for all positions."""
    return torch.unflatten(shared, axis, (-1, *[1] * dims))


def _dims(x: Tensor, weight: Tensor) -> int:
    check_tensor("x", x)
    check_tensor("weight", weight)
    dims = weight.ndim // 2 - 1
    if weight.ndim not in (4, 6, 8) or x.ndim not in (dims + 1, dims + 2):
        raise ValueError(
            "expected a weight (O, C / groups, *out_size, *kernel_size) of 4, 6 or 8 axes and an "
            f"x (N, C, *in_size) or (C, *in_size), not {tuple(weight.shape)} and {tuple(x.shape)}"
        )
    return dims


def _product(x: Tensor, weight: Tensor, windows: Windows, groups: int) -> Tensor:
    """The layer without its bias: (N, O, *out_size), in any order in memory."""
    way = way_of(x, weight, windows, groups)
    if way is KERNELS:  # which widen what they read
        return few_calls.product(x, weight, windows, groups, way)
    x, weight = widened(x), widened(weight)
    if way:
        return few_calls.product(x, weight, windows, groups, way)
    widths = [width for margin in reversed(windows.margins) for width in margin]  # last axis first
    if windows.padding_mode != "zeros":
        x, widths = pad(x, widths, windows.padding_mode), [0]
    if is_small(len(x), weight):
        return small_product(pad(x, widths) if any(widths) else x, weight, windows, groups)
    kernels = weight.flatten(-len(windows.kernel_size)).movedim((0, 1), (-3, -2))
    y = Output.of(_padded(x, widths, windows, groups), kernels, windows)
    return y.flatten(-3, -2).movedim((-1, -2), (0, 1))


def _padded(x: Tensor, widths: Sequence[int], windows: Windows, groups: int) -> Tensor:
    """(N, C, *size) to (*padded_size, groups, C / groups, N), in that order in memory."""
    x = examples_last(x.movedim((0, 1), (-1, -2)), len(windows.in_size))
    x = pad(x, [0, 0, 0, 0, *widths]) if any(widths) else x
    return torch.unflatten(x.contiguous(), -2, (groups, -1))
