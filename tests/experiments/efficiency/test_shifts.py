"""Tests of the filters that start equal, and of what `shifts`' claims see."""

import pytest
import torch
from torch import Tensor

from convlab.measure import Measurements, Sample, exactly
from convlab.streams import Data
from convlab.workbench import Workbench
from experiments.efficiency import shifts
from experiments.efficiency._equal_filters import descended, distance_of_filters
from experiments.efficiency._signal_networks import Patches, Thresholded, all_shifts, logistic
from experiments.efficiency._signal_settings import DENSE, LOCAL, SHARED

PATCHES = Patches(4, 3, noise=0.2)


def gradient(weight: Tensor, data: Data) -> Tensor:
    network = Thresholded(*weight.shape).double()
    network.weight.data.copy_(weight)
    network.b.data.fill_(0.1)
    logistic(network(data.x), data.y).backward()
    assert network.weight.grad is not None
    return network.weight.grad


def test_by_all_shifts_each_filter_has_its_share_of_the_shared_gradient() -> None:
    generator = torch.Generator().manual_seed(0)
    drawn = PATCHES.draw(7, PATCHES.direction(generator), generator)
    data = Data(drawn.x.double(), drawn.y.double())
    weight = torch.randn(3, generator=generator).double()
    shared, local = gradient(weight, data), gradient(weight.repeat(4, 1), all_shifts(data))
    assert torch.allclose(4 * local, shared.expand(4, 3), atol=1e-14)
    alone = gradient(weight.repeat(4, 1), data)
    assert torch.allclose(alone.sum(0), shared, atol=1e-14) and float(alone.std(0).max()) > 1e-3


@pytest.mark.parametrize("seed", [0, 5])
def test_equal_filters_stay_equal_with_the_shifts_alone(seed: int) -> None:
    workbench = Workbench(first_seed=seed)
    assert distance_of_filters(PATCHES, 8, workbench, shifted=True) < 1e-12
    assert distance_of_filters(PATCHES, 8, workbench, shifted=False) > 0.01


def test_the_step_has_to_be_as_many_times_as_long() -> None:
    generator = torch.Generator().manual_seed(1)
    drawn = PATCHES.draw(8, PATCHES.direction(generator), generator)
    data = Data(drawn.x.double(), drawn.y.double())
    start = torch.randn(3, generator=generator).double()
    shared = descended(start, data, 0.1)
    assert float((shared - start).abs().max()) > 0.01  # it has been trained
    short = descended(start.repeat(4, 1), all_shifts(data), 0.1)
    assert float((short - shared).abs().max()) > 1e-3


def measured(shared: float, shifted: float, fixed: float = 90) -> Measurements:
    """As a run would measure it; where the signal is fixed, all others are right in 92 %."""
    found = Measurements()
    of = {(SHARED, shifts.N): shared, (LOCAL, shifts.SHIFTS): shifted, (LOCAL, shifts.N): 65.0}
    for arm, seen in shifts.SEEN:
        center = of.get((arm, seen), 80.0 if arm == DENSE else 99.0)
        place = {"arm": arm, "seen": seen}
        sample = Sample(tuple(center + each / 10 for each in range(-3, 4)), "mean")
        in_fixed = exactly(fixed if arm == SHARED else 92)
        found.add("", place, {shifts.ACCURACY: sample, shifts.FIXED: in_fixed})
        found.add("", place, {shifts.HALF: sample})
    found.add("", {"patches": shifts.PATCHES}, {shifts.KNOWN: exactly(99)})
    for seen, apart in ((shifts.SHIFTS, 0.0), (shifts.N, 0.5)):
        found.add("", {"arm": LOCAL, "seen": seen}, {shifts.APART: exactly(apart)})
    return found


def outcomes(found: Measurements) -> dict[str, str]:
    return {c.id: str(c.check(found, shifts.Config()).outcome) for c in shifts.CLAIMS}


def test_claims_hold_where_shifts_are_worth_sharing_and_else_not() -> None:
    assert set(outcomes(measured(97, 97)).values()) == {"holds"}
    worse = outcomes(measured(97, 70))
    assert worse["C307o2"] == worse["C307o3"] == "refuted"
    assert outcomes(measured(70, 70, fixed=80))["C307"] == "refuted"


def test_a_task_in_which_sharing_gains_as_much_at_a_fixed_place_is_invalid() -> None:
    assert outcomes(measured(90, 97, fixed=103))["C307"] == "invalid"
