"""Tests of convlab.probes.equivariance: against what is known of simple networks."""

from __future__ import annotations

import doctest
import math
from fractions import Fraction
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor, nn

from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from convlab.probes.equivariance import agreement, equivariance, invariance
from convlab.probes.equivariance import deviation as probe
from convlab.probes.exact import exact
from tests.probes.equivariance.convolutions import SHIFTS, images, network

LOCAL = {1: LocallyConnected1d, 2: LocallyConnected2d, 3: LocallyConnected3d}


def test_circular_convolutions_follow_every_shift() -> None:
    assert equivariance(network("circular", 1, 1, 1), images(), SHIFTS).max() < 1e-12


def test_strides_follow_whole_steps_and_no_others() -> None:
    errors = equivariance(network("circular", 2, 1, 2), images(), SHIFTS)
    whole = torch.tensor([rows % 4 == columns % 4 == 0 for rows, columns in SHIFTS])
    assert errors[whole].max() < 1e-12
    assert errors[~whole].min() > 1e-3


def test_zero_padding_breaks_it() -> None:
    assert equivariance(network("zeros", 1), images(), [(0, 1)]) > 1e-3
    assert equivariance(network("zeros", 1), images(), [(0, 0)]) == 0


def test_the_error_of_a_known_network() -> None:
    """A fixed mask on the impulse at (0, 0) keeps it there, and removes it once shifted."""
    impulse = torch.zeros(1, 1, 4, 4)
    impulse[..., 0, 0] = 2
    mask = (impulse > 0).float()
    assert equivariance(lambda x: mask * x, impulse, [(0, 0), (1, 2)]).tolist() == [0, 1]


def test_a_broken_shift_counts_its_better_neighbour() -> None:
    """A ramp moved by half a step lies between two whole ones; the nearer of these counts."""
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    every_second = equivariance(lambda x: x[..., ::2, ::2], ramp, [(0, 1)])
    y, move = ramp[..., ::2, ::2], ramp.roll(1, -1)[..., ::2, ::2]
    either = [(move - y).norm(), (move - y.roll(1, -1)).norm()]
    assert every_second.item() == pytest.approx((min(either) / y.norm()).item())


def test_global_pooling_ignores_shifts_and_flattening_does_not() -> None:
    trunk, shifts = network("circular", 1, 1), [(0, 3), (5, 0), (-2, 7)]
    pooled = nn.Sequential(trunk, nn.AdaptiveMaxPool2d(1), nn.Flatten())
    assert invariance(pooled, images(), shifts).max() < 1e-12
    assert agreement(pooled, images(), shifts).tolist() == [1, 1, 1]
    assert invariance(nn.Sequential(trunk, nn.Flatten()), images(), shifts).min() > 0.1


def test_agreement_is_a_share_of_images() -> None:
    """The class is the column of the pixel: of four images two are kept by their symmetry."""
    x = torch.zeros(4, 1, 1, 4)
    x[0, ..., 0] = x[1, ..., 3] = 1  # single pixels move to another column
    x[2] = x[3] = 1  # a constant does not
    assert agreement(lambda x: x.flatten(1), x, [(0, 1), (0, 4), (0, 0)]).tolist() == [0.5, 1, 1]


def test_exact_weights_give_the_same_sums_in_any_order() -> None:
    state = exact({"weight": torch.randn(1000, generator=Generator().manual_seed(0))})
    terms = state["weight"] * torch.arange(1000) / 16
    assert terms.sum() == terms.flip(0).sum() == sum(terms.tolist())
    assert (256 * state["weight"] % 1 == 0).all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(1, 3), st.sampled_from([3, 5]), st.integers(1, 2), st.data())
def test_circular_convolutions_follow_in_any_dimension(
    axes: int, taps: int, stride: int, data: st.DataObject
) -> None:
    shift = tuple(stride * data.draw(st.integers(-9, 9)) for _ in range(axes))
    layers = network("circular", 1, stride, taps=taps, axes=axes)
    assert equivariance(layers, images(8, axes=axes), [shift]) < 1e-12


@pytest.mark.parametrize("axes", LOCAL)
def test_weights_of_their_own_follow_no_shift(axes: int) -> None:
    """A locally connected layer is the control: it cannot follow, and its tied twin can."""
    kind = LOCAL[axes]
    options: dict[str, Any] = {"padding": 1, "padding_mode": "circular", "dtype": torch.float64}
    local = kind(1, 2, (8,) * axes, 3, **options)
    shifts = [(1,) * axes, (4,) * axes, (0,) * axes]
    near, far, still = equivariance(local, images(8, axes=axes), shifts).tolist()
    assert near > 0.1
    assert far > 0.1
    assert still == 0
    (conv,) = network("circular", 1, axes=axes)
    assert isinstance(conv, nn.Conv1d | nn.Conv2d | nn.Conv3d)
    tied = kind.from_conv(conv, (8,) * axes)
    assert equivariance(tied, images(8, axes=axes), shifts).max() < 1e-12


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(1, 2), st.integers(1, 2), st.integers(-3, 3), st.integers(15, 19))
def test_without_padding_outputs_that_see_no_border_follow(
    axes: int, stride: int, steps: int, side: int
) -> None:
    layers, x = network("valid", 1, stride, axes=axes), images(side, axes=axes)
    shift = (stride * steps,) * axes
    assert equivariance(layers, x, [shift], stride=(stride,) * axes) < 1e-12
    around = tuple(by - side for by in shift)  # the same shift, the long way
    assert equivariance(layers, x, [around], stride=(stride,) * axes) < 1e-12


