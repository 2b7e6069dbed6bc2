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


def test_a_bag_of_parts_forgets_where_windows_are() -> None:
    network, x = MODELS["bag-of-parts"]((1, 20, 20), 3, 4), torch.zeros(2, 1, 20, 20)
    x[0, 0, 4:7, 4:7], x[0, 0, 12:14, 12:15] = 1, 2
    x[1, 0, 13:16, 5:8], x[1, 0, 5:7, 14:17] = 1, 2
    scores = network(x)
    torch.testing.assert_close(scores[0], scores[1])
    assert not torch.allclose(MODELS["capsule"]((1, 20, 20), 3, 4)(x)[0], scores[1])


def test_the_class_capsules_are_read_by_their_lengths() -> None:
    network = chain(MODELS["capsule"]((1, 8, 8), 3, 2))
    lengths = network[:-1](torch.rand(4, 1, 8, 8))
    assert lengths.shape == (4, 3) and (lengths >= 0).all() and (lengths < 1).all()
