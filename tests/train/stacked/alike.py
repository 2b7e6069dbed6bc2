"""Networks that are built alike, and what counts as the same numbers, for tests of many seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

SEEDS = 3
Built = Callable[[], nn.Module]


def networks(build: Built, count: int = SEEDS) -> list[nn.Module]:
    torch.manual_seed(0)
    return [build().double() for _ in range(count)]


def close(actual: Any, expected: Any) -> None:
    torch.testing.assert_close(actual, expected, rtol=1e-11, atol=1e-12)
