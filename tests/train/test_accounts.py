"""Tests of convlab.train.accounts: what is told of a training, and which were only trials."""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator, Tensor, nn
from torch.nn.functional import l1_loss, mse_loss

from convlab.cost import cost
from convlab.measure import Sample
from convlab.record import Trained
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import accounts, fit
from convlab.train.accounts import Account, Accounts
from convlab.workbench import Workbench


def line(generator: Generator, examples: int = 40, slope: float = 3.0) -> Data:
    x = torch.randn(40, 2, generator=generator)[:examples]
    return Data(x, slope * x[:, :1])


def linear() -> nn.Module:
    return nn.Linear(2, 1)


def deep() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1))


class Looking(nn.Linear):
    """Takes another way for other numbers, and counts its calls."""

    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(x) if float(x.sum()) < 1e9 else x[:, :1]


def told(*trainings: dict[str, Any]) -> tuple[Trained, ...]:
    """What is told of these trainings, each unlike an ordinary one in what it names."""
    bench = Workbench()
    for number, given_ in enumerate(trainings):
        whole: dict[str, Any] = {"name": str(number), "build": linear, "data": line}
        whole |= {"loss": mse_loss, "seeds": 3, "steps": 2, "lr": 0.01} | given_
        training = Training(steps=whole.pop("steps"), lr=whole.pop("lr"))
        bench.fit(**whole, training=training)
    return bench.trained


def test_of_a_training_its_size_its_length_and_its_losses_are_told() -> None:
    (one,) = told({"build": deep, "name": "deep", "steps": 3})
    assert (one.name, one.parameters, one.multiply_adds) == ("deep", 2 * 5 + 5 + 5 + 1, 15)
    assert (one.seeds, one.steps, one.diverged, one.trial) == (3, 3, 0, False)
    losses = fit(deep, line, mse_loss, seeds=3, training=Training(steps=3, lr=0.01)).losses
    assert one.first_loss.values == tuple(losses[:, 0].tolist())
    assert one.last_loss.values == tuple(losses[:, 2].tolist())
    assert one.last_loss.varies == "weights and data" and one.seconds > 0


def test_networks_that_share_their_data_differ_in_their_weights_only() -> None:
    (one,) = told({"data": line(Generator())})
    assert one.first_loss.varies == one.last_loss.varies == "weights"


def test_the_last_loss_of_a_seed_that_diverged_is_no_number() -> None:
    (one,) = told({"lr": 1e6, "steps": 9, "loss": lambda a, b: ((a - b) ** 8).sum()})
    assert one.diverged == one.last_loss.diverged > 0


@pytest.mark.parametrize("seeds", [1, 3])
def test_multiply_adds_are_unknown_where_the_way_depends_on_the_numbers(seeds: int) -> None:
    (one,) = told({"build": partial(Looking, 2, 1), "seeds": seeds})
    assert one.multiply_adds is None and one.parameters == 3


def test_to_count_changes_no_network_and_draws_nothing() -> None:
    draws: list[int] = []

    def drawn(generator: Generator) -> Data:
        draws.append(1)
        return line(generator)

    build, training = partial(Looking, 2, 1), Training(steps=4)
    alone = fit(build, drawn, mse_loss, seeds=2, training=training)
    expected, before = len(draws), torch.get_rng_state()
    draws.clear()
    counted = Workbench().fit("a", build, drawn, mse_loss, seeds=2, training=training)
    assert len(draws) == expected and torch.equal(before, torch.get_rng_state())
    assert [each.calls for each in counted.alone] == [each.calls for each in alone.alone]


def test_each_structure_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[nn.Module] = []
    count = cost

    def spied(network: nn.Module, x: Tensor) -> Any:
        counted.append(network)
        return count(network, x)

    monkeypatch.setattr(accounts, "cost", spied)
    costs = [each.multiply_adds for each in told({}, {"seeds": 1}, {"build": deep}, {"lr": 1})]
    assert costs == [2, 2, 15, 2] and len(counted) == 2


