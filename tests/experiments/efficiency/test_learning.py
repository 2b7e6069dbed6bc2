"""Tests of what a network learns, what it costs, and what can be had without one."""

from math import isnan, nan

import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.svm import SVC
from torch import nn
from torch.nn.functional import cross_entropy

from convlab.data import Dataset, load, split
from convlab.measure import Sample
from convlab.settings import Training
from convlab.streams import Data, Draw, Stream, draw_all, generator
from convlab.train import Build, fit
from convlab.workbench import Workbench
from experiments.efficiency import _reference
from experiments.efficiency._costs import counts, prediction, times, training_step
from experiments.efficiency._learning import (
    Trial,
    choose_lr,
    learn,
    percent_correct,
    score,
    smallest_as_good,
)
from experiments.efficiency._reference import guessing, references, support_vectors_as_published
from experiments.efficiency._tasks import Task, other_writers


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
    return Trial("line", build, Task(dataset), Training(steps=steps, batch=16), Workbench())


def line() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(4, 2))


def drawn(data: Data | Draw, seed: int) -> Data:
    return data if isinstance(data, Data) else data(generator(seed, Stream.DATA))


def rows(x: torch.Tensor) -> list[tuple[float, ...]]:
    return sorted(map(tuple, x.flatten(1).tolist()))


def test_training_and_test_images_are_all_there_are_and_none_twice(digits: Dataset) -> None:
    task = Task(digits)
    train, test = drawn(task.training(), 3), drawn(task.test(), 3)
    assert len(train.y) == task.count and task.overlap == len(test.y) / len(train.y)
    assert rows(torch.cat([train.x, test.x])) == rows(digits.x)
    assert rows(test.x) != rows(drawn(task.test(), 4).x)  # each seed has images of its own


def test_fewer_images_are_the_first_of_more(digits: Dataset) -> None:
    few, more = (drawn(Task(digits).training(slice(n)), 1) for n in (50, 100))
    assert torch.equal(few.x, more.x[:50])
    assert not torch.equal(few.y, drawn(Task(digits).training(slice(50)), 2).y)


def test_a_published_test_set_is_shared_by_all_seeds(digits: Dataset) -> None:
    task = Task(Dataset("d", digits.x, digits.y, digits.classes, published_test=100))
    test, train = task.test(), drawn(task.training(), 0)
    assert isinstance(test, Data) and task.overlap == 0
    assert torch.equal(test.x, digits.x[-100:]) and rows(train.x) == rows(digits.x[:-100])
    assert task.varies(task.count) == "weights"
    assert task.varies(50) == Task(digits).varies(1438) == "weights and data"


def test_other_writers_wrote_the_second_half_of_the_file(digits: Dataset) -> None:
    task = Task(other_writers(digits))
    train, test = drawn(task.training(), 0), drawn(task.test(), 0)
    assert torch.equal(test.x, digits.x[898:]) and rows(train.x) == rows(digits.x[:898])


def test_shuffled_are_the_pixels_of_the_same_images_in_one_order(digits: Dataset) -> None:
    plain, shuffled = Task(digits), Task(digits, shuffled=True)
    for seed in (0, 1):
        order = torch.cat([drawn(t, seed).x for t in (plain.training(), plain.test())])
        other = torch.cat([drawn(t, seed).x for t in (shuffled.training(), shuffled.test())])
        columns, moved = order.flatten(1).T, other.flatten(1).T
        assert not torch.equal(columns, moved) and rows(columns) == rows(moved)
    first, second = (drawn(shuffled.test(), seed).x.mean(dim=0) for seed in (0, 1))
    assert not torch.allclose(first, second, atol=0.1)  # in an order of each seed's own


def test_each_seed_is_scored_on_its_own_split(digits: Dataset) -> None:
    build = lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 10))  # noqa: E731
    training = Training(steps=5)
    networks = fit(build, Task(digits).training(), cross_entropy, seeds=3, training=training)
    test = draw_all(Task(digits).test(), range(3), Stream.DATA)
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


@pytest.mark.parametrize(
    ("losses", "chosen"),
    [
        ({0.1: (1, 2, 3), 0.2: (0.5, 2.1, 3)}, 0.1),  # nearly as good, and smaller
        ({0.2: (0.5, 2.1, 3), 0.1: (1, 2, 3)}, 0.1),  # in any order
        ({0.1: (3, 3, 3), 0.2: (1, 2, 3)}, 0.2),  # more than a standard error, 0.58, worse
        ({0.1: (2.5, 2.5, 2.5), 0.2: (1, 2, 3)}, 0.1),
        ({0.1: (1.1,), 0.2: (1.0,)}, 0.2),  # of one seed there is no standard error
        ({0.1: (nan, 0), 0.2: (1, 1)}, 0.2),
        ({0.1: (nan, 0), 0.2: (nan, 1)}, 0.1),
    ],
)
def test_of_rates_that_are_as_good_the_smallest_is_chosen(
    losses: dict[float, tuple[float, ...]], chosen: float
) -> None:
    assert smallest_as_good(losses) == chosen


def test_what_is_easy_is_learned_from_any_number_of_images(stripes: Dataset) -> None:
    learned = learn(trial(stripes, line), (8, 8, 20, 500), (0.1,), seeds=2, lr_seeds=1)
    assert list(learned.accuracy) == [8, 20, 48]
    assert learned.accuracy[48] == Sample((100.0, 100.0), "mean", "weights and data", 12 / 48)
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
    draw = Task(stripes).training()
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
    found = references(stripes, range(2))
    assert found["guessing"].values == (50.0,)
    assert found["support vectors"].values == (100.0, 100.0)


def test_beyond_a_number_of_images_there_is_no_machine(
    stripes: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_reference, "LARGEST", 48)
    assert "support vectors" in references(stripes, range(1))
    monkeypatch.setattr(_reference, "LARGEST", 47)
    assert list(references(stripes, range(1))) == ["guessing", "support vectors, as published"]


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
    of_both = times({"a": line(), "b": line()}, data, cross_entropy, Training(), torch.Generator())
    assert list(of_both) == ["a", "b"]
    for each in of_both.values():
        assert all(min(sample.values) > 0 for sample in each.values())
