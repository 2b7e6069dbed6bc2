"""Tests of experiments/arithmetic/formulas by hand."""

from __future__ import annotations

import pytest
import torch

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Claim, Measurements
from convlab.workbench import Workbench

formulas = lab.load(catalogue.experiments()["formulas"])
SMALL = formulas.Config(largest=5, kernel=3)


@pytest.fixture(scope="module")
def measured() -> Measurements:
    measurements: Measurements = formulas.measure(SMALL, Workbench())
    return measurements


def claim(name: str) -> Claim:
    (found,) = (each for each in formulas.CLAIMS if each.id == name)
    assert isinstance(found, Claim)
    return found


def test_one_line_of_a_kernel_is_left_and_the_rest_is_0() -> None:
    w = torch.arange(1.0, 28).reshape(1, 1, 3, 3, 3)
    kept = formulas.compare.__globals__["only"](w, (1, 2))
    assert torch.equal(kept[0, 0, :, 1, 2], w[0, 0, :, 1, 2])
    assert kept.count_nonzero() == 3


def test_all_comes_out_as_predicted(measured: Measurements) -> None:
    verdicts = [each.check(measured, SMALL) for each in formulas.CLAIMS]
    assert all(verdict.outcome == verdict.expected for verdict in verdicts)


def test_a_layer_that_sums_one_line_only_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    case, only = formulas.Case, formulas.compare.__globals__["only"]
    layer = case.layer

    def of_one_line(self: object, x: torch.Tensor, w: torch.Tensor) -> object:
        return layer(self, x, only(w, (0,) * (w.ndim - 3)))

    monkeypatch.setattr(case, "layer", of_one_line)
    broken = formulas.measure(SMALL, Workbench())
    outcomes = [claim(name).check(broken, SMALL).outcome for name in ("C406", "C406r")]
    assert set(outcomes) <= {"invalid", "holds"} and outcomes[1] == "invalid"
