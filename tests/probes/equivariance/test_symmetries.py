"""Tests of convlab.probes.transformations: symmetric kernels follow, and others do not."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest
import torch
from torch import Tensor, nn

from convlab.layers import LocallyConnected2d
from convlab.probes.equivariance import transformation_errors, transformations
from tests.probes.equivariance.convolutions import images, network


def symmetric(layers: nn.Sequential) -> nn.Sequential:
    """Every kernel averaged over all orders and directions of its axes."""
    for layer in layers:
        for weight in layer.parameters():
            if weight.ndim > 1:
                weight.data = averaged(weight.data)
    return layers


def averaged(weight: Tensor) -> Tensor:
    axes = range(2, weight.ndim)
    turned = [
        weight.permute(0, 1, *order).flip(list(flips))
        for order in permutations(axes)
        for count in range(len(axes) + 1)
        for flips in combinations(axes, count)
    ]
    return torch.stack(turned).mean(dim=0)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("padding", ["circular", "zeros", "valid", "reflect"])
def test_symmetric_kernels_follow_flips_and_rotations(padding: str, axes: int) -> None:
    """With any padding: the border is symmetric too. With stride 2 on an odd side as well."""
    layers = symmetric(network(padding, 1, 2, 1, axes=axes))
    errors = transformation_errors(layers, images(13, axes=axes))
    assert len(errors) == {1: 1, 2: 5, 3: 12}[axes]
    assert max(errors.values()) < 1e-12


def test_strides_on_an_even_side_do_not() -> None:
    errors = transformation_errors(symmetric(network("circular", 2)), images(16))
    assert min(errors.values()) > 0.1


def test_other_kernels_and_local_weights_do_not() -> None:
    assert min(transformation_errors(network("circular", 1), images(8)).values()) > 0.1
    local = LocallyConnected2d(1, 2, 8, 3, padding=1, dtype=torch.float64)
    assert min(transformation_errors(local, images(8)).values()) > 0.1


def test_the_transformations_of_an_image() -> None:
    x = torch.tensor([[0, 1], [2, 3]])[None, None]
    move = {name: each(x)[0, 0].tolist() for name, each in transformations(2).items()}
    assert move == {
        "flip 0": [[2, 3], [0, 1]],
        "flip 1": [[1, 0], [3, 2]],
        "rotate 0, 1 by 90": [[1, 3], [0, 2]],
        "rotate 0, 1 by 180": [[3, 2], [1, 0]],
        "rotate 0, 1 by 270": [[2, 0], [3, 1]],
    }


def test_the_error_of_a_known_network() -> None:
    """The corner counts twice and stays lit: once flipped, 2 is missing there, and 1 is left."""
    corner = torch.zeros(1, 1, 2, 3)
    corner[..., 0, 0] = 1
    found = transformation_errors(
        lambda x: x * corner + corner, corner, {"flip": lambda x: x.flip(3), "none": lambda x: x}
    )
    assert found == {"flip": pytest.approx((1 + 4) ** 0.5 / 2), "none": 0}


def test_outputs_without_positions_should_stay() -> None:
    pooled = nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten())
    assert set(transformation_errors(pooled, images()).values()) == {0}
    assert min(transformation_errors(nn.Flatten(), images()).values()) > 0.1


def test_sides_that_are_not_equal_cannot_rotate() -> None:
    flip = {"flip": transformations(2)["flip 0"]}
    x = images()[..., :-1]
    assert transformation_errors(nn.Identity(), x, flip) == {"flip": 0}
    with pytest.raises(ValueError, match="sides are equal"):
        transformation_errors(lambda x: torch.zeros(1, 1, 4, 2), x)
    with pytest.raises(ValueError, match="neither"):
        transformation_errors(nn.Flatten(2), x, flip)
