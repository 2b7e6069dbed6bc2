"""Tests of convlab.train: with every loss of torch.nn, and usual ones beside, fit is the loop."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from convlab.streams import Data
from tests.train.test_zoo import check
from tests.train.zoo import EXAMPLES, Draw

CLASSES = 3
Loss = Callable[[Tensor, Tensor], Tensor]


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, CLASSES)).double()


def inputs(generator: Generator) -> Tensor:
    return torch.randn(EXAMPLES, 5, generator=generator, dtype=torch.float64)


def classes(generator: Generator) -> Data:
    return Data(inputs(generator), torch.randint(CLASSES, (EXAMPLES,), generator=generator))


def numbers(generator: Generator) -> Data:
    x = inputs(generator)
    return Data(x, torch.randn(EXAMPLES, CLASSES, generator=generator, dtype=torch.float64))


def shares(generator: Generator) -> Data:
    data = numbers(generator)
    return Data(data.x, data.y.softmax(dim=1))


def signs(generator: Generator) -> Data:
    data = numbers(generator)
    return Data(data.x, data.y.sign())


def counts(generator: Generator) -> Data:
    data = classes(generator)
    return Data(data.x, F.one_hot(data.y, CLASSES).double())


def partly_ignored(generator: Generator) -> Data:
    data = classes(generator)
    return Data(data.x, data.y.masked_fill(torch.arange(EXAMPLES) % 2 == 0, -100))


def each(loss: Loss, row: Callable[[Tensor], Tensor] = lambda t: t[:, 0]) -> Loss:
    return lambda out, y: loss(row(out), row(y))


def masked(out: Tensor, y: Tensor) -> Tensor:
    kept = y > 0
    return F.mse_loss(out[kept], y[kept])


def clipped_at_the_median(out: Tensor, y: Tensor) -> Tensor:
    worst = (out - y).abs()
    return worst.clamp(max=worst.median().item()).sum()


def only_if_large(out: Tensor, y: Tensor) -> Tensor:
    value = F.mse_loss(out, y)
    return value if value > 1 else 2 * value


def spelled(out: Tensor, y: Tensor) -> Tensor:
    """Connectionist temporal classification, of one sentence of as many sounds as examples."""
    sizes = torch.tensor([len(out)]), torch.tensor([2])
    spoken: Tensor = nn.CTCLoss()(out.log_softmax(1)[:, None], y[None, :2] % 2 + 1, *sizes)
    return spoken


def shaken(out: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(out + torch.randn_like(out), y)


WEIGHTS = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)
LOSSES: dict[str, tuple[Any, Draw]] = {
    "BCELoss": (each(nn.BCELoss(), torch.sigmoid), numbers),
    "BCEWithLogitsLoss": (nn.BCEWithLogitsLoss(pos_weight=WEIGHTS), shares),
    "CTCLoss": (spelled, classes),
    "CosineEmbeddingLoss": (lambda o, y: nn.CosineEmbeddingLoss()(o, y, y[:, 0].sign()), numbers),
    "CrossEntropyLoss": (nn.CrossEntropyLoss(), classes),
    "GaussianNLLLoss": (lambda o, y: nn.GaussianNLLLoss()(o, y, o.detach().exp()), numbers),
    "HingeEmbeddingLoss": (nn.HingeEmbeddingLoss(), signs),
    "HuberLoss": (nn.HuberLoss(), numbers),
    "KLDivLoss": (lambda o, y: nn.KLDivLoss(reduction="batchmean")(o.log_softmax(1), y), shares),
    "L1Loss": (nn.L1Loss(), numbers),
    "MSELoss": (nn.MSELoss(), numbers),
    "MarginRankingLoss": (lambda o, y: nn.MarginRankingLoss()(o, o.flip(0), y.sign()), numbers),
    "MultiLabelMarginLoss": (lambda o, y: nn.MultiLabelMarginLoss()(o, y.long()), counts),
    "MultiLabelSoftMarginLoss": (nn.MultiLabelSoftMarginLoss(), counts),
    "MultiMarginLoss": (nn.MultiMarginLoss(), classes),
    "NLLLoss": (lambda o, y: nn.NLLLoss()(o.log_softmax(1), y), classes),
    "PoissonNLLLoss": (nn.PoissonNLLLoss(), counts),
    "SmoothL1Loss": (nn.SmoothL1Loss(), numbers),
    "SoftMarginLoss": (nn.SoftMarginLoss(), signs),
    "TripletMarginLoss": (lambda o, y: nn.TripletMarginLoss()(o, y, y.flip(0)), numbers),
    "TripletMarginWithDistanceLoss": (
        lambda o, y: nn.TripletMarginWithDistanceLoss()(o, y, y.flip(0)),
        numbers,
    ),
    "cross_entropy": (F.cross_entropy, classes),
    "cross_entropy, partly ignored": (F.cross_entropy, partly_ignored),
    "cross_entropy of shares": (F.cross_entropy, shares),
    "cross_entropy, smoothed": (partial(F.cross_entropy, label_smoothing=0.1), classes),
    "cross_entropy, weighted": (partial(F.cross_entropy, weight=WEIGHTS), partly_ignored),
    "cross_entropy, summed": (partial(F.cross_entropy, reduction="sum"), classes),
    "masked": (masked, numbers),
    "with a number of its own": (clipped_at_the_median, numbers),
    "by its value": (only_if_large, numbers),
    "one number in brackets": (lambda o, y: F.mse_loss(o, y).reshape(1, 1), numbers),
    "at random": (shaken, numbers),
}
NO_LOSSES = {
    "AdaptiveLogSoftmaxWithLoss",  # layers of their own, with two arguments
    "LinearCrossEntropyLoss",
    "NLLLoss2d",  # the old name of NLLLoss
}


@pytest.mark.long
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_that_of_a_plain_loop(name: str) -> None:
    loss, draw = LOSSES[name]
    check(network, draw, loss)


def test_no_loss_is_left_out() -> None:
    losses = {name for name in nn.modules.__all__ if name.endswith(("Loss", "Loss2d"))}
    assert losses == LOSSES.keys() & losses | NO_LOSSES
