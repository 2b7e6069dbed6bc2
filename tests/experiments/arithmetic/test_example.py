"""Tests of experiments/arithmetic/example against sums over numpy's windows."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from convlab import lab
from convlab.lab import catalogue
from convlab.workbench import Workbench

example = lab.load(catalogue.experiments()["example"])


def test_the_example_is_that_of_numpy() -> None:
    measured = example.measure(example.Config(), Workbench())
    image, kernel = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
    for i, j in product(range(2), range(2)):
        window = image[i : i + 2, j : j + 2]
        for by, weights in (("torch's layer", kernel), ("convolution", kernel[::-1, ::-1])):
            found = measured.get(str((i, j)), **{"from": "here", "by": by})
            assert found.center == (window * weights).sum()
    counted = measured.get("(1, 1)", **{"from": "here", "by": "the formula, counted from 1"})
    assert counted.center == (image[1:, 1:] * kernel).sum()  # g(1 + 1, 1 + 1) is its second


def outcomes() -> dict[str, str]:
    measured = example.measure(example.Config(), Workbench())
    return {claim.id: claim.check(measured).outcome for claim in example.CLAIMS}


def test_all_comes_out_as_predicted() -> None:
    assert outcomes() == {"C407": "holds", "C407o1": "refuted", "C407o2": "holds"}


def test_a_layer_that_convolves_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    correlate = example.conv2d
    monkeypatch.setattr(example, "conv2d", lambda x, w: correlate(x, w.flip(2, 3)))
    assert {outcomes()[name] for name in ("C407", "C407o2")} == {"refuted", "invalid"}
