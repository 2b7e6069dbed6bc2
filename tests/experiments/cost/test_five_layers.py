"""Tests of experiments/cost/_five_layers: five layers, one linear function."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from convlab.cost import Cost, cost
from convlab.probes.matrix import matrix
from experiments.cost import _five_layers
from experiments.cost._names import CONVOLUTION, DENSE, LOCAL, MASKED, SHARED


@settings(deadline=None, max_examples=20)
@given(st.integers(3, 6), st.integers(1, 2), st.integers(1, 3), st.sampled_from([1, 3]))
def test_copies_give_the_same_outputs(side: int, inputs: int, outputs: int, kernel: int) -> None:
    conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False).double()
    conv.weight.data = torch.randint(-9, 9, conv.weight.shape).double()
    x = torch.randint(-9, 9, (2, inputs, side, side)).double()
    layers = _five_layers.copies(conv, side)
    assert set(layers) == {DENSE, MASKED, SHARED, LOCAL, CONVOLUTION}
    for layer in layers.values():
        assert torch.equal(layer(x), conv(x))


def test_the_band_is_the_matrix_of_the_convolution() -> None:
    conv = nn.Conv2d(2, 3, 5, padding=2, bias=False)
    assert torch.equal(_five_layers.band(conv.weight.detach(), 6), matrix(conv, (2, 6, 6)))


def test_only_the_mask_keeps_the_masked_layer_sparse() -> None:
    conv = nn.Conv2d(1, 2, 3, padding=1, bias=False)
    _, masked, _ = _five_layers.copies(conv, 5)[MASKED].children()
    assert isinstance(masked, _five_layers.MaskedLinear)
    assert (masked.weight != 0).all()
    assert matrix(masked, (25,)).count_nonzero() == cost(conv, zeros()).effective_multiply_adds


def zeros(device: str = "cpu") -> torch.Tensor:
    return torch.zeros(1, 1, 5, 5, device=device)


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_the_layers_store_and_multiply_what_the_formulas_say(device: str) -> None:
    with torch.device(device):
        spent: dict[str, Cost] = {
            name: cost(build(), zeros(device))
            for name, build in _five_layers.builders(5, 1, 2, 3).items()
        }
    stored = {name: found.parameters for name, found in spent.items()}
    assert stored == {
        DENSE: 25 * 50,
        MASKED: 25 * 50,
        SHARED: 2 * 9 * 9,
        LOCAL: 50 * 9,
        CONVOLUTION: 2 * 9,
    }
    near = 2 * (3 * 5 - 2) ** 2  # of each axis' 15 taps, 2 are outside
    multiplied = {name: found.effective_multiply_adds for name, found in spent.items()}
    assert multiplied == {
        DENSE: 25 * 50,
        MASKED: 25 * 50,
        SHARED: 25 * 50,
        LOCAL: near,
        CONVOLUTION: near,
    }
