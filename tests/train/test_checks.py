"""Tests of convlab.train: an argument of another kind is refused with a sentence."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

from convlab.errors import UsageError
from convlab.settings import Training
from convlab.train import fit
from tests.train.test_networks import row, trained


@pytest.mark.parametrize(
    "asked, words",
    [
        ({"seeds": 2.0}, "a whole number of seeds, not seeds=2.0"),
        ({"seeds": True}, "a whole number of seeds, not seeds=True"),
        ({"build": nn.Linear(6, 2)}, "a function that builds a network, not Linear"),
        ({"training": {"steps": 2}}, r"training=Training\(…\)"),
        ({"loss": nn.MSELoss}, r"is a class: give an object, `MSELoss\(\)`"),
        ({"loss": "mse"}, "is 'mse': give a function of outputs and targets"),
        ({"loss": lambda out, y: 1.0}, "is no tensor but a float"),
        ({"loss": lambda out, y: out.detach().mean()}, "does not depend on a weight"),
        ({"device": "gpu"}, "cannot use the device 'gpu', use `cpu`"),
        ({"keep": 2}, r"a list of steps to keep, such as \[0, 4\], not 2"),
        ({"keep": [1.5]}, "cannot keep step 1.5"),
    ],
)
def test_an_argument_of_another_kind_is_refused(asked: dict[str, Any], words: str) -> None:
    usual: dict[str, Any] = {"build": lambda: nn.Linear(6, 2).double(), "data": row}
    usual |= {"loss": mse_loss, "seeds": 2, "training": Training(steps=4)}
    with pytest.raises(UsageError, match=f"`fit`.*{words}"):
        fit(**(usual | asked))


@pytest.mark.parametrize(
    "x, asked, words",
    [
        (np.ones((3, 6)), {}, "a tensor of examples"),
        (torch.ones(3, 2, 6), {"own": True}, "2 networks and an `own` x for 3"),
        (torch.ones(2, 6), {"at_once": 0}, "at least one example at once, not 0"),
    ],
)
def test_what_cannot_be_predicted_is_refused(x: Any, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=f"`predict`.*{words}"):
        trained(lambda: nn.Linear(6, 2), 2).predict(x, **asked)
