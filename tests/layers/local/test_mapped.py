"""Tests of convlab.layers.local.mapped: vectorized gradients are those of a convolution."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import functional

from convlab.layers import LocallyConnected1d, LocallyConnected2d
from convlab.layers.local import small


@pytest.fixture(autouse=True, params=["at once", "in parts"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in parts":
        monkeypatch.setattr(small, "SMALL", 0)


def pairs() -> list[tuple[Any, Any, Tensor]]:
    line = nn.Conv1d(2, 3, 2, dtype=torch.float64)
    square = nn.Conv2d(2, 4, 2, padding=1, groups=2, dtype=torch.float64)
    x = torch.randn(2, 2, 4, 3, dtype=torch.float64)
    return [
        (line, LocallyConnected1d.from_conv(line, 4), x[..., 0]),
        (square, LocallyConnected2d.from_conv(square, (4, 3)), x),
    ]


@pytest.mark.filterwarnings("ignore:`torch.jit.script")  # torch's own, in forward mode
@pytest.mark.parametrize("strategy", ["reverse-mode", "forward-mode"])
def test_vectorized_jacobians(strategy: str) -> None:
    for conv, layer, x in pairs():
        options: Any = {"vectorize": True, "strategy": strategy}
        expected = functional.jacobian(conv, x)
        torch.testing.assert_close(functional.jacobian(layer, x, **options), expected)


def test_vectorized_hessians() -> None:
    for conv, layer, x in pairs():
        mine, its = (
            functional.hessian(lambda x, one=one: one(x).exp().sum(), x, vectorize=True)
            for one in (layer, conv)
        )
        torch.testing.assert_close(mine, its)


def test_many_gradients_at_once() -> None:
    for _, layer, x in pairs():
        of = [x.requires_grad_(), *layer.parameters()]
        y = layer(x)
        weightings = torch.randn(5, *y.shape, dtype=y.dtype)
        once = torch.autograd.grad(y, of, weightings, retain_graph=True, is_grads_batched=True)
        for i, weighting in enumerate(weightings):
            alone = torch.autograd.grad(y, of, weighting, retain_graph=True)
            torch.testing.assert_close([gradient[i] for gradient in once], list(alone))
