"""Tests of convlab.train: what trained networks answer, and what is refused with a sentence."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import mse_loss

import convlab.train.networks
from convlab.errors import UsageError
from convlab.settings import Training
from convlab.streams import Data, Stream, draw_each
from convlab.train import Networks, fit
from convlab.train.alone import channels_last_before_pooling

Build = Callable[[], nn.Module]


def row(generator: Generator, examples: int = 8) -> Data:
    x = torch.randn(examples, 6, generator=generator, dtype=torch.float64)
    return Data(x, torch.randn(examples, 2, generator=generator, dtype=torch.float64))


def trained(build: Build, seeds: int, loss: Any = mse_loss, **asked: Any) -> Networks:
    training = asked.pop("training", Training(steps=4, lr=0.05, optimizer="sgd"))
    return fit(lambda: build().double(), row, loss, seeds=seeds, training=training, **asked)


class Answering(nn.Module):
    """A linear layer whose answer takes another form."""

    def __init__(self, form: Callable[[Tensor, Tensor], Any]) -> None:
        super().__init__()
        self.layer, self.form = nn.Linear(6, 2), form

    def forward(self, x: Tensor) -> Any:
        return self.form(self.layer(x), x)


@pytest.mark.parametrize("seeds", [1, 3, 8])
def test_answers_may_be_tuples_and_dictionaries(seeds: int) -> None:
    def loss(answer: Any, y: Tensor) -> Tensor:
        value: Tensor = mse_loss(answer["pair"][0], y) + answer["pair"][1].square().mean()
        return value

    networks = trained(lambda: Answering(lambda out, x: {"pair": (out, out * 2)}), seeds, loss)
    plain = trained(
        lambda: nn.Sequential(nn.Linear(6, 2)), seeds, lambda o, y: loss({"pair": (o, 2 * o)}, y)
    )
    torch.testing.assert_close(networks.losses, plain.losses)
    x = row(Generator()).x
    answers: Any = networks.predict(x)
    torch.testing.assert_close(answers["pair"][0], plain.predict(x))
    torch.testing.assert_close(answers["pair"][1], 2 * plain.predict(x))
    metric: Any = lambda answer, y: answer["pair"][0].sum()  # noqa: E731
    scores = plain.score(lambda answer, y: answer.sum(), row).values
    assert networks.score(metric, row).values == pytest.approx(scores)


@pytest.mark.parametrize("seeds", [1, 4, 7])
def test_what_is_drawn_in_an_answer_is_drawn_for_each_seed(seeds: int) -> None:
    build = partial(Answering, lambda out, x: out + torch.randn_like(out))
    x = row(Generator()).x
    answers = trained(build, seeds).predict(x)
    assert torch.equal(answers, trained(build, seeds).predict(x))
    torch.testing.assert_close(answers[:1], trained(build, 1).predict(x))
    first, second = answers[0] - answers.mean(), answers[-1] - answers.mean()
    assert seeds == 1 or not torch.equal(first, second)


def by_the_batch() -> nn.Module:
    norm = nn.BatchNorm1d(4, track_running_stats=False)
    return nn.Sequential(nn.Linear(6, 4), norm, nn.Linear(4, 2))


def centred() -> nn.Module:
    return Answering(lambda out, x: out - out.mean(0))


def by_the_largest() -> nn.Module:
    return Answering(lambda out, x: out / out.abs().max())


@pytest.mark.parametrize("build", [by_the_batch, centred, by_the_largest])
@pytest.mark.parametrize("seeds", [1, 4, 16])
def test_networks_whose_examples_meet_see_all_at_once(build: Build, seeds: int) -> None:
    networks, x = trained(build, seeds), row(Generator(), 50).x
    whole = networks.predict(x)
    for at_once in (1, 7, 49):
        torch.testing.assert_close(networks.predict(x, at_once=at_once), whole)
    torch.testing.assert_close(whole[:1], trained(build, 1).predict(x))


@pytest.mark.parametrize("seeds", [1, 5])
def test_each_network_may_see_examples_of_its_own(seeds: int) -> None:
    def choosing(out: Tensor, x: Tensor) -> Tensor:
        return -out if not out.requires_grad and x.sum() > 0 else out

    networks = trained(partial(Answering, choosing), seeds)
    x = torch.stack([row(Generator().manual_seed(seed)).x for seed in range(seeds)])
    answers = networks.predict(x, own=True)
    for seed in range(seeds):
        torch.testing.assert_close(answers[seed], networks.predict(x[seed])[seed])


@pytest.mark.parametrize("seeds", [1, 5])
def test_other_networks_see_no_more_than_is_asked_for(seeds: int) -> None:
    sizes: list[int] = []

    def noticed(out: Tensor, x: Tensor) -> Tensor:
        sizes.append(len(out))
        return out

    networks = trained(partial(Answering, noticed), seeds)
    sizes.clear()
    networks.predict(row(Generator(), 50).x, at_once=20)
    assert max(sizes) == 20


def test_no_more_examples_of_all_seeds_are_answered_together_than_is_asked_for() -> None:
    calls: list[int] = []

    def noticed(out: Tensor, x: Tensor) -> Tensor:
        calls.append(len(out))
        return out

    state = {"layer.weight": torch.ones(5, 2, 6), "layer.bias": torch.zeros(5, 2)}
    networks = Networks(Answering(noticed), state, torch.ones(5, 1))
    networks.predict(torch.ones(50, 6), at_once=100)
    assert calls == [50, 50, 50]  # of two, two and one


def test_a_loss_beyond_float32_is_a_divergence() -> None:
    state = {"weight": torch.ones(2, 1, 1), "bias": torch.zeros(2, 1)}
    losses = torch.tensor([[1.0, 1e199], [1.0, 1e30]], dtype=torch.float64)
    assert Networks(nn.Linear(1, 1), state, losses).diverged.tolist() == [True, False]


def test_an_answer_is_that_of_the_network_after_training() -> None:
    class Fading(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.scale = nn.Linear(6, 2), 1.0

        def forward(self, x: Tensor) -> Tensor:
            if self.training:
                self.scale *= 0.9
            answer: Tensor = self.layer(x) * self.scale
            return answer

    networks, x = trained(Fading, 5, keep=[2]), row(Generator()).x
    plain = x @ networks.state["layer.weight"].mT + networks.state["layer.bias"][:, None]
    torch.testing.assert_close(networks.predict(x), plain * 0.9**4)
    kept = networks.at(2)
    plain = x @ kept.state["layer.weight"].mT + kept.state["layer.bias"][:, None]
    torch.testing.assert_close(kept.predict(x), plain * 0.9**2)


class Shift(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.sub_(3)


@pytest.mark.parametrize("batch", [8, 4])
@pytest.mark.parametrize("seeds", [1, 2, 4, 16])
def test_the_users_data_stay_as_they_are(seeds: int, batch: int) -> None:
    data = row(Generator())
    x, y = data.x.clone(), data.y.clone()

    def spoiling(out: Tensor, target: Tensor) -> Tensor:
        return mse_loss(out, target.mul_(2))

    build = lambda: nn.Sequential(Shift(), nn.Linear(6, 2)).double()  # noqa: E731
    training = Training(steps=3, batch=batch)
    fit(build, data, spoiling, seeds=seeds, training=training).predict(data.x)
    assert torch.equal(data.x, x) and torch.equal(data.y, y)


def test_one_object_for_all_seeds_is_refused() -> None:
    network, layer = nn.Linear(6, 2), nn.Linear(6, 6)
    for build in (lambda: network, lambda: nn.Sequential(layer, nn.Linear(6, 2))):
        with pytest.raises(UsageError, match=r"one object for several seeds.*make a new network"):
            trained(build, 2)
        assert trained(build, 1).notes == ()


def test_frozen_parts_may_be_shared() -> None:
    layer = nn.Linear(6, 6).requires_grad_(False).double()
    networks = trained(lambda: nn.Sequential(layer, nn.Linear(6, 2)), 5)
    assert torch.equal(networks.state["0.weight"], layer.weight.expand(5, 6, 6))


def test_a_part_that_was_built_for_evaluation_stays_there() -> None:
    def build() -> nn.Module:
        return nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4).eval(), nn.Linear(4, 2))

    for seeds in (1, 5):
        networks = trained(build, seeds)
        assert (networks.state["1.running_mean"] == 0).all()


@pytest.mark.parametrize("seeds", [1, 5])
def test_a_lazy_network_is_in_training_once_it_has_its_sizes(seeds: int) -> None:
    build = lambda: nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d(), nn.Linear(4, 2))  # noqa: E731
    state = trained(build, seeds).state
    assert state["1.num_batches_tracked"].tolist() == [4] * seeds


def test_a_network_that_knows_its_batch_is_trained() -> None:
    build = partial(Answering, lambda out, x: out.view(20, 2))
    networks = fit(
        lambda: build().double(),
        partial(row, examples=20),
        mse_loss,
        seeds=4,
        training=Training(steps=1, batch=20),
    )
    assert "cannot be tried on 8 examples" in networks.notes[0]


@pytest.mark.parametrize("seeds", [1, 2, 5])
def test_draws_of_different_sizes_are_trained_and_scored(seeds: int) -> None:
    def draw(generator: Generator) -> Data:
        return row(generator, 5 + generator.initial_seed() % 7)

    build = lambda: nn.Linear(6, 2).double()  # noqa: E731
    networks = fit(build, draw, mse_loss, seeds=seeds, training=Training(steps=2))
    assert len(networks.score(mse_loss, draw).values) == seeds


def test_a_metric_may_be_any_function() -> None:
    networks = trained(lambda: nn.Linear(6, 2), 5)

    def of_numpy(out: Tensor, y: Tensor) -> Any:
        return float(np.square(out.numpy() - y.numpy()).mean())

    assert networks.score(of_numpy, row).values == pytest.approx(
        networks.score(mse_loss, row).values
    )
    with pytest.raises(UsageError, match=r"`score` gives \(8, 2\).*one number"):
        networks.score(lambda out, y: out - y, row)
    for given, words in (("good", "'good'"), (None, "None"), (torch.tensor(1 + 2j), "complex")):
        with pytest.raises(UsageError, match=f"`score` gives {words}.*one number"):
            networks.score(lambda out, y, given=given: given, row)  # type: ignore[misc]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("seeds", [1, 4])
def test_a_blow_up_at_the_last_update_is_a_divergence(seeds: int, dtype: torch.dtype) -> None:
    training = Training(steps=1, lr=1e6, optimizer="sgd")
    build = lambda: nn.Linear(6, 2).to(dtype)  # noqa: E731
    for size, diverged in ((1.0, False), (1e16, True)):
        data = Data(torch.ones(4, 6, dtype=dtype), torch.full((4, 2), size, dtype=dtype))
        networks = fit(build, data, mse_loss, seeds=seeds, training=training)
        assert networks.losses.isfinite().all()
        assert networks.diverged.tolist() == [diverged] * seeds


@pytest.mark.parametrize(
    "build, words",
    [
        (lambda: "network", "a str, no nn.Module"),
        (lambda: nn.Flatten(), "without a parameter"),
        (lambda: nn.Linear(6, 2).requires_grad_(False), "without a parameter"),
    ],
)
def test_what_is_no_network_is_refused(build: Any, words: str) -> None:
    with pytest.raises(UsageError, match=f"`build` gives `fit`.*{words}"):
        fit(build, row, mse_loss, seeds=1, training=Training(steps=1))


def test_what_is_no_task_is_refused() -> None:
    ask: Any = partial(fit, lambda: nn.Linear(6, 2).double(), loss=mse_loss)
    one = Training(steps=1)
    for seeds in (0, -1):
        with pytest.raises(UsageError, match=f"at least one seed, not seeds={seeds}"):
            ask(row, seeds=seeds, training=one)
    with pytest.raises(UsageError, match="5 inputs x and 4 targets y"):
        ask(lambda g: Data(torch.ones(5, 6), torch.ones(4, 2)), seeds=1, training=one)
    with pytest.raises(UsageError, match="a draw should return Data"):
        ask(lambda g: (torch.ones(5, 6), torch.ones(5, 2)), seeds=1, training=one)
    with pytest.raises(UsageError, match="should be Data, or a function"):
        ask([1], seeds=1, training=one)
    with pytest.raises(UsageError, match="makes 1 steps: it cannot keep step 2"):
        ask(row, seeds=1, training=one, keep=[2])
    with pytest.raises(UsageError, match=r"shape \(8,\): let it return one number"):
        ask(row, loss=lambda out, y: (out - y).mean(1), seeds=1, training=one)
    with pytest.raises(UsageError, match=r"did not keep step 1: ask for it"):
        ask(row, seeds=1, training=one).at(1)


class Pooling(nn.Module):
    """As in tutorials: what is pooled is viewed as rows."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.pool = nn.Conv2d(1, 8, 3), nn.MaxPool2d(2)
        self.last = nn.Linear(72, 3)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.last(self.pool(self.convolution(x)).view(len(x), -1))
        return answer


