"""Tests of convlab.train: whatever the groups, fit is the plain loop that a user would write."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.models import MODELS
from convlab.settings import Training
from convlab.streams import Data, Stream, generator
from convlab.train import fit, loop, norm
from experiments.product._networks import plain, with_exp, with_log_and_exp
from tests.train.stripes import NETWORKS, STEPS, convolutional, double, precisely, stripes, trained

PLAIN: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": torch.optim.Adam,
    "sgd": partial(torch.optim.SGD, momentum=0.5),
    "adadelta": torch.optim.Adadelta,
}


def pairs(generator: Generator) -> Data:
    """One image (1, 2, 8, 8) of two channels, and their product."""
    x = torch.rand(1, 2, 8, 8, generator=generator, dtype=torch.float64)
    return Data(x, x.prod(dim=1, keepdim=True))


def plain_loop(build: Callable[[], nn.Module], seed: int, training: Training) -> nn.Module:
    """What a user would write for one seed, with the streams that fit promises to use."""
    data = precisely(stripes, generator(seed, Stream.DATA))
    with torch.random.fork_rng():
        torch.manual_seed(generator(seed, Stream.WEIGHTS).initial_seed())
        network = build().double()
        torch.manual_seed(generator(seed, Stream.NOISE).initial_seed())
        optimizer = PLAIN[training.optimizer](network.parameters(), training.lr)
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
    training = Training(steps=STEPS, batch=16, lr=0.01)
    for seed in range(3):
        for name, expected in plain_loop(build, seed, training).state_dict().items():
            torch.testing.assert_close(many.state[name][seed], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("optimizer", PLAIN)
@pytest.mark.parametrize("name", MODELS)
def test_groups_of_any_size_are_the_plain_loop(
    name: str, optimizer: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "group_size", lambda *_: size)
    build = partial(MODELS[name], (1, 6, 6), 2, 4)
    training = Training(steps=5, batch=16, lr=0.01, optimizer=optimizer, momentum=0.5)
    many = fit(
        partial(double, build),
        partial(precisely, stripes),
        cross_entropy,
        seeds=5,
        training=training,
    )
    for seed in range(5):
        for name, expected in plain_loop(build, seed, training).state_dict().items():
            torch.testing.assert_close(many.state[name][seed], expected, rtol=0, atol=1e-12)


def test_data_that_all_share_is_the_same_as_a_copy_for_each() -> None:
    data = precisely(stripes, generator(0, Stream.DATA))
    training = Training(steps=STEPS, batch=16)
    build = partial(double, convolutional)
    shared = fit(build, data, cross_entropy, seeds=3, training=training)
    copied = fit(build, lambda _: data, cross_entropy, seeds=3, training=training)
    torch.testing.assert_close(shared.losses, copied.losses, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("size", [2, 5])
@pytest.mark.parametrize("build", [plain, with_exp, partial(with_log_and_exp, 1e-4)])
def test_groups_that_share_a_picture_are_seeds_alone(
    build: Callable[[], nn.Module], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losses(size: int) -> Tensor:
        monkeypatch.setattr(loop, "group_size", lambda *_: size)
        data, training = pairs(torch.Generator()), Training(steps=5)
        return fit(partial(double, build), data, norm, seeds=5, training=training).losses

    torch.testing.assert_close(losses(size), losses(1), rtol=0, atol=1e-12)
