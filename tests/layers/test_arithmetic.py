"""Tests of convlab.layers.arithmetic."""

from __future__ import annotations

import math

import torch
from torch import nn

from convlab.layers import Exp, Log, Square

X = torch.linspace(0.25, 4, 7, dtype=torch.float64)


def test_each_layer_is_its_formula() -> None:
    torch.testing.assert_close(Exp()(X).tolist(), [math.exp(x) for x in X.tolist()])
    torch.testing.assert_close(Log(0.5)(X).tolist(), [math.log(x + 0.5) for x in X.tolist()])
    assert Square()(-X).tolist() == [x * x for x in X.tolist()]


def test_between_log_and_exp_a_sum_is_a_product() -> None:
    total = nn.Conv1d(2, 1, 1, bias=False, dtype=torch.float64)
    nn.init.ones_(total.weight)
    pair = torch.stack([X, X.flip(0)])
    product = nn.Sequential(Log(), total, Exp())(pair)
    torch.testing.assert_close(product, (X * X.flip(0)).unsqueeze(0))


def test_log_without_offset_meets_its_edge() -> None:
    assert Log()(torch.tensor([0.0])).item() == -math.inf
    assert Log()(torch.tensor([-1.0])).isnan().all()
    assert repr(Log(1e-3)) == "Log(offset=0.001)"
