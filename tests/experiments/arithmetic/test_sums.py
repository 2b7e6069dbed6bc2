"""Tests of experiments/arithmetic/sums: windows, and counts of cases."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor
from torch.nn.functional import max_pool1d

from convlab import lab
from convlab.lab import catalogue
from convlab.streams import Stream, generator
from convlab.workbench import Workbench

sums = lab.load(catalogue.experiments()["sums"])
INSIDE = sums.compare.__globals__  # of the file beside it
Case, written, turned = (INSIDE[name] for name in ("Case", "written", "turned"))
SMALL = sums.Config(largest=3, largest_3d=3, channels=2)


@pytest.mark.parametrize("dimensions", [1, 2, 3])
@pytest.mark.parametrize("stride, padding, dilation", [*product([1, 2], [0, 1], [1, 2])])
def test_the_written_sums_are_those_of_windows(
    dimensions: int, stride: int, padding: int, dilation: int
) -> None:
    case = Case(dimensions, 5, 2, stride, padding, dilation, 2, 3)
    x, w = (each.long().numpy() for each in case.numbers(generator(0, Stream.DATA)))
    wide = np.pad(x, [(0, 0), *[(padding, padding)] * dimensions])
    space = tuple(range(1, dimensions + 1))
    windows = sliding_window_view(wide, [dilation + 1] * dimensions, space)
    moved = (slice(None), *[slice(None, None, stride)] * dimensions)
    taps = (*[slice(None)] * (dimensions + 1), *[slice(None, None, dilation)] * dimensions)
    letters = "ijl"[:dimensions], "pqr"[:dimensions]
    expected = np.einsum(
        f"c{letters[0]}{letters[1]},oc{letters[1]}->o{letters[0]}", windows[moved][taps], w
    )
    assert (written(x, w, stride, padding, dilation) == expected).all()


def test_the_positions_are_as_many_as_torch_pools() -> None:
    for n, k, stride, dilation in product(range(3, 9), range(1, 4), range(1, 4), (1, 2)):
        if dilation * (k - 1) < n:
            pooled = max_pool1d(torch.zeros(1, 1, n), k, stride, dilation=dilation)
            maps = written(np.zeros((1, n)), np.ones((1, 1, k)), stride, 0, dilation)
            assert maps.shape[1:] == pooled.shape[2:]


def test_the_grid_is_whole_and_leaves_out_what_has_no_place() -> None:
    grid = list(sums.cases(2, 4, 3))
    fitting = [
        (n, k, p, d)
        for n, k, p, d in product((3, 4), range(1, 6), range(3), (1, 2))
        if n + 2 * p >= d * (k - 1) + 1
    ]
    assert len(set(grid)) == len(grid) == len(fitting) * 3 * 9
    assert not Case(2, 3, 5, 1, 0, 1).fits and Case(2, 3, 5, 1, 1, 1).fits


def test_no_kernel_of_the_grid_looks_the_same_after_half_a_turn() -> None:
    for dimensions, k in product((1, 2, 3), (2, 3)):
        _, w = Case(dimensions, 5, k, 1, 0, 1, 2, 2).numbers(generator(1, Stream.DATA))
        assert (turned(w) != w).flatten(2).any(-1).all()
        assert (w.flatten(1).sort().values == torch.arange(1, 2 * k**dimensions + 1)).all()


def test_a_layer_that_flips_its_kernel_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = Case.layer

    def flipping(case: Case, x: Tensor, w: Tensor) -> Tensor:  # type: ignore[valid-type]
        return torch.as_tensor(layer(case, x, turned(w)))

    monkeypatch.setattr(Case, "layer", flipping)
    measurements = sums.measure(SMALL, Workbench())
    outcomes = {claim.id: claim.check(measurements, SMALL).outcome for claim in sums.CLAIMS}
    assert outcomes["C203o1"] != "refuted"
    assert {outcomes[name] for name in ("C202", "C203", "C204")} <= {"refuted", "invalid"}


@pytest.mark.long
def test_all_comes_out_as_predicted_on_another_seed() -> None:
    measurements = sums.measure(SMALL, Workbench(first_seed=5))
    assert all(claim.check(measurements, SMALL).outcome == "holds" for claim in sums.CLAIMS)
