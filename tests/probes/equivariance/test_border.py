"""Tests of convlab.probes.border: the border that padding and a shift leave, and its errors."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from convlab.probes.equivariance import border_width, errors_by_depth
from tests.probes.equivariance.convolutions import images, network, rounded


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(1, 3), st.sampled_from([3, 5]), st.integers(-9, 9), st.integers(-9, 9))
def test_zero_padding_reaches_as_deep_as_all_paddings_together(
    depth: int, taps: int, rows: int, columns: int
) -> None:
    side = 24
    layers = rounded(network("zeros", *[1] * depth, taps=taps))
    expected = depth * (taps // 2) if rows or columns else 0
    deepest = min(abs(rows) or side, abs(columns) or side) // 2  # between the two borders
    width = border_width(layers, images(side).round(), (rows, columns))
    assert width == expected or expected > deepest >= width


def test_circular_convolutions_have_no_border() -> None:
    layers = rounded(network("circular", 1, 2))
    assert border_width(layers, images().round(), (2, 4)) == 0


def test_outputs_without_padding_have_no_border() -> None:
    layers = rounded(network("valid", 1, 2))
    assert border_width(layers, images(17).round(), (2, 4)) == 0


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_the_errors_end_where_the_border_does(axes: int) -> None:
    layers, x = rounded(network("zeros", 1, 1, axes=axes)), images(8, axes=axes).round()
    shift = (0,) * (axes - 1) + (4,)
    errors = errors_by_depth(layers, x, shift).tolist()
    assert border_width(layers, x, shift) == len(errors) == 2
    errors = errors_by_depth(layers, images(16, axes=axes).round(), (*shift[:-1], 8)).tolist()
    assert len(errors) == 4
    assert min(errors[:2]) > 0 == max(errors[2:])


def test_the_errors_of_a_known_border() -> None:
    """Ones, summed by three: 2 at either end of eight outputs, where the moved image has 3.

    Moved by four, those two ends lie in the middle: beside each border, which is of two outputs,
    one is 2 and one is 3. The error is that of four outputs that differ by 1, of twos and threes.
    """
    sums = nn.Conv1d(1, 1, 3, padding=1, bias=False)
    nn.init.ones_(sums.weight)
    first, second = errors_by_depth(sums, torch.ones(1, 1, 8), (4,)).tolist()
    assert first == pytest.approx((4 / (2 * 2**2 + 2 * 3**2)) ** 0.5)
    assert second == 0


def test_a_border_needs_a_whole_shift() -> None:
    with pytest.raises(ValueError, match="by a part"):
        border_width(nn.MaxPool2d(2), images(), (0, 1))
    with pytest.raises(ValueError, match="moves nothing"):
        errors_by_depth(nn.MaxPool2d(2), images(), (0, 16))