@pytest.mark.parametrize("seeds", [1, 2, 5])
def test_pooled_images_may_be_viewed_as_rows(seeds: int) -> None:
    x = torch.randn(8, 1, 8, 8, generator=Generator().manual_seed(0))
    data = Data(x, torch.arange(8) % 3)
    training = Training(steps=2)
    networks = fit(Pooling, data, nn.functional.cross_entropy, seeds=seeds, training=training)
    assert networks.predict(x).shape == (seeds, 8, 3)


def test_a_chain_of_known_layers_is_pooled_with_the_channels_last() -> None:
    def layouts(*last: nn.Module) -> list[bool]:
        network = nn.Sequential(nn.Conv2d(1, 8, 3), nn.MaxPool2d(2), *last)
        seen: list[bool] = []
        with channels_last_before_pooling(network, "cpu"):
            pooled = network[:2](torch.randn(2, 1, 8, 8))
            seen.append(pooled.is_contiguous(memory_format=torch.channels_last))
        return [*seen, network[:2](torch.randn(2, 1, 8, 8)).is_contiguous()]

    assert layouts(nn.Flatten(), nn.Linear(72, 3)) == [True, True]
    assert layouts() == layouts(Shift(), nn.Flatten()) == [False, True]


class Held(nn.Module):
    """Keeps a tensor that was computed, which cannot be copied."""

    def __init__(self, width: int = 2) -> None:
        super().__init__()
        self.layer, self.last = nn.Linear(6, width), nn.Linear(width, 2)
        self.held = nn.Linear(6, 6).weight * 1.0

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.last(self.layer(x @ self.held.detach().to(x)))
        return answer


