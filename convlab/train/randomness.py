"""The generators that layers draw from wherever they are: torch's, numpy's and Python's own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from ..streams import Stream, generator


def seed_all(seed: int, stream: Stream) -> None:
    """Let whatever draws from a global generator draw from this stream."""
    start = generator(seed, stream).initial_seed()
    random.seed(start)
    np.random.seed(start % 2**32)
    if torch.accelerator.is_available():
        torch.manual_seed(start)
    else:  # half the time of a small network's set-up is saved: no other device is to be told
        torch.default_generator.manual_seed(start)


@contextmanager
def left_as_it_was() -> Iterator[None]:
    """Put back, at the end, the state of every global generator."""
    of_python, of_numpy = random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(of_python)
        np.random.set_state(of_numpy)


def state() -> tuple[Any, ...]:
    """Equal before and after what has drawn nothing."""
    of_numpy: Any = np.random.get_state(legacy=False)
    words, place = of_numpy["state"].values()
    of_torch = torch.random.get_rng_state().numpy().tobytes()
    return random.getstate(), (words.tobytes(), place, of_numpy["has_gauss"]), of_torch
