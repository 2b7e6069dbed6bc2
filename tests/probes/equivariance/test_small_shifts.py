"""Tests of convlab.probes.infinitesimal: against small shifts of waves, and what must be exact."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from convlab.probes.equivariance import derivative, equivariance, infinitesimal
from tests.probes.equivariance.convolutions import images, network

LOCAL = {1: LocallyConnected1d, 2: LocallyConnected2d, 3: LocallyConnected3d}


def move(x: Tensor, by: float, axis: int) -> Tensor:
    """Every wave of a real image, moved by a part of a pixel; pixels along `axis` of the image."""
    waves = torch.fft.fft(x, dim=axis + 2).movedim(axis + 2, -1)
    phase = -2 * torch.pi * by * torch.fft.fftfreq(x.shape[axis + 2], dtype=x.dtype)
    shift_image: Tensor = torch.fft.ifft(waves * torch.exp(1j * phase)).real
    return shift_image.movedim(-1, axis + 2)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("side", [7, 8])
def test_circular_convolutions_follow_from_the_start(side: int, axes: int) -> None:
    layers = network("circular", 1, axes=axes)
    errors = infinitesimal(layers, images(side, axes=axes))
    assert errors.shape == (axes,)
    assert errors.max() < 1e-12


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_weights_of_their_own_do_not(axes: int) -> None:
    local = LOCAL[axes](1, 2, (8,) * axes, 3, padding=1, padding_mode="circular").double()
    assert infinitesimal(local, images(8, axes=axes)).min() > 0.1


def test_it_is_the_slope_of_the_error() -> None:
    """Of a smooth network with every defect: padding of zeros, a stride, a curved function."""
    layers = nn.Sequential(network("zeros", 1), nn.Tanh(), nn.AvgPool2d((2, 1)))
    x, step = images(12), 1e-5
    y, slopes = layers(x), []
    for axis, stride in enumerate((2, 1)):
        later, earlier = (
            layers(move(x, by, axis)) - move(y, by / stride, axis) for by in (step, -step)
        )
        slopes.append((later - earlier).norm() / (2 * step) / y.norm())
    torch.testing.assert_close(infinitesimal(layers, x), torch.stack(slopes).detach())


def test_only_waves_that_become_too_short_break_it() -> None:
    """A square doubles frequencies: 3 becomes 6, of at most 8; 5 becomes 10, which looks as 6."""
    turns = 2 * torch.pi * torch.arange(16, dtype=torch.float64) / 16
    long, short = (torch.sin(waves * turns)[None, None] for waves in (3, 5))
    assert infinitesimal(torch.square, long) < 1e-12
    assert infinitesimal(torch.square, short) > 0.1
    assert equivariance(torch.square, short, [(1,)]) == 0


def test_outputs_without_positions_should_stay() -> None:
    mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    assert infinitesimal(mean, images()).max() < 1e-12
    assert infinitesimal(nn.Flatten(), images()).min() > 0.1


def test_the_derivative_of_a_wave() -> None:
    p = torch.arange(9, dtype=torch.float64)
    x = torch.cos(2 * torch.pi * 2 * p / 9 + 0.3)[None, None, :, None].expand(1, 1, 9, 4)
    expected = -(4 * torch.pi / 9) * torch.sin(2 * torch.pi * 2 * p / 9 + 0.3)
    torch.testing.assert_close(derivative(x, 0)[0, 0, :, 1], expected)
    assert derivative(x, 1).abs().max() < 1e-12
    assert derivative((-1.0) ** torch.arange(4)[None, None], 0).abs().max() == 0


def test_what_has_no_derivative_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fill"):
        infinitesimal(network("valid", 1), images())
    with pytest.raises(ValueError, match="of floats"):
        infinitesimal(nn.Identity(), images().long())
    with pytest.raises(ValueError, match="look at a layer before"):
        infinitesimal(nn.Flatten(2), images())