def test_networks_that_cannot_be_copied_answer_by_what_each_keeps() -> None:
    networks, x = trained(Held, 4, keep=[2, 4]), row(Generator()).x
    torch.testing.assert_close(networks.at(4).predict(x), networks.predict(x))
    assert not torch.allclose(networks.at(2).predict(x), networks.predict(x))
    assert "is that after all steps" in networks.at(2).notes[-1]
    widths = iter(range(1, 9))
    uneven = trained(lambda: Held(next(widths)), 4, keep=[2])
    with pytest.raises(UsageError, match=r"could not keep step 2: .*cannot be copied"):
        uneven.at(2)


@dataclass
class Parts:
    out: Tensor


@pytest.mark.parametrize("seeds", [1, 5])
def test_a_metric_may_take_what_cannot_be_stacked(seeds: int) -> None:
    build = partial(Answering, lambda out, x: Parts(out))
    networks = trained(build, seeds, lambda answer, y: mse_loss(answer.out, y))
    plain = trained(partial(Answering, lambda out, x: out), seeds).score(mse_loss, row)
    scores = networks.score(lambda answer, y: mse_loss(answer.out, y), row)  # type: ignore[attr-defined]
    assert scores.values == pytest.approx(plain.values)
    with pytest.raises(UsageError, match=r"no tensor \(Parts\).*ask `score`"):
        networks.predict(row(Generator()).x)


