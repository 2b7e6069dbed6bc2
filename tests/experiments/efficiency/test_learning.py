"""Tests of what a network learns, what it costs, and what can be had without one."""

from math import isnan

import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.svm import SVC
from torch import nn
from torch.nn.functional import cross_entropy

from convlab.data import Dataset, load, split
from convlab.measure import Sample
from convlab.settings import Training
from convlab.streams import Data, Stream, draw_all, generator
from convlab.train import Build, fit
from convlab.workbench import Workbench
from experiments.efficiency import _learning as learning
from experiments.efficiency import _reference
from experiments.efficiency._costs import counts, prediction, times, training_step
from experiments.efficiency._learning import (
    Trial,
    choose_lr,
    learn,
    percent_correct,
    score,
    training_count,
    training_images,
)
from experiments.efficiency._reference import guessing, references, support_vectors_as_published


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load("digits")


@pytest.fixture
def stripes() -> Dataset:
    """Images of 2 x 2 pixels whose upper or whose lower row is bright: easily told apart."""
    y = torch.arange(60) % 2
    x = torch.rand(60, 1, 2, 2, generator=torch.Generator().manual_seed(0)) / 10
    x[torch.arange(60), 0, y] += 1
    return Dataset("stripes", x, y, ("upper", "lower"))


def trial(dataset: Dataset, build: Build, *, steps: int = 60) -> Trial:
    return Trial("line", build, dataset, Training(steps=steps, batch=16), Workbench())


def line() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(4, 2))


def test_training_and_test_images_are_all_there_are_and_none_twice(digits: Dataset) -> None:
    train = training_images(digits)(generator(3, Stream.DATA))
    draw = learning.test_images(digits)
    assert callable(draw)  # each seed has test images of its own
    test = draw(generator(3, Stream.DATA))
    assert len(train.y) == training_count(digits)
    seen = torch.cat([train.x, test.x]).flatten(1)
    assert sorted(map(tuple, seen.tolist())) == sorted(map(tuple, digits.x.flatten(1).tolist()))


def test_fewer_images_are_the_first_of_more(digits: Dataset) -> None:
    few, more = (training_images(digits, slice(n))(generator(1, Stream.DATA)) for n in (50, 100))
    assert torch.equal(few.x, more.x[:50])
    assert not torch.equal(few.y, training_images(digits, slice(50))(generator(2, Stream.DATA)).y)


def test_a_published_test_set_is_shared_by_all_seeds(digits: Dataset) -> None:
    published = Dataset("d", digits.x, digits.y, digits.classes, published_test=100)
    test = learning.test_images(published)
    assert isinstance(test, Data)
    assert torch.equal(test.x, digits.x[-100:])


def test_each_seed_is_scored_on_its_own_split(digits: Dataset) -> None:
    build = lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 10))  # noqa: E731
    training = Training(steps=5)
    networks = fit(build, training_images(digits), cross_entropy, seeds=3, training=training)
    test = draw_all(learning.test_images(digits), range(3), Stream.DATA)
    scored = score(networks, percent_correct, test).values
    for seed, value in enumerate(scored):
        _, own = split(digits, generator(seed, Stream.DATA))
        right = networks.predict(own.x)[seed].argmax(1) == own.y
        assert value == pytest.approx(100 * right.double().mean().item())


def test_the_chosen_lr_is_the_one_that_learns(stripes: Dataset) -> None:
    lrs = 1e-6, 0.1, 1e-5
    assert choose_lr(trial(stripes, line), lrs, seeds=2) == 0.1


def test_an_lr_that_diverges_is_not_chosen(stripes: Dataset) -> None:
    assert choose_lr(trial(stripes, line), (3e37, 0.01), seeds=2) == 0.01


