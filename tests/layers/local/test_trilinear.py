"""Tests of convlab.layers.trilinear: what is kept, and further derivatives."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Generator, Tensor
from torch.func import hessian, jvp, vmap

from convlab.layers import LocallyConnected2d, locally_connected
from convlab.layers.local import small
from convlab.layers.local.trilinear import Output
from convlab.layers.windows import Windows

OPTIONS: Any = (None, (2, 1), 1, (1, 2), 2)  # no bias, stride, padding, dilation, groups


def call(x: Tensor, weight: Tensor) -> Tensor:
    return locally_connected(x, weight, *OPTIONS)


@pytest.fixture(autouse=True)
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little the work is."""
    monkeypatch.setattr(small, "SMALL", 0)


def operands(*seeds: int) -> tuple[Tensor, Tensor]:
    draw = Generator().manual_seed(0)
    shapes = (2, 4, 5, 6), (6, 2, 3, 4, 3, 3)
    x, weight = (torch.randn(*seeds, *s, dtype=torch.float64, generator=draw) for s in shapes)
    return x, weight


def test_no_patches_are_kept_for_the_backward_pass() -> None:
    layer, x = LocallyConnected2d(3, 4, 8, 5, padding=2), torch.ones(60, 3, 8, 8)
    kept: list[int] = []

    def keep(tensor: Tensor) -> Tensor:
        kept.append(tensor.numel())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        layer(x)
    assert sorted(kept) == sorted([60 * 3 * 12 * 12, layer.weight.numel()])


@pytest.mark.filterwarnings("ignore:`torch.jit.script`")  # torch's own, in forward mode
def test_forward_mode_follows_the_product_rule() -> None:
    (x, weight), (dx, dweight) = operands(), (t.flip(0) for t in operands())
    y, change, *_ = jvp(call, (x, weight), (dx, dweight))
    torch.testing.assert_close(y, call(x, weight))
    torch.testing.assert_close(change, call(dx, weight) + call(x, dweight))
    _, by_x, *_ = jvp(lambda x: call(x, weight), (x,), (dx,))
    torch.testing.assert_close(by_x, call(dx, weight))


def test_seeds_of_seeds() -> None:
    x, weight = operands(2, 3)
    expected = torch.stack(
        [torch.stack([call(x[0, j], weight[i, 0]) for j in range(3)]) for i in range(2)]
    )
    nested = vmap(vmap(call, in_dims=(0, None)), in_dims=(None, 0))(x[0], weight[:, 0])
    torch.testing.assert_close(nested, expected)
    last = vmap(call, in_dims=(4, 2))(x[0].movedim(0, 4), weight[0].movedim(0, 2))
    torch.testing.assert_close(last, torch.stack([call(x[0, i], weight[0, i]) for i in range(3)]))


def test_windows_are_found_however_the_input_lies() -> None:
    """A tangent, or an input with an axis of seeds in its midst, need not lie as others do."""
    windows = Windows.over((4, 3), 2, 1, 0, 1, "zeros")
    x, w = torch.randn(4, 3, 1, 2, 5), torch.randn(3, 2, 6, 2, 4)
    expected = Output.of(x, w, windows)
    for axes in ((4, 0, 1, 2, 3), (0, 1, 2, 4, 3), (1, 0, 2, 3, 4)):
        lying = torch.empty_permuted(x.shape, axes).copy_(x)
        torch.testing.assert_close(Output.of(lying, w, windows), expected)


@pytest.mark.filterwarnings("ignore:`torch.jit.script`")  # torch's own, in forward mode
def test_second_derivatives_are_those_of_a_square() -> None:
    """The sum of squares |X w|² has the Hessian 2 XᵀX: blocks of 2 x xᵀ, one per position."""
    x = torch.tensor([[[1.0, 2.0, 5.0]]])
    weight = torch.zeros(1, 1, 2, 2)
    curvature = hessian(lambda w: locally_connected(x, w).square().sum())(weight).reshape(4, 4)
    blocks = [2 * torch.outer(seen, seen) for seen in (x[0, 0, :2], x[0, 0, 1:])]
    torch.testing.assert_close(curvature, torch.block_diag(*blocks))
