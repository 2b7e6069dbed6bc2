"""Tests of convlab.layers under torch.compile: the same numbers, and no warning of its own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d

CASES = {
    "at once": (LocallyConnected2d(3, 4, (5, 6), 3, padding=1), 2),
    "lines": (LocallyConnected1d(3, 8, 40, 3), 40),
    "planes": (LocallyConnected2d(4, 8, (16, 16), 3, padding=1), 64),
    "patches": (LocallyConnected3d(2, 8, (6, 6, 6), 3, stride=2, padding=1), 64),
}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:The .grad attribute", "ignore:`torch.jit.script")  # of dynamo
@pytest.mark.parametrize("name", CASES)
def test_a_compiled_layer_computes_the_same(name: str) -> None:
    layer, count = CASES[name]
    x = torch.randn(count, layer.in_channels, *layer.in_size, requires_grad=True)
    torch.compiler.reset()
    compiled = torch.compile(layer, backend="aot_eager")
    torch.testing.assert_close(compiled(x), layer(x))
    torch.testing.assert_close(gradients(compiled, layer, x), gradients(layer, layer, x))


def gradients(function: Any, layer: nn.Module, x: torch.Tensor) -> Any:
    return torch.autograd.grad(function(x).square().sum(), [x, *layer.parameters()])
