"""Tests of convlab.models: shapes, sizes by closed form, and what makes the networks alike."""

from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from convlab.layers import LocallyConnected2d
from convlab.models import MODELS, Head, Shape, cnn, local, maximum_head, mean_head
from convlab.settings import Model

shapes = st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12))
names = st.sampled_from(sorted(MODELS))
widths = st.integers(1, 5)
family = settings(max_examples=50, deadline=None, derandomize=True)


def test_the_names_are_those_of_the_settings() -> None:
    assert set(MODELS) == set(get_args(Model))


@family
@given(names, shapes, st.integers(2, 5), widths)
def test_a_network_scores_every_class_of_images_of_any_size(
    name: str, shape: Shape, classes: int, width: int
) -> None:
    network = MODELS[name](shape, classes, width)
    assert network(torch.rand(3, *shape)).shape == (3, classes)


def chain(network: nn.Module) -> nn.Sequential:
    assert isinstance(network, nn.Sequential)
    return network


@family
@given(shapes, widths)
def test_the_local_network_can_be_the_convolutional_one(shape: Shape, width: int) -> None:
    shared = chain(cnn(shape, 3, width))
    unshared = nn.Sequential(
        *(
            LocallyConnected2d.from_conv(old, new.in_size)
            if isinstance(new, LocallyConnected2d) and isinstance(old, nn.Conv2d)
            else old
            for old, new in zip(shared, chain(local(shape, 3, width)), strict=True)
        )
    )
    images = torch.rand(2, *shape)
    torch.testing.assert_close(unshared(images), shared(images))


@pytest.mark.parametrize("head", [mean_head, maximum_head])
def test_a_pooling_head_takes_another_size_and_forgets_places(head: Head) -> None:
    network = chain(cnn((1, 8, 8), 3, 2, head))
    assert network(torch.rand(2, 1, 20, 12)).shape == (2, 3)
    features = torch.rand(2, 4, 6, 5)
    turned = features.roll((2, 3), dims=(2, 3))
    torch.testing.assert_close(network[-1](turned), network[-1](features))


def test_the_flattened_head_takes_no_other_size() -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        cnn((1, 8, 8), 3, 2)(torch.rand(2, 1, 20, 12))
