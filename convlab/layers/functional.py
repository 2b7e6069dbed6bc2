"""The mathematics of the layers, as functions of tensors: no parameters, no state."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from .windows import Size, Windows, written


def locally_connected(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> Tensor:
    """Convolve with another kernel at every position p, in one to three dimensions.

    y[n, o, p] = bias[o, p] + Σ_i Σ_k weight[o, i, p, k] x[n, i, stride p + dilation k - padding]

    The shapes, without N for a single example: x (N, C, *in_size); weight (O, C / groups,
    *out_size, *kernel_size); bias (O, *out_size) or (O,); y (N, O, *out_size).
    Raises ValueError where they do not fit each other.
    """
    dims = _dims(x, weight)
    if x.ndim == dims + 1:
        options = stride, padding, dilation, groups, padding_mode
        return locally_connected(x.unsqueeze(0), weight, bias, *options).squeeze(0)
    kernel_size = weight.shape[2 + dims :]
    windows = Windows.over(x.shape[2:], kernel_size, stride, padding, dilation, padding_mode)
    _check_fit(x, weight, bias, groups, windows)
    y = _contract(_patches(x, windows), weight, groups)
    if bias is None:
        return y
    bias = bias if bias.ndim > 1 else spread(bias, 0, dims)
    return y + bias.to(y.dtype)  # as in a convolution: under autocast y is narrower than its bias


def spread(shared: Tensor, axis: int, dims: int) -> Tensor:
    """The same tensor with `dims` axes of length 1 after `axis`: one value for all positions."""
    return torch.unflatten(shared, axis, (-1, *[1] * dims))


def _dims(x: Tensor, weight: Tensor) -> int:
    dims = weight.ndim // 2 - 1
    if weight.ndim not in (4, 6, 8) or x.ndim not in (dims + 1, dims + 2):
        raise ValueError(
            "expected a weight (O, C / groups, *out_size, *kernel_size) of 4, 6 or 8 axes and an "
            f"x (N, C, *in_size) or (C, *in_size), not {tuple(weight.shape)} and {tuple(x.shape)}"
        )
    return dims


def _check_fit(
    x: Tensor, weight: Tensor, bias: Tensor | None, groups: int, windows: Windows
) -> None:
    channels, positions = x.shape[1], windows.out_size
    kernels = tuple(weight.shape[: 2 + len(positions)])
    if kernels[1] * groups != channels or kernels[0] % groups or kernels[2:] != positions:
        raise ValueError(
            f"an x of {channels} channels and {written(windows.in_size)} pixels, in {groups} "
            f"groups, has {written(positions)} windows, but the weight has {kernels[0]} x "
            f"{kernels[1]} kernels at {written(kernels[2:])} positions: give each window its own"
        )
    if bias is not None and tuple(bias.shape) not in (kernels[:1], (kernels[0], *positions)):
        raise ValueError(
            f"bias should be {kernels[:1]} or {(kernels[0], *positions)}, not {tuple(bias.shape)}"
        )


def _patches(x: Tensor, windows: Windows) -> Tensor:
    """What each window sees, as a view of the padded x: (N, C, *out_size, *kernel_size)."""
    if any(map(any, windows.margins)):
        x = _padded(x, windows)
    axes = zip(windows.span, windows.stride, windows.dilation, strict=True)
    for axis, (span, stride, dilation) in enumerate(axes, start=2):
        x = x.unfold(axis, span, stride)[..., ::dilation]
    return x


def _padded(x: Tensor, windows: Windows) -> Tensor:
    widths = [width for margin in reversed(windows.margins) for width in margin]  # last axis first
    return pad(x, widths, "constant" if windows.padding_mode == "zeros" else windows.padding_mode)


def _contract(patches: Tensor, weight: Tensor, groups: int) -> Tensor:
    """One matrix product for each position and group: (N, O, *out_size).

    The positions come outermost, so that weights which lie position after position in memory
    are multiplied where they lie; all others are copied first.
    """
    dims = weight.ndim // 2 - 1
    positions, taps = "xyz"[:dims], "abc"[:dims]
    y = torch.einsum(
        f"ngi{positions}{taps},goi{positions}{taps}->{positions}ngo",
        torch.unflatten(patches, 1, (groups, weight.shape[1])),
        torch.unflatten(weight, 0, (groups, weight.shape[0] // groups)),
    )
    return y.flatten(-2).movedim((-2, -1), (0, 1))
