"""A kernel slid over an image, as a sum of shifted slices."""

from __future__ import annotations

import torch
from torch import Tensor

from .kernels import Kernel, check_rows, output_size, taps

WHOLE = (torch.int16, torch.int32, torch.int64)  # of whole pixels by whole weights, the first
PIXELS = (torch.uint8, torch.int16, torch.float32, torch.float64)
TILE = 2**18  # pixels that one pass of slices takes: a tile stays in a core's cache for all passes


def correlate(image: Tensor, kernel: Kernel, out: Tensor | None = None) -> Tensor:
    """What `conv2d` computes of one channel, as a sum of shifted slices: (H, W) -> (P, Q).

        y[p, q] = Σ_ij kernel[i, j] · image[p + i, q + j],    P = H - h + 1,  Q = W - w + 1

    Weights of 0 cost nothing, and those of 1 and -1 multiply nothing, so that [-1, 1] is a single
    subtraction. Goes from tile to tile of rows, so that the sums are still in the cache.

    Exact on whole numbers: pixels of uint8 or int16 by whole weights give the first of int16,
    int32 and int64 that no image can overflow. Pixels of float32 and float64 keep their type, as
    whole ones under weights that are not become float32. `out` (P, Q), of that type, spares new
    memory, which costs as much time as the sums. Takes no gradients.

    Raises ValueError for an image of another type or smaller than the kernel, for one that
    requires gradients where these are recorded, for a kernel whose rows differ in length or that
    has none, and for an `out` that does not fit.

        >>> image = torch.tensor([[0, 255, 10]], dtype=torch.uint8)
        >>> correlate(image, ((-1, 1),))
        tensor([[ 255, -245]], dtype=torch.int16)
    """
    out = _room(image, kernel) if out is None else _fitting(out, image, kernel)
    step = max(1, TILE // image.shape[1])
    for top in range(0, len(out), step):
        rows = image[top : top + step + len(kernel) - 1].to(out.dtype)
        _sum_slices(rows, kernel, out[top : top + step])
    return out


def _sum_slices(image: Tensor, kernel: Kernel, out: Tensor) -> None:
    weighted = [(place, _as(weight, out)) for place, weight in taps(kernel)]
    weighted.sort(key=lambda tap: (tap[1] == -1, tap[1] != 1))
    if not weighted:
        out.zero_()
        return
    (shift, weight), *others = weighted
    total = _window(image, shift, out)
    if weight != 1 or not others:  # and else a pass is spared
        total = torch.mul(total, weight, out=out)
    for shift, weight in others:
        total = torch.add(total, _window(image, shift, out), alpha=weight, out=out)


def _as(weight: float, out: Tensor) -> float:
    return weight if out.is_floating_point() else int(weight)


def _window(image: Tensor, shift: tuple[int, int], out: Tensor) -> Tensor:
    """The pixels (P, Q) under one tap of the kernel."""
    (down, right), (rows, columns) = shift, out.shape
    return image[down : down + rows, right : right + columns]


def _room(image: Tensor, kernel: Kernel) -> Tensor:
    """An empty tensor for the edges; raises ValueError for what is no image of this kernel."""
    check_rows(kernel)
    if image.requires_grad and torch.is_grad_enabled():
        raise ValueError("this sum of slices takes no gradients; use conv2d, or image.detach()")
    if image.ndim != 2 or image.dtype not in PIXELS:
        known = ", ".join(str(dtype).removeprefix("torch.") for dtype in PIXELS)
        raise ValueError(f"{image.dtype} {tuple(image.shape)} is no image (H, W) of {known}")
    size = output_size(image.shape, kernel)
    if min(size) < 1:
        needed = f"{len(kernel)} x {len(kernel[0])}"
        raise ValueError(f"an image {tuple(image.shape)} is smaller than the kernel, {needed}")
    return torch.empty(size, dtype=_type(image.dtype, kernel), device=image.device)


def _type(pixels: torch.dtype, kernel: Kernel) -> torch.dtype:
    """The type of the edges, as `correlate` says."""
    weights = [weight for _, weight in taps(kernel)]
    if pixels.is_floating_point:
        return pixels
    if not all(float(weight).is_integer() for weight in weights):
        return torch.float32
    largest = max(abs(torch.iinfo(pixels).min), torch.iinfo(pixels).max)
    reach = largest * sum(int(abs(weight)) for weight in weights)
    fitting = [dtype for dtype in WHOLE if reach <= torch.iinfo(dtype).max]
    if not fitting:
        raise ValueError(f"weights of {max(weights):g} overflow 64 bits; scale the kernel down")
    return fitting[0]


def _fitting(out: Tensor, image: Tensor, kernel: Kernel) -> Tensor:
    """`out`, if it can take the edges; _room is asked on the meta device, which has no memory."""
    room = _room(image.to("meta"), kernel)
    if (out.shape, out.dtype) != (room.shape, room.dtype) or not out.is_contiguous():
        raise ValueError(
            f"out is {out.dtype} {tuple(out.shape)}, where a contiguous {room.dtype} "
            f"{tuple(room.shape)} is needed"
        )
    return out
