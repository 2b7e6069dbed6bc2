"""Tests of convlab.train: seeds do not touch each other, and what is asked for is kept."""

from collections.abc import Callable
from functools import partial
from itertools import islice

import pytest
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from convlab import streams
from convlab.memory import NotEnoughMemory
from convlab.settings import Training
from convlab.streams import Data, Stream
from convlab.train import fit
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


def test_a_batch_is_drawn_without_replacement_and_each_epoch_anew() -> None:
    data = Data(torch.arange(12.0)[:, None], torch.zeros(12))
    batches = streams.batches(data, range(2), steps=6, batch=4, device="cpu")
    epochs = [torch.cat([batch.x for batch in islice(batches, 3)], dim=1) for _ in range(2)]
    for epoch in epochs:
        assert torch.equal(epoch.squeeze(-1).sort(dim=1).values, torch.arange(12.0).expand(2, 12))
    assert not torch.equal(*epochs)
    assert not torch.equal(*epochs[0])


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
    networks = fit(linear, line, mse_loss, seeds=2, training=Training(steps=4), keep=[0, 2, 4])
    assert sorted(networks.kept) == [0, 2, 4]
    assert torch.equal(networks.at(4).state["weight"], networks.state["weight"])
    assert not torch.equal(networks.at(2).state["weight"], networks.state["weight"])


def test_predicting_in_parts_changes_nothing() -> None:
    networks, x = trained(convolutional, 3), torch.randn(10, 1, 6, 6, dtype=torch.float64)
    torch.testing.assert_close(networks.predict(x), networks.predict(x, at_once=3))
    own = x.expand(3, *x.shape)
    torch.testing.assert_close(networks.predict(own, own=True), networks.predict(x))


def test_training_leaves_the_global_random_state_alone() -> None:
    before = torch.random.get_rng_state()
    trained(dropping, 2)
    assert torch.equal(before, torch.random.get_rng_state())


def test_what_memory_cannot_hold_is_refused_with_its_size() -> None:
    build = partial(nn.Linear, 1, 10**12, device="meta")
    with pytest.raises(NotEnoughMemory, match=r"training one network would take [\d,]+\.\d GB"):
        fit(build, line, mse_loss, seeds=2, training=Training(steps=1))
