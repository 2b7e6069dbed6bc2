"""Tests of convlab.train: seeds do not touch each other, and what is asked for is kept."""

from collections.abc import Callable
from functools import partial
from math import inf, nan

import pytest
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from convlab import streams
from convlab.memory import NotEnoughMemory
from convlab.settings import Training
from convlab.streams import Data, Stream
from convlab.train import Networks, fit, loop, sample
from tests.train.stripes import (
    NETWORKS,
    STEPS,
    convolutional,
    dropping,
    normalised,
    stripes,
    trained,
)


def line(generator: Generator) -> Data:
    x = torch.randn(40, 1, generator=generator)
    return Data(x, 3 * x - 1)


def linear() -> nn.Module:
    return nn.Linear(1, 1)


@pytest.mark.parametrize("build", NETWORKS)
def test_a_network_of_each_kind_learns(build: Callable[[], nn.Module]) -> None:
    networks = fit(
        build, stripes, cross_entropy, seeds=6, training=Training(steps=150, batch=16, lr=0.01)
    )
    right = networks.score(lambda out, y: (out.argmax(-1) == y).float().mean(), stripes, "mean")
    assert right.center > 0.9


def test_more_data_changes_no_weight() -> None:
    few = fit(linear, line, mse_loss, seeds=2, training=Training(steps=1), keep=[0])
    longer = lambda g: Data(torch.randn(99, 1, generator=g), torch.zeros(99, 1))  # noqa: E731
    more = fit(linear, longer, mse_loss, seeds=2, training=Training(steps=1), keep=[0])
    assert torch.equal(few.kept[0]["weight"], more.kept[0]["weight"])


def test_a_diverged_seed_is_marked_and_poisons_no_other() -> None:
    def one_explodes(output: Tensor, target: Tensor) -> Tensor:
        return mse_loss(output, target) / (target.mean() != 7)  # 0 / 0 or x / 0 at the mean of 7

    def task(generator: Generator) -> Data:
        data = line(generator)
        bad = generator.initial_seed() == streams.generator(1, Stream.DATA).initial_seed()
        return Data(data.x, torch.full_like(data.y, 7.0)) if bad else data

    training = Training(steps=5)
    networks = fit(linear, task, one_explodes, seeds=3, training=training)
    healthy = fit(linear, line, mse_loss, seeds=3, training=training)
    assert networks.diverged.tolist() == [False, True, False]
    torch.testing.assert_close(networks.losses[::2], healthy.losses[::2])
    scored = networks.score(mse_loss, line)
    assert [value == value for value in scored.values] == [True, False, True]


def test_dropout_is_off_once_trained() -> None:
    networks, x = trained(dropping, 2), torch.ones(4, 1, 6, 6, dtype=torch.float64)
    assert torch.equal(networks.predict(x), networks.predict(x))


def test_running_statistics_reach_every_seed() -> None:
    networks = trained(normalised, 3)
    assert (networks.state["1.num_batches_tracked"] == STEPS).all()
    assert len(networks.state["1.running_mean"].unique(dim=0)) == 3


def test_the_states_that_were_asked_for_are_kept() -> None:
    asked = partial(fit, linear, line, mse_loss, seeds=3)
    long, none = (asked(training=Training(steps=4), keep=keep) for keep in ([0, 1, 3, 4], []))
    assert sorted(long.kept) == [0, 1, 3, 4] and none.kept == {}
    for steps in (1, 3, 4):
        short = asked(training=Training(steps=steps))
        assert torch.equal(long.at(steps).state["weight"], short.state["weight"])
        assert torch.equal(long.at(steps).losses, short.losses)
    assert list(asked(training=Training(steps=4), keep=[2]).kept) == [2]
    weights = [initial(seed).weight for seed in range(3)]
    assert torch.equal(long.at(0).state["weight"], torch.stack(weights))


def initial(seed: int) -> nn.Linear:
    with torch.random.fork_rng():
        torch.manual_seed(streams.generator(seed, Stream.WEIGHTS).initial_seed())
        return nn.Linear(1, 1)


def test_the_first_loss_is_that_of_the_untrained_network() -> None:
    training = Training(steps=2, batch=40)
    networks = fit(linear, line, mse_loss, seeds=3, training=training)
    for seed in range(3):
        data = line(streams.generator(seed, Stream.DATA))
        expected = mse_loss(initial(seed)(data.x), data.y)
        torch.testing.assert_close(networks.losses[seed, 0], expected.detach())
    assert networks.losses.shape == (3, 2)


