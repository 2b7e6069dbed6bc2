"""A kernel slid over an image at about the speed at which this machine copies memory."""

from __future__ import annotations

from importlib.util import find_spec

import torch
from torch import Tensor

from .kernels import Kernel, output_size, taps

WHOLE = (torch.int16, torch.int32, torch.int64)  # of whole pixels by whole weights, the first
PIXELS = (torch.uint8, torch.int16, torch.float32, torch.float64)
TILE = 2**18  # pixels that one pass of slices takes: a tile stays in a core's cache for all passes
COMPILED = range(2**16, 2**63)  # pixels that are worth the time to compile, a quarter of a second
MOST_TAPS = 25  # of a compiled kernel: more than that the compiler no longer writes out


def correlate(image: Tensor, kernel: Kernel, out: Tensor | None = None) -> Tensor:
    """What `conv2d` computes of one channel, in one pass: (H, W) -> (P, Q).

        y[p, q] = Σ_ij kernel[i, j] · image[p + i, q + j],    P = H - h + 1,  Q = W - w + 1

    Exact on whole numbers: pixels of uint8 or int16 by whole weights give the first of int16,
    int32 and int64 that no image can overflow. Pixels of float32 and float64 keep their type, as
    whole ones under weights that are not become float32. `out` (P, Q), of that type, spares new
    memory, which costs as much time as the sums. Takes no gradients.

    Large images on a CPU go through numba, where it is installed (extra `compiled`), in as many
    threads as torch has; all others through `slices`. Raises ValueError for an image of another
    type or smaller than the kernel, and for an `out` that does not fit.

        >>> image = torch.tensor([[0, 255, 10]], dtype=torch.uint8)
        >>> correlate(image, ((-1, 1),))
        tensor([[ 255, -245]], dtype=torch.int16)
    """
    out = _room(image, kernel) if out is None else _fitting(out, image, kernel)
    small = image.numel() not in COMPILED or len(kernel) * len(kernel[0]) > MOST_TAPS
    if small or image.device.type != "cpu" or find_spec("numba") is None:
        return slices(image, kernel, out)
    from .stencil import slide  # numba takes a fifth of a second to import

    slide(image.detach().contiguous().numpy(), kernel, out.numpy(), torch.get_num_threads())
    return out


def slices(image: Tensor, kernel: Kernel, out: Tensor | None = None) -> Tensor:
    """The sum of shifted slices, each times its weight, where that is not 0: (H, W) -> (P, Q).

    Weights of 1 and -1 multiply nothing, so that [-1, 1] is a single subtraction. Types as in
    `correlate`; goes from tile to tile of rows, so that the sums are still in the cache.

        >>> slices(torch.tensor([[0.0, 3.0, 1.0]]), ((-1, 1),))
        tensor([[ 3., -2.]])
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
    """An empty tensor for the answer; raises ValueError for what is no image of this kernel."""
    if image.ndim != 2 or image.dtype not in PIXELS:
        known = ", ".join(str(dtype).removeprefix("torch.") for dtype in PIXELS)
        raise ValueError(f"{image.dtype} {tuple(image.shape)} is no image (H, W) of {known}")
    size = output_size(image.shape, kernel)
    if min(size) < 1:
        needed = f"{len(kernel)} x {len(kernel[0])}"
        raise ValueError(f"an image {tuple(image.shape)} is smaller than the kernel, {needed}")
    return torch.empty(size, dtype=_type(image.dtype, kernel), device=image.device)


def _type(pixels: torch.dtype, kernel: Kernel) -> torch.dtype:
    """The type of the answer, as `correlate` says."""
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
    """`out`, if it can take the answer; _room is asked on the meta device, which has no memory."""
    room = _room(image.to("meta"), kernel)
    if (out.shape, out.dtype) != (room.shape, room.dtype) or not out.is_contiguous():
        raise ValueError(
            f"out is {out.dtype} {tuple(out.shape)}, where a contiguous {room.dtype} "
            f"{tuple(room.shape)} is needed"
        )
    return out
