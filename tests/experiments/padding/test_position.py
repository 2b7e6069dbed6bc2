"""Tests of experiments/padding/position.py: twins that start as one, and what can tell a pair."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from convlab import lab
from convlab.lab import catalogue
from convlab.layers import LocallyConnected2d
from convlab.measure import Measurements, Sample, exactly
from convlab.train import Networks
from convlab.workbench import Workbench
from experiments.padding._halves import SIDE, logits, pairs, small_digits
from experiments.padding._position_names import LOCAL_FLAT
from experiments.padding._twins import arms, circular_network, local_network

position = lab.load(catalogue.experiments()["position"])
CIRCULAR, FLAT, LOCAL, WRONG = position.CIRCULAR, position.FLAT, position.LOCAL, position.WRONG


@pytest.fixture(scope="module")
def some_pairs() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    x, _ = pairs(small_digits(generator)[1][:12], generator)
    return x


def seeded(build: Callable[..., nn.Sequential], **options: bool) -> nn.Sequential:
    torch.manual_seed(0)
    return build(3, **options)


def exact(network: nn.Module, x: Tensor) -> Tensor:
    """The logits (2, N, 2) of one network."""
    state = {name: tensor.detach()[None] for name, tensor in network.state_dict().items()}
    of_pairs: Tensor = logits(Networks(network, state, torch.zeros(1, 1)), x[None])
    return of_pairs[0]


@pytest.mark.parametrize("flat", [False, True])
def test_twins_start_as_the_same_network(flat: bool, some_pairs: Tensor) -> None:
    circular = seeded(circular_network, flat=flat)
    local = seeded(local_network, flat=flat)
    assert sum(isinstance(layer, LocallyConnected2d) for layer in local) == 2
    assert torch.equal(exact(circular, some_pairs), exact(local, some_pairs))
    torch.testing.assert_close(circular(some_pairs[0]), local(some_pairs[0]))


def test_the_pooled_circular_network_gives_both_of_a_pair_the_same_logits(
    some_pairs: Tensor,
) -> None:
    upper, lower = exact(seeded(circular_network), some_pairs)
    assert torch.equal(upper, lower)
    assert len(upper.unique(dim=0)) > 1  # and not because it gives the same to everything


def test_the_flattened_network_does_not(some_pairs: Tensor) -> None:
    upper, lower = exact(seeded(circular_network, flat=True), some_pairs)
    assert (upper != lower).all()


def test_one_kernel_of_its_own_is_enough_to_tell(some_pairs: Tensor) -> None:
    network = seeded(local_network)
    with torch.no_grad():
        network[0].get_parameter("weight")[:, :, : SIDE // 2] *= 2  # the kernels of the top half
    upper, lower = exact(network, some_pairs)
    assert (upper != lower).any(dim=-1).all()


def test_arms_are_what_their_names_say() -> None:
    for arm, build in arms(3).items():
        layers = list(build().children())
        local = sum(isinstance(layer, LocallyConnected2d) for layer in layers)
        assert local == (2 if arm.startswith("local") else 0)
        assert isinstance(layers[-3], nn.Identity if "flattened" in arm else nn.MaxPool2d)


def test_a_local_arm_is_compared_with_its_own_twin_at_the_same_time() -> None:
    names = list(arms(1))
    each = [(arm, when) for arm in names for when in (position.UNTRAINED, position.TRAINED)]
    logits_of = {
        pair: torch.full((2, 2, 3, 2), 4.0 ** (1 + place)) for place, pair in enumerate(each)
    }
    measurements = Measurements()
    position.add_rows(measurements, logits_of)
    for arm, twin in {LOCAL: CIRCULAR, LOCAL_FLAT: FLAT}.items():
        for when in (position.UNTRAINED, position.TRAINED):
            distance = 4.0 ** (1 + each.index((arm, when))) - 4.0 ** (1 + each.index((twin, when)))
            row = {"arm": arm, "when": when}
            assert measurements.get(position.TWIN_DIFFERENCE, **row) == exactly(distance)
            assert measurements.get(position.DIFFERENCE, **row) == exactly(0)
            assert measurements.get(position.ACCURACY, **row) == Sample(
                (50.0, 50.0), "mean", "weights and data"
            )


def test_a_small_run_has_twins_untrained_and_trained_and_wrong_labels_for_one_arm() -> None:
    training = position.Training(steps=20, batch=32, lr=0.01)
    bench = Workbench()
    config = position.Config(seeds=2, channels=2, examples=64, training=training)
    measurements = position.measure(config, bench)
    before, after = {"when": position.UNTRAINED}, {"when": position.TRAINED}
    for arm in (LOCAL, LOCAL_FLAT):
        assert measurements.get(position.TWIN_DIFFERENCE, arm=arm, **before).center == 0
        assert measurements.get(position.TWIN_DIFFERENCE, arm=arm, **after).center > 0
    assert measurements.get(position.ACCURACY, arm=LOCAL, **before).values == (50, 50)
    assert max(measurements.get(position.ACCURACY, arm=FLAT, **after).values) > 95
    first = {arm: losses[:, 0] for arm, losses in bench.losses.items()}  # all start as the same
    assert (first[LOCAL] != first[WRONG]).all()
    assert first[LOCAL] == pytest.approx(first[CIRCULAR], rel=1e-4)
    for claim in position.CLAIMS:
        claim.check(measurements)  # each finds its rows


FOUND = {
    (position.ACCURACY, CIRCULAR, position.TRAINED): 50.0,
    (position.DIFFERENCE, CIRCULAR, position.TRAINED): 0.0,
    (position.ACCURACY, FLAT, position.TRAINED): 99.0,
    (position.ACCURACY, LOCAL, position.TRAINED): 99.0,
    (position.ACCURACY, LOCAL, position.HALF): 97.0,
    (position.ACCURACY, WRONG, position.TRAINED): 50.5,
    (position.ACCURACY, LOCAL, position.UNTRAINED): 50.0,
    (position.TWIN_DIFFERENCE, LOCAL, position.UNTRAINED): 0.0,
    (position.TWIN_DIFFERENCE, LOCAL, position.TRAINED): 20.0,
}


def outcomes(changes: dict[tuple[str, str, str], float]) -> dict[str, str]:
    """The verdict of each claim where all is as a full run finds it, but for these changes."""
    measurements = Measurements()
    for (quantity, arm, when), value in (FOUND | changes).items():
        exact = quantity != position.ACCURACY
        sample = exactly(value) if exact else Sample((value,) * 6, "mean")
        measurements.add("all", {"arm": arm, "when": when}, {quantity: sample})
    return {claim.id: str(claim.check(measurements).outcome) for claim in position.CLAIMS}


@pytest.mark.parametrize(
    ("place", "value", "others"),
    [
        (0, 50.0, {}),
        (0, 50.1, {"C320": "refuted"}),
        (1, 1e-9, {"C320": "invalid"}),
        (2, 90.0, {"C320": "invalid"}),
        (3, 94.0, {"C321": "refuted"}),
        (4, 93.0, {"C321": "invalid"}),  # twice the steps still teach 6 points
        (5, 60.0, {"C321": "invalid"}),
        (6, 51.0, {"C321r": "invalid"}),
        (7, 1e-9, {"C321r": "refuted"}),
        (8, 0.5, {"C321r": "invalid"}),
    ],
)
def test_each_claim_is_decided_by_its_own_numbers(
    place: int, value: float, others: dict[str, str]
) -> None:
    changes = {list(FOUND)[place]: value}
    assert outcomes(changes) == {"C320": "holds", "C321": "holds", "C321r": "holds"} | others