def test_networks_are_scored_on_data_that_they_were_not_trained_on() -> None:
    drew: list[int] = []

    def task(generator: Generator) -> Data:
        drew.append(generator.initial_seed())
        return line(generator)

    networks = fit(linear, task, mse_loss, seeds=3, training=Training(steps=1))
    assert set(drew) == {streams.generator(seed, Stream.DATA).initial_seed() for seed in range(3)}
    drew.clear()
    scores = networks.score(mse_loss, task)
    held_out = [streams.generator(seed, Stream.HELD_OUT) for seed in range(3)]
    assert drew == [generator.initial_seed() for generator in held_out]
    for seed, generator in enumerate(held_out):
        data, weight, bias = line(generator), *(each[seed] for each in networks.state.values())
        expected = mse_loss(data.x @ weight.T + bias, data.y)
        assert scores.values[seed] == pytest.approx(float(expected), rel=1e-5)


def test_the_center_of_a_score_is_a_median_unless_a_mean_is_asked_for() -> None:
    networks = fit(linear, line, mse_loss, seeds=3, training=Training(steps=1))
    data = line(Generator())
    assert networks.score(mse_loss, data).statistic == "median"
    assert networks.score(mse_loss, data, "mean").statistic == "mean"
    assert sample(torch.zeros(3)).statistic == "median"
    assert sample(torch.tensor([1.0, 2.5]), "mean").values == (1.0, 2.5)


def test_a_seed_that_was_infinite_once_has_diverged() -> None:
    losses = [[1, 1, 1], [inf, 1, 1], [1, nan, 1], [1, 1, -inf]]
    networks = Networks(linear(), {"bias": torch.zeros(4, 1)}, torch.tensor(losses))
    assert networks.diverged.tolist() == [False, True, True, True]


def test_a_seed_that_was_infinite_once_has_no_score() -> None:
    state = {"weight": torch.ones(2, 1, 1), "bias": torch.zeros(2, 1)}
    networks = Networks(linear(), state, torch.tensor([[1.0, 1.0], [inf, 1.0]]))
    scored = networks.score(mse_loss, line(Generator()))
    assert [value == value for value in scored.values] == [True, False]


def watched(monkeypatch: pytest.MonkeyPatch, pause: float) -> list[tuple[int, list[float]]]:
    """What a watch hears of five seeds in groups of two, two and one, of four steps each."""
    heard: list[tuple[int, list[float]]] = []
    monkeypatch.setattr(loop, "group_size", lambda *_: 2)
    monkeypatch.setattr(loop, "PAUSE", pause)
    networks = fit(
        linear,
        line,
        mse_loss,
        seeds=5,
        training=Training(steps=4),
        watch=lambda done, losses: heard.append((done, losses.tolist())),
    )
    assert heard[-1][1] == networks.losses[4:, -1].tolist()
    return heard


def test_a_watch_hears_of_steps_that_only_grow_up_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = watched(monkeypatch, pause=-1.0)
    assert [done for done, _ in heard] == [2, 4, 6, 8, 10, 12, 14, 16, 17, 18, 19, 20]
    assert [len(losses) for _, losses in heard] == [2] * 8 + [1] * 4


def test_a_watch_is_left_alone_between_the_ends_of_a_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = watched(monkeypatch, pause=1e9)
    assert [done for done, _ in heard] == [2, 8, 10, 16, 17, 20]


def test_predicting_in_parts_changes_nothing() -> None:
    networks, x = trained(convolutional, 3), torch.randn(10, 1, 6, 6, dtype=torch.float64)
    torch.testing.assert_close(networks.predict(x), networks.predict(x, at_once=3))
    assert networks.predict(x).shape == (3, 10, 2)
    own = x.expand(3, *x.shape)
    torch.testing.assert_close(networks.predict(own, own=True), networks.predict(x))


def test_training_leaves_the_global_random_state_alone() -> None:
    before = torch.random.get_rng_state()
    trained(dropping, 2)
    assert torch.equal(before, torch.random.get_rng_state())


def test_what_memory_cannot_hold_is_refused_with_its_size() -> None:
    build = partial(nn.Linear, 1, 10**12, device="meta")
    with pytest.raises(NotEnoughMemory, match=r"training one network would take [\d\u202f]+ GB"):
        fit(build, line, mse_loss, seeds=2, training=Training(steps=1))
