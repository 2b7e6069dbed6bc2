"""A locally connected layer in torch's plainest operations, for programs that are traced.

What follows a program to export, compile or script it cannot follow a product that is cut by size
and written in place. It is given slices, one stack for each axis and one sum of products instead.
That copies what each window sees and keeps it for the backward pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase as letters
from typing import Any

import torch
from torch import Tensor
from torch.fx import Proxy
from torch.fx.experimental.proxy_tensor import get_proxy_mode
from torch.nn.functional import pad

from ..windows import Windows
from .blocks import pixels


def is_traced(x: Any) -> bool:
    """Whether the calls on x are written down, to be run again on other tensors."""
    return (
        torch.compiler.is_compiling()  # torch.compile, torch.export, and torch.onnx by it
        or not has_sizes(x)
        or get_proxy_mode() is not None  # make_fx
    )


def has_sizes(x: Any) -> bool:
    """Whether Python may ask for the sizes of x: torch.fx has none, torch.jit tensors for them."""
    tracing = torch.jit.is_tracing()  # type: ignore[attr-defined,no-untyped-call]
    return not (tracing or isinstance(x, Proxy))


def plain_layer(
    x: Tensor, weight: Tensor, bias: Tensor | None, windows: Windows, groups: int
) -> Tensor:
    """`over_windows`, as a program without a branch on x: the same for any N, and without N."""
    dims, x = len(windows.in_size), padded(x, windows, windows.padded_size)
    seen = torch.unflatten(_seen(x, windows), -1 - 2 * dims, (groups, weight.shape[1]))
    places, taps = letters[:dims], letters[dims : 2 * dims]
    kernels = torch.unflatten(weight, 0, (groups, -1))
    products = f"...xy{places}{taps},xzy{places}{taps}->...xz{places}"
    y = torch.einsum(products, seen, kernels).flatten(-2 - dims, -1 - dims).contiguous()
    if bias is not None:  # (O, 1) or (O, positions)
        y = y.flatten(-dims) + bias.unsqueeze(-1).flatten(1).to(y.dtype)
    return y if bias is None else torch.unflatten(y, -1, windows.out_size)


def padded(x: Tensor, windows: Windows, least: Sequence[int]) -> Tensor:
    """x with its margins, and with zeros behind them up to at least so many pixels.

    The sizes of x stand in the program too, since a check in Python does not.
    """
    for axis, size in zip(range(-len(least), 0), windows.in_size, strict=True):
        x = torch.unflatten(x, axis, (size,))
    x = _with_margins(x, windows)
    sizes = zip(reversed(least), reversed(windows.padded_size), strict=True)
    behind = [width for size, there in sizes for width in (0, max(0, size - there))]
    return pad(x, behind) if any(behind) else x


def _with_margins(x: Tensor, windows: Windows) -> Tensor:
    """Torch's own circular padding, where it is exported with a single example, takes no other."""
    if windows.padding_mode == "circular":
        for axis, (before, after) in enumerate(windows.margins, start=-len(windows.margins)):
            size = windows.in_size[axis]
            parts = x.narrow(axis, size - before, before), x, x.narrow(axis, 0, after)
            x = torch.cat(parts, axis)
        return x
    widths = [width for margin in reversed(windows.margins) for width in margin]  # last axis first
    mode = {"zeros": "constant"}.get(windows.padding_mode, windows.padding_mode)
    return pad(x, widths, mode) if any(widths) else x


def _seen(x: Tensor, windows: Windows) -> Tensor:
    """(..., C, *padded_size) to (..., C, *out_size, *kernel_size), by slices alone.

    The compiler of torch 2.13 writes out of bounds in the gradient of `unfold`.
    """
    dims = len(windows.out_size)
    for axis, positions in enumerate(windows.out_size):
        part, stride, dilation = slice(0, positions), windows.stride[axis], windows.dilation[axis]
        taps = (pixels(part, tap, stride, dilation) for tap in range(windows.kernel_size[axis]))
        after: Any = (slice(None),) * (dims - 1)  # axes, taps of axes before among them
        x = torch.stack([x[(..., tap, *after)] for tap in taps], -1)
    return x
