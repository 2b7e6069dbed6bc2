"""Tests of convlab.probes.answers: two networks, three images, two classes, counted by hand."""

from __future__ import annotations

from math import exp

import pytest
import torch

from convlab.probes.answers import accuracy, alike, apart, probability

Y = torch.tensor([0, 1, 1])
SURE = torch.tensor([[3.0, 0.0], [0.0, 3.0], [0.0, 3.0]])
UNSURE = torch.tensor([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
LOGITS = torch.stack((SURE, UNSURE))


def test_accuracy() -> None:
    assert accuracy(LOGITS, Y).tolist() == pytest.approx([100, 100 / 3])


def test_probability() -> None:
    sure, right, wrong = (1 / (1 + exp(-margin)) for margin in (3, 1, -1))
    expected = [100 * sure, 100 * (wrong + right + wrong) / 3]
    assert probability(LOGITS, Y).tolist() == pytest.approx(expected, rel=1e-6)


def test_alike() -> None:
    assert alike(LOGITS, LOGITS).tolist() == [100, 100]
    assert alike(LOGITS, LOGITS.flip(0)).tolist() == pytest.approx([100 / 3] * 2)


def test_apart() -> None:
    assert apart(LOGITS, LOGITS).tolist() == [0, 0]
    assert apart(LOGITS, torch.zeros_like(LOGITS)).tolist() == [3, 1]