def test_numbers_that_differ_between_seeds_are_not_those_of_the_first() -> None:
    networks = trained(
        lambda: Answering(lambda out, x: {"out": out, "mean": out.mean().item()}),
        5,
        lambda answer, y: mse_loss(answer["out"], y),
    )
    with pytest.raises(UsageError, match=r"no tensor \(float\)"):
        networks.predict(row(Generator()).x)


def test_what_is_drawn_does_not_depend_on_how_many_are_answered_at_once() -> None:
    build = partial(Answering, lambda out, x: nn.functional.dropout(out, 0.5, True))
    networks, x = trained(build, 3), row(Generator(), 50).x
    assert torch.equal(networks.predict(x, at_once=20), networks.predict(x))


def test_a_metric_may_change_the_targets() -> None:
    data, networks = row(Generator()), trained(lambda: nn.Linear(6, 2), 3)
    y = data.y.clone()
    networks.score(lambda out, y: (out - y.mul_(2)).square().mean(), data)
    assert torch.equal(data.y, y)


def test_data_of_each_are_scored_as_their_draws_are() -> None:
    networks = trained(lambda: nn.Linear(6, 2), 3)
    each = draw_each(row, networks.seeds, Stream.HELD_OUT)
    assert networks.score(mse_loss, each) == networks.score(mse_loss, row)
    assert networks.score(mse_loss, each).varies == "weights and data"
    assert networks.score(mse_loss, each[0]).varies == networks.varies
    with pytest.raises(UsageError, match="3 networks and data for 2"):
        networks.score(mse_loss, each[:2])


