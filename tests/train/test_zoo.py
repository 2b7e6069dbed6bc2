"""Tests of convlab.train: for every layer and loss of torch.nn, fit is the plain loop."""

import random
import warnings
from contextlib import suppress
from copy import deepcopy
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.parameter import is_lazy

from convlab.settings import Training
from convlab.streams import Stream, generator
from convlab.train import Networks, fit
from tests.train import zoo
from tests.train.zoo import LAYERS, NO_LAYERS, WORDS, Build, Draw

TRAINING = Training(steps=3, batch=zoo.EXAMPLES // 2, lr=0.05, optimizer="sgd", momentum=0.5)
SIZES = 1, 2, 4, 16


def start(seed: int, stream: Stream) -> None:
    """Let all generators begin as `fit` promises."""
    number = generator(seed, stream).initial_seed()
    torch.manual_seed(number)
    np.random.seed(number % 2**32)
    random.seed(number)


def plain(build: Build, draw: Draw, loss: Any, seed: int) -> tuple[nn.Module, list[float]]:
    """What a user would write for one seed."""
    data = draw(generator(seed, Stream.DATA))
    start(seed, Stream.WEIGHTS)
    network = build()
    if any(is_lazy(parameter) for parameter in network.parameters()):
        with torch.no_grad():
            network.eval()(data.x[:2])  # lazy layers find their sizes
        network.train()
    start(seed, Stream.NOISE)
    optimizer = torch.optim.SGD(network.parameters(), TRAINING.lr, momentum=TRAINING.momentum)
    order, losses = generator(seed, Stream.ORDER), []
    for step in range(TRAINING.steps):
        if step % 2 == 0:  # two batches are an epoch
            shuffled = torch.randperm(len(data.x), generator=order)
        rows = shuffled[TRAINING.batch * (step % 2) :][: TRAINING.batch]
        optimizer.zero_grad()
        value = loss(network(data.x[rows]), data.y[rows])
        value.backward()
        optimizer.step()
        losses.append(value.item())
    for parameter in network.parameters():
        parameter.grad = None
    return network.eval(), losses


def one_of(networks: Networks, seed: int) -> dict[str, Tensor]:
    """Its parameters and buffers; from the network itself where shapes differ between seeds."""
    if networks.state:
        return {name: tensor[seed] for name, tensor in networks.state.items()}
    network = networks.alone[seed]
    return dict(chain(network.named_parameters(), network.named_buffers()))


def answer(network: nn.Module, seed: int, x: Tensor) -> Tensor:
    start(seed, Stream.NOISE)
    with suppress(RuntimeError):  # what weights are computed of by a hook cannot be copied
        network = deepcopy(network)  # some layers change when they answer
    expected: Tensor = network(x.clone())
    return expected


def check(build: Build, draw: Draw, loss: Any) -> None:
    """For each number of seeds, losses, weights, buffers and answers are those of a plain loop."""
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, about layers of no use in so small a network
        alone = [plain(build, draw, loss, seed) for seed in range(max(SIZES))]
        x = draw(generator(0, Stream.HELD_OUT)).x
        for seeds in SIZES:
            networks = fit(build, draw, loss, seeds=seeds, training=TRAINING)
            for seed, (network, losses) in enumerate(alone[:seeds]):
                torch.testing.assert_close(networks.losses[seed].tolist(), losses)
                state = one_of(networks, seed)
                for name, tensor in chain(network.named_parameters(), network.named_buffers()):
                    torch.testing.assert_close(state[name], tensor.detach())
            answers = networks.predict(x)
            for seed, (network, _) in enumerate(alone[:seeds]):
                expected = answer(network, seed, x)
                torch.testing.assert_close(answers[seed], expected.detach())


@pytest.mark.long
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_trained_as_by_a_plain_loop(name: str) -> None:
    build, shape = LAYERS[name]
    check(partial(zoo.network, build, shape), partial(zoo.task, shape), mse_loss)


@pytest.mark.parametrize("name", WORDS)
def test_a_layer_of_words_is_trained_as_by_a_plain_loop(name: str) -> None:
    check(partial(zoo.of_words, WORDS[name]), zoo.sentences, mse_loss)


def test_no_layer_is_left_out() -> None:
    layers = {name for name in nn.modules.__all__ if not name.endswith(("Loss", "Loss2d"))}
    assert layers == LAYERS.keys() | WORDS.keys() & layers | NO_LAYERS
