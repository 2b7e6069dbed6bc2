"""How long a call takes on a device: eager, and captured as a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter

import torch

Call = Callable[[], object]
SHORT = 300.0  # µs, below which a call is measured as a graph too
REPEATS = 15


def microseconds(call: Call, device: str, repeats: int = REPEATS) -> float:
    """The median wall time of a call, with the device drained before and after."""
    for _ in range(3):
        call()
    times = []
    for _ in range(repeats):
        _drain(device)
        begun = perf_counter()
        call()
        _drain(device)
        times.append(perf_counter() - begun)
    return 1e6 * median(times)


def as_graph(call: Call, device: str) -> float:
    """The same, captured as a CUDA graph and replayed; NaN elsewhere."""
    if device != "cuda":
        return float("nan")
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return microseconds(graph.replay, device)


@contextmanager
def rounded(to_tf32: bool) -> Iterator[None]:
    """Products of float32 within, of matrices and of convolutions alike, as asked."""
    before, cudnn = torch.get_float32_matmul_precision(), torch.backends.cudnn
    kept = {"enabled": cudnn.enabled, "benchmark": cudnn.benchmark}
    with cudnn.flags(**kept, deterministic=cudnn.deterministic, allow_tf32=to_tf32):
        torch.set_float32_matmul_precision("high" if to_tf32 else "highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(before)


def _drain(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
