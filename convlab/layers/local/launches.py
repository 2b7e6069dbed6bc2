"""The own kernels as a way: with which blocks, in which precision, and how they are launched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import torch
from torch import Tensor

from ..windows import Windows
from .pixels import KEPT, seen_pixels, seers
from .precision import WIDER

WARPS = 4
ALIGNED = 16  # bytes: where a tensor begins at a multiple, several numbers are read at once


@dataclass(frozen=True)
class Task:
    """What a launch is made for, beside its tensors."""

    kind: str
    windows: Windows
    groups: int
    examples: int
    outputs: int  # of a group, and so are the channels
    channels: int
    precision: str


@dataclass(frozen=True)
class Launch:
    """A kernel that is compiled, on a grid, and what it takes after the tensors."""

    run: Callable[..., object]
    rest: tuple[Any, ...]


def output(x: Tensor, w: Tensor, windows: Windows, groups: int) -> Tensor:
    """y (N, O, *out_size) of x and w, in float32 if they are shorter."""
    outputs, channels, *_ = w.shape
    task = _task("output", windows, groups, x.shape[0], outputs // groups, channels, x.dtype)
    size = x.shape[0], outputs, *windows.out_size
    y = x.new_empty(size, dtype=WIDER.get(x.dtype, x.dtype))
    _launch(task, x, w, y)
    return y


def input_gradient(w: Tensor, y: Tensor, windows: Windows, groups: int) -> Tensor:
    """x (N, C, *in_size) of w and y."""
    outputs, channels, *_ = w.shape
    task = _task(
        "input_gradient", windows, groups, y.shape[0], outputs // groups, channels, w.dtype
    )
    x = w.new_empty(y.shape[0], groups * channels, *windows.in_size)
    _launch(task, w, y, x)
    return x


def weight_gradient(x: Tensor, y: Tensor, windows: Windows, groups: int) -> Tensor:
    """w (O, C / G, *out_size, *kernel_size) of x and y."""
    outputs, channels = y.shape[1], x.shape[1] // groups
    task = _task(
        "weight_gradient", windows, groups, x.shape[0], outputs // groups, channels, x.dtype
    )
    w = x.new_empty(outputs, channels, *windows.out_size, *windows.kernel_size)
    _launch(task, x, y, w)
    return w


def block_of(kind: str, examples: int, columns: int) -> dict[str, int]:
    """The sizes of a block of so many outputs, or channels, and its stages.

    They were the fastest, or nearly, of 28 on an H200, for 1 to 256 examples and 16 to 64 columns.
    """
    rows = 64 if kind == "weight_gradient" else examples
    if columns > 32:
        return _block(4, _power(rows, 16, 32), 64, 16)
    if columns <= 16:
        return _block(8, 16, 16, 16 if kind == "weight_gradient" else 32)
    if kind == "output":
        return _block(4, _power(rows, 16, 32), 32, 32, stages=3)
    return _block(4, _power(rows, 16, 64), 32, 16)


def _block(positions: int, rows: int, columns: int, sums: int, stages: int = 2) -> dict[str, int]:
    return {"BP": positions, "BN": rows, "BO": columns, "BK": sums, "num_stages": stages}


def _power(count: int, least: int, most: int) -> int:
    """The power of two from which on `count` fits, between these."""
    return min(most, max(least, 1 << (count - 1).bit_length()))


def precision(dtype: torch.dtype) -> str:
    """As torch multiplies matrices: floats of 4 bytes exactly, unless the user lets it round them.

    Exactly is by three products of TF32 on the tensor cores, which is nearer to float64 than
    float32's own sums, and twice as fast.
    """
    if dtype is not torch.float32:
        return "ieee"
    return "tf32x3" if torch.get_float32_matmul_precision() == "highest" else "tf32"


def _task(kind: str, windows: Windows, groups: int, *counts: Any) -> Task:
    examples, outputs, channels, dtype = counts
    return Task(kind, windows, groups, examples, outputs, channels, precision(dtype))


def _launch(task: Task, *tensors: Tensor) -> None:
    """On the device of the tensors, and not by Triton's own, slower way to a compiled kernel."""
    device = tensors[0].device
    if device.type == "cuda" and device.index != torch.cuda.current_device():
        with torch.cuda.device(device):
            return _launch(task, *tensors)
    places = tensors[0].data_ptr() | tensors[1].data_ptr() | tensors[2].data_ptr()
    types = tensors[0].dtype, tensors[1].dtype
    ready = _ready(task, device, types, places % ALIGNED == 0)
    if ready:
        ready[0].run(*tensors, *ready[0].rest)
    elif launch := _compiled(task, tensors):
        ready.append(launch)
    return None


@lru_cache(KEPT)
def _ready(*of: object) -> list[Launch]:
    """The launch of this kind, once there is one."""
    return []


def _compiled(task: Task, tensors: tuple[Tensor, ...]) -> Launch | None:
    """Compile and launch it; nothing is kept of that in Triton's interpreter."""
    from . import kernels_triton

    kernel = getattr(kernels_triton, task.kind)
    windows, device = task.windows, tensors[0].device
    positions, pixels, taps = map(prod, (windows.out_size, windows.in_size, windows.kernel_size))
    sizes = positions, pixels, task.examples, task.outputs, task.channels, task.groups
    grid, block = _grid(task, positions, pixels, taps)
    options = {"num_warps": WARPS, "num_stages": block.pop("num_stages")}
    tables, constants = _tables(task, device), {"T": taps}
    if task.kind == "input_gradient":
        constants["MOST"] = seers(windows, 0, positions).most
    known = constants | block | {"PRECISION": task.precision}
    compiled = kernel[grid](*tensors, *tables, *sizes, **known, **options)
    return compiled and Launch(compiled[grid], (*tables, *sizes, *known.values()))


def _grid(
    task: Task, positions: int, pixels: int, taps: int
) -> tuple[tuple[int, int, int], dict[str, int]]:
    """How many blocks, and of which sizes."""
    gives = task.kind == "input_gradient"
    columns = task.channels if gives else task.outputs
    rows = task.channels * taps if task.kind == "weight_gradient" else task.examples
    block = block_of(task.kind, task.examples, columns)
    of_positions = -(-(pixels if gives else positions) // block["BP"])
    tiles = -(-rows // block["BN"]) * -(-columns // block["BO"])
    return (of_positions * tiles, task.groups, 1), block


def _tables(task: Task, device: torch.device) -> tuple[Tensor, ...]:
    if task.kind == "input_gradient":
        return _seers(task.windows, device)
    return (_seen(task.windows, device),)


@lru_cache(KEPT)
def _seen(windows: Windows, device: torch.device) -> Tensor:
    return seen_pixels(windows).int().to(device)


@lru_cache(KEPT)
def _seers(windows: Windows, device: torch.device) -> tuple[Tensor, Tensor]:
    found = seers(windows, 0, prod(windows.out_size))
    return found.rows.int().to(device), found.starts.int().to(device)
