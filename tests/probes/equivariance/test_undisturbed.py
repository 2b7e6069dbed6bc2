"""Tests of convlab.probes.undisturbed: no probe of equivariance leaves a trace in the network."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from convlab.probes.equivariance import (
    agreement,
    border_width,
    consistency,
    equivariance,
    errors_by_depth,
    infinitesimal,
    invariance,
    layer_errors,
    sensitivity,
    transformation_errors,
)
from convlab.probes.equivariance.undisturbed import undisturbed

SHIFTS = [(0,), (1,)]
PROBES: dict[str, Callable[[nn.Module, Tensor], object]] = {
    "equivariance": lambda layers, x: equivariance(layers, x, [(1,)]),
    "invariance": lambda layers, x: invariance(layers, x, [(1,)]),
    "agreement": lambda layers, x: agreement(nn.Sequential(layers, nn.Flatten()), x, [(1,)]),
    "border width": lambda layers, x: border_width(layers, x, (1,)),
    "errors by depth": lambda layers, x: errors_by_depth(layers, x, (1,)),
    "flips": lambda layers, x: transformation_errors(layers, x),
    "sensitivity": lambda layers, x: sensitivity(layers, x, 1),
    "consistency": lambda layers, x: consistency(nn.Sequential(layers, nn.Flatten()), x, SHIFTS),
    "layers": lambda layers, x: layer_errors(layers, x, [(1,)]),
    "infinitesimal": lambda layers, x: infinitesimal(layers, x),
}


def layers() -> nn.Sequential:
    return nn.Sequential(nn.Conv1d(1, 2, 3, padding=1), nn.BatchNorm1d(2), nn.Dropout(0.5))


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", PROBES)
def test_a_probe_leaves_no_trace(name: str, train: bool) -> None:
    network = layers().train(train)
    state = {key: value.clone() for key, value in network.state_dict().items()}
    random = torch.get_rng_state()
    PROBES[name](network, torch.randn(4, 1, 8, generator=torch.Generator().manual_seed(0)))
    torch.testing.assert_close(network.state_dict(), state, rtol=0, atol=0)
    assert torch.equal(torch.get_rng_state(), random)
    assert [layer.training for layer in network.modules()] == [train] * 4
    assert all(parameter.grad is None for parameter in network.parameters())


def test_dropout_draws_one_mask() -> None:
    """Or an image that is not moved at all would seem to give other outputs."""
    x = torch.ones(1, 1, 64)
    assert equivariance(nn.Dropout(0.5), x, [(0,), (64,)]).tolist() == [0, 0]
    assert equivariance(nn.Dropout(0.5), x, [(1,)]) > 0.1
    assert invariance(lambda x: nn.functional.dropout(x), x, [(0,)]) == 0


def test_batch_norm_in_train_mode_takes_the_batch() -> None:
    norm, x = nn.BatchNorm1d(1), torch.randn(8, 1, 8)
    expected = nn.functional.batch_norm(x, None, None, training=True)
    torch.testing.assert_close(undisturbed(norm)(x), expected)


def test_more_than_a_tensor_is_refused() -> None:
    with pytest.raises(ValueError, match="returns a tuple, not one tensor"):
        equivariance(nn.MaxPool1d(2, return_indices=True), torch.ones(1, 1, 4), [(1,)])
