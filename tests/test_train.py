"""Tests of convlab.train: seeds do not touch each other, and fit is the plain loop."""

from collections.abc import Callable
from functools import partial
from itertools import islice

import pytest
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from convlab import streams, train
from convlab.layers import LocallyConnected2d
from convlab.memory import NotEnoughMemory
from convlab.settings import Training
from convlab.streams import Data, Stream, generator
from convlab.train import Networks, fit

STEPS = 6


def line(generator: Generator) -> Data:
    x = torch.randn(40, 1, generator=generator)
    return Data(x, 3 * x - 1)


def stripes(generator: Generator) -> Data:
    """Images (32, 1, 6, 6) with a bright row (class 0) or column (class 1)."""
    x = torch.randn(32, 1, 6, 6, generator=generator) * 0.3
    y = torch.arange(32) % 2
    x[y == 0, :, 2, :] += 2
    x[y == 1, :, :, 2] += 2
    return Data(x, y)


def linear() -> nn.Module:
    return nn.Linear(1, 1)


def convolutional() -> nn.Module:
    layers = nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten()
    return nn.Sequential(*layers, nn.Linear(4, 2))


def local() -> nn.Module:
    layers = LocallyConnected2d(1, 3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 2)
    return nn.Sequential(*layers)


def normalised() -> nn.Module:
    # A bias before batch norm has no gradient but rounding errors, which Adam would enlarge.
    convolution = nn.Conv2d(1, 4, 3, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))


def dropping() -> nn.Module:
    layers = nn.Flatten(), nn.Linear(36, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 2)
    return nn.Sequential(*layers)


class Noise(nn.Module):
    """A layer that draws without being called dropout."""

    def forward(self, x: Tensor) -> Tensor:
        return x + 0.1 * torch.randn_like(x) if self.training else x


def noisy() -> nn.Module:
    return nn.Sequential(nn.Flatten(), Noise(), nn.Linear(36, 2))


NETWORKS = [convolutional, local, normalised, dropping, noisy]


def double(build: Callable[[], nn.Module]) -> nn.Module:
    return build().double()


def precisely(draw: Callable[[Generator], Data], generator: Generator) -> Data:
    data = draw(generator)
    return Data(data.x.double(), data.y)


def trained(build: Callable[[], nn.Module], seeds: int, **settings: object) -> Networks:
    training = Training(steps=STEPS, batch=16, rate=0.01, **settings)
    task = partial(precisely, stripes)
    return fit(partial(double, build), task, cross_entropy, seeds=seeds, training=training)


def plain_loop(build: Callable[[], nn.Module], seed: int, training: Training) -> nn.Module:
    """What a user would write for one seed, with the streams that fit promises to use."""
    data = precisely(stripes, generator(seed, Stream.DATA))
    with torch.random.fork_rng():
        torch.manual_seed(generator(seed, Stream.WEIGHTS).initial_seed())
        network = build().double()
        torch.manual_seed(generator(seed, Stream.NOISE).initial_seed())
        optimizer = torch.optim.Adam(network.parameters(), lr=training.rate)
        order = generator(seed, Stream.ORDER)
        for step in range(training.steps):
            if step % 2 == 0:  # 32 examples are two batches of 16
                shuffled = torch.randperm(32, generator=order)
            rows = shuffled[16 * (step % 2) :][:16]
            optimizer.zero_grad()
            cross_entropy(network(data.x[rows]), data.y[rows]).backward()
            optimizer.step()
    return network


@pytest.mark.parametrize("build", NETWORKS)
def test_a_seed_alone_is_that_seed_among_others(build: Callable[[], nn.Module]) -> None:
    many, few = trained(build, 5), trained(build, 2)
    for name in few.state:
        torch.testing.assert_close(many.state[name][:2], few.state[name], rtol=1e-9, atol=1e-12)
    alone = trained(build, 1)
    torch.testing.assert_close(many.losses[:1], alone.losses, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("build", NETWORKS)
def test_fit_is_the_plain_loop(build: Callable[[], nn.Module]) -> None:
    many = trained(build, 3)
    training = Training(steps=STEPS, batch=16, rate=0.01)
    for seed in range(3):
        for name, expected in plain_loop(build, seed, training).state_dict().items():
            torch.testing.assert_close(many.state[name][seed], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("build", NETWORKS)
def test_a_network_of_each_kind_learns(build: Callable[[], nn.Module]) -> None:
    networks = fit(
        build, stripes, cross_entropy, seeds=6, training=Training(steps=150, batch=16, rate=0.01)
    )
    right = networks.score(lambda out, y: (out.argmax(-1) == y).float().mean(), stripes, "mean")
    assert right.center > 0.9


def test_the_weights_and_the_losses_do_not_depend_on_the_size_of_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    together = trained(convolutional, 5)
    monkeypatch.setattr(train, "group_size", lambda *_: 2)
    in_groups = trained(convolutional, 5)
    torch.testing.assert_close(together.losses, in_groups.losses, rtol=1e-9, atol=1e-12)


def test_data_that_all_share_is_the_same_as_a_copy_for_each() -> None:
    data = precisely(stripes, generator(0, Stream.DATA))
    training = Training(steps=STEPS, batch=16)
    build = partial(double, convolutional)
    shared = fit(build, data, cross_entropy, seeds=3, training=training)
    copied = fit(build, lambda _: data, cross_entropy, seeds=3, training=training)
    torch.testing.assert_close(shared.losses, copied.losses, rtol=1e-9, atol=1e-12)


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