def test_what_is_easy_is_learned_from_any_number_of_images(stripes: Dataset) -> None:
    learned = learn(trial(stripes, line), (8, 8, 20, 500), (0.1,), seeds=2, lr_seeds=1)
    assert list(learned.accuracy) == [8, 20, 48]
    assert learned.accuracy[48] == Sample((100.0, 100.0), "mean")
    assert max(learned.train_loss.values + learned.test_loss.values) < 0.3


@pytest.fixture
def noise() -> Dataset:
    """Images whose labels can be learned by heart, and not be predicted."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(60, 1, 8, 8, generator=generator)
    return Dataset("noise", x, torch.randint(2, (60,), generator=generator), ("heads", "tails"))


def wide_line() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 2))


def test_an_lr_is_chosen_on_images_that_were_not_trained_on(noise: Dataset) -> None:
    assert choose_lr(trial(noise, wide_line), (0.1, 1e-6), seeds=3) == 1e-6


def test_what_was_learned_by_heart_shows_in_the_test_loss_alone(noise: Dataset) -> None:
    scores = learn(trial(noise, wide_line), (), (0.1,), seeds=3, lr_seeds=1)
    assert max(scores.train_loss.values) < 0.2 < 1 < min(scores.test_loss.values)
    assert max(scores.accuracy[48].values) < 90


def test_a_seed_that_diverged_has_no_score(stripes: Dataset) -> None:
    draw = training_images(stripes)
    networks = fit(line, draw, cross_entropy, seeds=2, training=Training(steps=2))
    networks.losses[1, 0] = torch.inf
    first, second = score(networks, percent_correct, draw_all(draw, range(2), Stream.DATA)).values
    assert first >= 0 and isnan(second)


def test_guessing_names_the_most_frequent_class() -> None:
    assert guessing(torch.tensor([2, 0, 2, 1])) == 50


def test_the_machine_scores_what_the_example_of_scikit_learn_publishes() -> None:
    images, labels = load_digits(return_X_y=True)
    machine = SVC(gamma=0.001).fit(images[:898], labels[:898])
    published = 100 * machine.score(images[898:], labels[898:])
    assert support_vectors_as_published() == pytest.approx(published, abs=0)
    assert round(published) == 97


def test_references_stand_on_the_splits_of_the_networks(stripes: Dataset) -> None:
    found = references(stripes, seeds=2)
    assert found["guessing"].values == (50.0,)
    assert found["support vectors"].values == (100.0, 100.0)


def test_beyond_a_number_of_images_there_is_no_machine(
    stripes: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_reference, "LARGEST", 48)
    assert "support vectors" in references(stripes, seeds=1)
    monkeypatch.setattr(_reference, "LARGEST", 47)
    assert list(references(stripes, seeds=1)) == ["guessing", "support vectors, as published"]


def test_a_training_step_is_one_step_of_the_optimizer() -> None:
    data = Data(torch.rand(8, 1, 2, 2), torch.arange(8) % 2)
    network, twin = line(), line()
    twin.load_state_dict(network.state_dict())
    training_step(network, data, cross_entropy, Training(lr=0.5, optimizer="sgd"))()
    loss = cross_entropy(twin(data.x), data.y)
    gradients = torch.autograd.grad(loss, list(twin.parameters()))
    for stepped, old, gradient in zip(
        network.parameters(), twin.parameters(), gradients, strict=True
    ):
        torch.testing.assert_close(stepped, old - 0.5 * gradient)


def test_a_prediction_keeps_no_graph() -> None:
    output = prediction(line(), torch.rand(1, 1, 2, 2))()
    assert isinstance(output, torch.Tensor) and not output.requires_grad


def test_costs_are_counted_and_timed_for_each_network() -> None:
    data = Data(torch.rand(8, 1, 2, 2), torch.arange(8) % 2)
    found = counts(line(), data.x)
    assert found["parameters"].center == 10
    assert found["multiply-adds"].center == 8
    of_both = times({"a": line(), "b": line()}, data, cross_entropy, Training())
    assert list(of_both) == ["a", "b"]
    for each in of_both.values():
        assert all(min(sample.values) > 0 for sample in each.values())
