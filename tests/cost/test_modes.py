"""Tests of the mode in which a network is counted: as it predicts, or as it trains."""

import pytest
import torch
from torch import Tensor, nn

from convlab.cost import cost, saved_bytes
from convlab.cost.memory import training_peak_bytes
from convlab.settings import Timing


class Auxiliary(nn.Module):
    """A classifier with a second head that only training uses, as GoogLeNet has."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head, self.second = (nn.Linear(6, 6) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        y = self.body(x)
        return (self.head(y), self.second(y)) if self.training else self.head(y)


def pooled() -> nn.Sequential:
    """Batch norm on one number per channel, as in DeepLab's pooling branch."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))


@pytest.mark.parametrize("training", [True, False])
def test_products_are_of_a_prediction_and_bytes_of_training(training: bool) -> None:
    network, x = Auxiliary().train(training), torch.zeros(5, 6)
    predicted, trained = cost(network, x, peak=True), cost(network, x, train=True, peak=True)
    assert (predicted.mode, predicted.multiply_adds) == ("eval", 2 * 36)
    assert (trained.mode, trained.multiply_adds) == ("train", 3 * 36)
    assert network.training == training
    network.train()
    assert predicted.saved_bytes == trained.saved_bytes == saved_bytes(network, x)
    assert predicted.peak_bytes == trained.peak_bytes == training_peak_bytes(network, x)


def test_what_cannot_be_trained_on_one_sample_is_counted_on_it() -> None:
    spent = cost(
        pooled(), torch.zeros(1, 3, 8, 8), peak=True, timing=Timing(repeats=2, least_of=1)
    )
    assert (spent.multiply_adds, spent.saved_bytes, spent.peak_bytes) == (12, None, None)
    assert "more than 1 value per channel" in spent.training_failure
    assert spent.times is not None and spent.times.forward_and_backward is None
    with pytest.raises(ValueError, match="more than 1 value"):
        cost(pooled(), torch.zeros(1, 3, 8, 8), train=True)
    assert cost(pooled(), torch.zeros(2, 3, 8, 8)).saved_bytes


def test_every_layer_keeps_its_own_mode() -> None:
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout())
    network[1].eval()  # frozen
    cost(network, torch.ones(1, 3), peak=True)
    assert [layer.training for layer in network.modules()] == [True, True, False, True]
    assert cost(network, torch.ones(1, 3)).saved_bytes  # it can be trained on one


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch, as it compiles
def test_compiled_parts_and_the_fast_path_are_seen() -> None:
    encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    network: nn.Sequential = nn.Sequential(nn.Linear(8, 8), encoder).eval()
    network.requires_grad_(False)
    x = torch.zeros(5, 3, 8)
    counted = cost(network, x).multiply_adds
    assert counted == 3 * (64 + 4 * 64 + 2 * 8 * 16) + 2 * 3 * 3 * 8
    network[0] = torch.compile(network[0])  # type: ignore[assignment]
    assert cost(network, x).multiply_adds == counted
