"""Tests of convlab.probes.answers: two networks, three images, two classes, counted by hand."""

from __future__ import annotations

from math import exp

import pytest
import torch

from convlab.probes.answers import accuracy, alike, apart, probability_change

Y = torch.tensor([0, 1, 1])
SURE = torch.tensor([[3.0, 0.0], [0.0, 3.0], [0.0, 3.0]])
UNSURE = torch.tensor([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
LOGITS = torch.stack((SURE, UNSURE))


def test_accuracy() -> None:
    assert accuracy(LOGITS, Y).tolist() == pytest.approx([100, 100 / 3])


def test_what_probabilities_gain_does_not_cancel_what_others_lose() -> None:
    sure, right, wrong = (1 / (1 + exp(-margin)) for margin in (3, 1, -1))
    gained = [[0.0, 1.0], [0.0, 3.0], [1.0, 0.0]]  # the second image gains, the first loses
    others = torch.tensor([gained, gained])
    expected = [sure - wrong + 0 + sure - wrong, 0 + sure - right + 0]
    changes = probability_change(LOGITS, others, Y).tolist()
    assert changes == pytest.approx([100 * each / 3 for each in expected], rel=1e-6)
    own = torch.stack((Y, 1 - Y))  # the second network has images of other classes
    changes = probability_change(LOGITS, others, own).tolist()
    assert changes == pytest.approx([100 * each / 3 for each in expected], rel=1e-6)


def test_accuracy_on_images_of_their_own() -> None:
    assert accuracy(LOGITS, torch.stack((Y, 1 - Y))).tolist() == pytest.approx([100, 200 / 3])


def test_alike() -> None:
    assert alike(LOGITS, LOGITS).tolist() == [100, 100]
    assert alike(LOGITS, LOGITS.flip(0)).tolist() == pytest.approx([100 / 3] * 2)


def test_apart() -> None:
    assert apart(LOGITS, LOGITS).tolist() == [0, 0]
    assert apart(LOGITS, torch.zeros_like(LOGITS)).tolist() == [3, 1]