def test_without_padding_the_stride_is_that_of_the_receptive_field() -> None:
    layers = network("valid", 1, 2, 1)  # 19 pixels, 6 outputs, 2 pixels apart
    followed, broken = equivariance(layers, images(19), [(2, -4), (1, 0)])
    assert followed < 1e-12
    assert broken > 0.1


def test_the_error_of_the_outputs_that_are_compared() -> None:
    """Means of neighbours in 0, 1 … 6, plus 10 at output 4, which moves nowhere.

    Moved they should be .5, 1.5, 2.5, 3.5 and 14.5, and are .5, 1.5, 2.5, 13.5 and 4.5.
    """

    def means(x: Tensor) -> Tensor:
        return (x[..., 1:] + x[..., :-1]) / 2 + 10 * (torch.arange(6) == 4)

    expected = math.hypot(10, 10) / math.hypot(0.5, 1.5, 2.5, 3.5, 14.5)
    error = equivariance(means, torch.arange(7.0)[None, None], [(1,)], stride=(1,))
    assert error.item() == pytest.approx(expected)


def test_a_given_stride_goes_before_one_that_is_whole_by_chance() -> None:
    """28 pixels and 4 outputs, as of LeNet: not 7 pixels apart, but 4."""
    layers = nn.Sequential(*network("valid", 1, taps=5), nn.AvgPool2d(2))
    layers.extend(nn.Sequential(nn.Conv2d(3, 3, 5, dtype=torch.float64), nn.AvgPool2d(2)))
    x = images(28)
    assert equivariance(layers, x, [(4, 8)], stride=(4, 4)) < 1e-12
    assert equivariance(layers, x, [(4, 8)]) > 0.1


def test_enlarged_outputs_move_further() -> None:
    larger = nn.Upsample(scale_factor=2)
    assert equivariance(larger, images(8), [(1, 3), (-2, 8)]).tolist() == [0, 0]
    assert equivariance(larger, images(8), [(1, 3)], stride=(1, Fraction(1, 2))).item() > 0.1


def test_outputs_of_nothing() -> None:
    """0 that stays 0 is an error of 0; anything that was 0 is an infinite one; NaN stays NaN."""
    nowhere = torch.zeros(1, 1, 4)
    marked = torch.zeros(1, 1, 4)
    marked[..., 0] = 1
    for measure in (equivariance, invariance):
        assert measure(lambda x: 0 * x, marked, [(1,)]) == 0
        assert measure(lambda x: x - marked, marked, [(1,)]) == torch.inf
        assert measure(lambda x: x / x, nowhere, [(0,)]).isnan()


def test_half_precision_does_not_hide_an_error() -> None:
    """The norm of these outputs is above what half precision holds."""
    x = torch.full((1, 1, 64), 60_000.0).half()
    x[..., 0] = 0
    assert equivariance(lambda x: x * (torch.arange(64) > 3), x, [(32,)]) > 0.1
    assert invariance(lambda x: x, x, [(32,)]) > 0.1


def test_what_cannot_be_compared_is_refused() -> None:
    x = images()
    with pytest.raises(ValueError, match="look at a layer before"):
        equivariance(nn.Flatten(), x, [(0, 1)])
    with pytest.raises(ValueError, match=r"no whole number of pixels each: give `stride`"):
        equivariance(lambda x: x[..., 1:, 1:], x, [(0, 1)])
    with pytest.raises(ValueError, match=r"no whole number of pixels each: give `stride`"):
        everywhere = nn.Sequential(nn.InstanceNorm2d(1), nn.Conv2d(1, 1, 3, dtype=x.dtype))
        equivariance(everywhere, x, [(0, 1)])  # whose fields are the whole image
    with pytest.raises(ValueError, match="2 numbers above 0"):
        equivariance(nn.Identity(), x, [(0, 1)], stride=(1,))
    with pytest.raises(ValueError, match="2 numbers above 0"):
        equivariance(nn.Identity(), x, [(0, 1)], stride=(1, 0))
    with pytest.raises(ValueError, match="a number for each of 2 axes"):
        invariance(nn.Identity(), x, [(1,)])
    with pytest.raises(ValueError, match="leaves none"):
        equivariance(nn.Conv2d(1, 1, 11, dtype=x.dtype), x, [(0, 7)])
    with pytest.raises(ValueError, match="with an image"):
        invariance(nn.Identity(), x[:0], [(0, 1)])
    with pytest.raises(ValueError, match="one class"):
        agreement(nn.Identity(), x, [(0, 1)])


def test_no_shifts_have_no_errors() -> None:
    assert equivariance(nn.Identity(), images(), []).tolist() == []
    assert invariance(nn.Identity(), images(), []).tolist() == []
    assert agreement(nn.Flatten(), images(), []).tolist() == []


def test_the_examples_of_the_documentation() -> None:
    outcome = doctest.testmod(probe)
    assert outcome.attempted and not outcome.failed