def test_a_metric_is_computed_where_the_networks_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here on the device without numbers, `meta`, in place of a card."""
    networks, seen = trained(lambda: nn.Linear(6, 2), 2), list[str]()
    there = {name: tensor.to("meta") for name, tensor in networks.state.items()}

    def metric(out: Tensor, y: Tensor) -> Any:
        seen.extend([out.device.type, y.device.type])
        if out.device.type == "meta" and len(seen) > 4:
            raise TypeError("numpy reads no tensor of a card")
        return 1.0

    def ones(answer: Tensor) -> Tensor:
        return torch.ones(answer.shape)

    on_a_card = replace(networks, state=there)
    monkeypatch.setattr(Networks, "diverged", torch.zeros(2, dtype=torch.bool))
    monkeypatch.setattr(convlab.train.networks, "on_cpu", ones)
    assert on_a_card.score(metric, row).values == (1.0, 1.0) and seen == 4 * ["meta"]
    assert on_a_card.score(metric, row).values == (1.0, 1.0)
    assert seen[4:] == 2 * ["meta", "meta", "cpu", "cpu"]


def test_networks_are_a_line() -> None:
    ones = Data(torch.ones(8, 1), torch.ones(8, 1))
    networks = fit(lambda: nn.Linear(1, 1), ones, mse_loss, seeds=7, training=Training(steps=3))
    assert repr(networks).startswith("<Networks: 7 seeds, 3 steps, last loss ")
    assert len(repr(networks)) < 100
