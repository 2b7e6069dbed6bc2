"""The graph of a CUDA device, as `replay` asks for it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from .replay import Body, Graph


def graph_of(device: str) -> Graph | None:
    """A graph for steps on this device, if it has any."""
    return CudaGraph(torch.device(device)) if torch.device(device).type == "cuda" else None


class CudaGraph:
    """Warmed up and captured on a stream of its own, as CUDA asks for."""

    def __init__(self, device: torch.device) -> None:
        self.stream, self.graph = torch.cuda.Stream(device), torch.cuda.CUDAGraph()

    def warm_up(self, body: Body) -> None:
        """Make the step on that stream."""
        with self._aside():
            body()

    def capture(self, body: Body) -> Tensor:
        """Remember the step; not by `torch.cuda.graph`, which collects garbage for 0.1 s first."""
        with self._aside(), _no_garbage_collection():
            self.graph.capture_begin(capture_error_mode="thread_local")
            try:
                return body()
            finally:
                self.graph.capture_end()

    def replay(self) -> None:
        """On the current stream."""
        self.graph.replay()

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """On the graph's stream, after and before all else."""
        current = torch.cuda.current_stream(self.stream.device)
        self.stream.wait_stream(current)
        with torch.cuda.stream(self.stream):
            yield
        current.wait_stream(self.stream)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """What it frees on the card would end the capture."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