def test_what_is_not_counted_is_noted_once() -> None:
    bench, build = Workbench(), lambda: nn.Sequential(nn.BatchNorm1d(2), linear())
    for name in "ab":
        bench.fit(name, build, line, mse_loss, seeds=1, training=Training(steps=1))
    assert bench.notes == ["a: its multiply-adds are without those of BatchNorm1d"]
    assert [each.multiply_adds for each in bench.trained] == [2, 2]


TRIALS: dict[str, dict[str, Any]] = {
    "a rate, on fewer seeds": {"seeds": 2, "lr": 0.5},
    "a rate, by one network alone": {"seeds": 1, "lr": 0.5},
    "a part of the examples": {"data": partial(line, examples=10)},
    "a part, for fewer steps": {"data": partial(line, examples=10), "steps": 1},
    "the same name": {"name": "last", "build": deep},
    "fewer steps": {"steps": 1},
}
OTHERS: dict[str, dict[str, Any]] = {
    "another rate": {"lr": 0.5},
    "fewer seeds, twice as long": {"seeds": 2, "steps": 4},
    "fewer examples, more seeds": {"seeds": 4, "data": partial(line, examples=10)},
    "another structure": {"build": deep, "seeds": 2},
    "another loss": {"loss": l1_loss, "seeds": 2},
    "other data": {"data": partial(line, slope=2.0), "seeds": 2},
}


@pytest.mark.parametrize("earlier", TRIALS.values(), ids=TRIALS)
def test_a_smaller_training_of_the_same_is_a_trial(earlier: dict[str, Any]) -> None:
    assert [each.trial for each in told(earlier, {"name": "last"})] == [True, False]


@pytest.mark.parametrize("earlier", OTHERS.values(), ids=OTHERS)
def test_what_an_experiment_compares_is_no_trial(earlier: dict[str, Any]) -> None:
    assert [each.trial for each in told(earlier, {"name": "last"})] == [False, False]


def test_what_comes_after_is_no_trial_unless_it_takes_fewer_steps() -> None:
    assert not any(each.trial for each in told({}, {"seeds": 2}))
    assert [each.trial for each in told({}, {"name": "half the steps", "steps": 1})] == [
        False,
        True,
    ]
    for steps, trials in {1: [False, True], 2: [True, False], 3: [True, False]}.items():
        arm = {"name": "arm"}
        assert [each.trial for each in told(arm, arm | {"steps": steps})] == trials


def account(name: str, task: str, examples: int, seeds: int, steps: int) -> Account:
    loss = Sample((1.0,) * seeds)
    return Account(Trained(name, 1, 1, seeds, steps, loss, loss, 0, 0.0), name, task, examples)


NUMBER = st.integers(1, 3)
ACCOUNTS = st.lists(
    st.builds(account, st.sampled_from("ab"), st.sampled_from("xy"), NUMBER, NUMBER, NUMBER),
    min_size=1,
)


@given(ACCOUNTS)
def test_each_name_is_shown_once_at_most_and_the_last_of_the_longest_is(
    trainings: list[Account],
) -> None:
    trials = [each.trial for each in Accounts(trainings).told]
    shown = [each for each, trial in zip(trainings, trials, strict=True) if not trial]
    assert len({each.arm for each in shown}) == len(shown)
    longest = max(each.told.steps for each in trainings)
    assert any(each.told.steps == longest for each in shown)
    for each, trial in zip(trainings, trials, strict=True):
        alone = each.arm not in {one.arm for one in trainings if one is not each}
        assert not trial or not alone or any(one.task == each.task for one in trainings)


def test_a_network_that_cannot_be_copied_is_told_of_as_well() -> None:
    def build() -> nn.Module:
        network = linear()
        vars(network)["lock"] = Lock()
        return network

    one, other = told({"build": build, "seeds": 1}, {"build": build, "seeds": 2})
    assert one.parameters == other.parameters == 3
