"""Tests of experiments/arithmetic/flips: operations against scipy's, and trainings."""

from __future__ import annotations

import pytest
import torch
from scipy.signal import convolve2d, correlate2d
from torch import Tensor

from convlab import lab
from convlab.lab import catalogue
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

flips = lab.load(catalogue.experiments()["flips"])
INSIDE = flips.flip_kernels.__globals__  # of the file beside it
SMALL = flips.Config(seeds=2, channels=3, training={"steps": 5, "batch": 32, "lr": 0.02})


def numbers() -> tuple[Tensor, Tensor]:
    drawn = generator(0, Stream.DATA)
    x, w = (torch.randint(-9, 10, (1, 1, n, n), generator=drawn) for n in (8, 3))
    return x.double(), w.double()


def test_with_zeros_around_they_are_scipys() -> None:
    x, w = numbers()
    for name, known in (("correlate", correlate2d), ("convolve", convolve2d)):
        found = INSIDE[name](x, w, "around")[0, 0]
        assert torch.equal(found, torch.from_numpy(known(x[0, 0], w[0, 0], "same").copy()))


def test_with_zeros_on_one_side_they_begin_at_the_first_pixel() -> None:
    x, w = numbers()
    behind, before = (
        INSIDE[name](x, w, zeros)[0, 0]
        for name, zeros in (("correlate", "behind"), ("convolve", "before"))
    )
    assert behind.shape == before.shape == (8, 8)
    assert behind[0, 0] == (x[0, 0, :3, :3] * w).sum()
    assert before[0, 0] == x[0, 0, 0, 0] * w[0, 0, 0, 0]
    assert before[2, 2] == (x[0, 0, :3, :3] * w.flip(2, 3)).sum()


def test_all_kernels_are_flipped_and_nothing_else() -> None:
    torch.manual_seed(0)
    network = INSIDE["convolving"](2, "around")
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    flips.flip_kernels(network)
    for name, weight in network.state_dict().items():
        expected = before[name].flip(-2, -1) if weight.ndim == 4 else before[name]
        assert torch.equal(weight, expected)


@pytest.mark.long
def test_a_start_that_is_not_flipped_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def claims() -> dict[str, str]:
        measurements = flips.measure(SMALL, Workbench())
        return {c.id: str(c.predicted.judge(c.of(measurements))) for c in flips.CLAIMS}

    assert claims()["C205"] == claims()["C205o1"] == "holds"
    monkeypatch.setattr(flips, "flip_kernels", lambda network: network)
    assert claims()["C205"] == claims()["C205o1"] == "refuted"
