"""Tests of convlab.data: the built-in datasets, their names, and the split."""

import subprocess
import sys
from collections import Counter
from types import ModuleType

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from torch import Generator

import convlab.data
import convlab.filters
from convlab.data import Dataset, load, shapes, split
from convlab.data.drawn_shapes import SHAPES
from convlab.errors import UsageError

CORNERS = {  # of the shape on the unit circle, x right and y below the centre
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "triangle": [(0.0, -1.0), (3**0.5 / 2, 0.5), (-(3**0.5) / 2, 0.5)],
}


def numbered(labels: list[int], published_test: int = 0) -> Dataset:
    """One example for each label, whose one pixel is its number."""
    x = torch.arange(len(labels)).float().view(-1, 1, 1, 1)
    names = tuple("abcdefgh"[: max(labels) + 1])
    return Dataset("numbered", x, torch.tensor(labels), names, published_test)


def test_digits_are_scikit_learns() -> None:
    dataset, original = load("digits"), load_digits()
    assert dataset.x.shape == (1797, 1, 8, 8)
    assert dataset.x.dtype == torch.float32
    assert torch.equal(dataset.x[:, 0].double() * 16, torch.from_numpy(original.images))
    assert dataset.y.tolist() == original.target.tolist()
    assert [dataset.classes[label] for label in dataset.y[:3]] == ["0", "1", "2"]


def test_the_shapes_are_fixed_balanced_and_in_range() -> None:
    dataset, again = load("shapes"), load("shapes")
    assert dataset.x.shape == (2000, 1, 16, 16)
    assert torch.equal(dataset.x, again.x)
    assert dataset.y.bincount().tolist() == [500] * 4
    assert dataset.classes == ("disc", "square", "triangle", "cross")
    assert 0 <= dataset.x.min() < dataset.x.max() <= 1


def test_the_shapes_are_those_of_one_seed_whatever_the_run() -> None:
    drawn = shapes(2_000, Generator().manual_seed(2_026), side=16)
    assert torch.equal(load("shapes").x, drawn.x)


def test_a_fifth_is_held_out_unless_another_share_is_asked_for() -> None:
    dataset = numbered([0, 1] * 20)
    for share, count in (((), 8), ((0.5,), 20)):
        assert len(split(dataset, Generator(), *share)[1].y) == count


def test_no_class_of_shapes_is_brighter_than_another() -> None:
    dataset = shapes(4_000, Generator().manual_seed(1))
    middle, mean = dataset.x[:, 0, 8, 8], dataset.x.mean(dim=(1, 2, 3))
    for value in (middle, mean):
        average = torch.stack([value[dataset.y == label].mean() for label in range(4)])
        spread = value.std() / 1_000**0.5
        assert (average - value.mean()).abs().max() < 4 * spread


@pytest.mark.parametrize("name", CORNERS)
def test_a_polygon_holds_what_lies_left_of_all_its_sides(name: str) -> None:
    generator = Generator().manual_seed(0)
    u, v = torch.empty(2, 4000).uniform_(-1.2, 1.2, generator=generator)
    corners = torch.tensor(CORNERS[name]) / (2**0.5 if name == "square" else 1)
    inside = torch.ones(4000, dtype=torch.bool)
    for (x0, y0), (x1, y1) in zip(corners, corners.roll(-1, 0), strict=True):
        inside &= (x1 - x0) * (v - y0) - (y1 - y0) * (u - x0) > 0
    assert torch.equal(SHAPES[name](u, v, torch.ones(())) < 0, inside)
    assert 0 < inside.sum() < 4000


def test_the_round_and_the_crossed_shape() -> None:
    generator = Generator().manual_seed(0)
    u, v = torch.empty(2, 4000).uniform_(-6, 6, generator=generator)
    radius = torch.tensor(5.0)
    assert torch.equal(SHAPES["disc"](u, v, radius) < 0, torch.hypot(u, v) < 5)
    bars = (u.abs() < 5) & (v.abs() < 1.25) | (v.abs() < 5) & (u.abs() < 1.25)
    assert torch.equal(SHAPES["cross"](u, v, radius) < 0, bars)


@pytest.mark.parametrize(
    "spec, hint",
    [
        ("digit", "did you mean digits"),
        ("mnst:/x", "did you mean mnist:FOLDER"),
        ("mnist", "did you mean mnist:FOLDER"),
        ("folder:", "did you mean folder:PATH"),
        ("digits:/x", "did you mean digits"),
        ("", "there are: digits, shapes, mnist:FOLDER, folder:PATH"),
    ],
)
def test_an_unknown_dataset_lists_the_known(spec: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"no dataset '{spec}'; .*{hint}"):
        load(spec)


@given(st.lists(st.integers(2, 12), min_size=1, max_size=4), st.floats(0, 1), st.integers(0, 99))
def test_a_split_takes_its_share_of_every_class(
    counts: list[int], share: float, seed: int
) -> None:
    labels = [label for label, count in enumerate(counts) for _ in range(count)]
    dataset = numbered(sorted(labels, key=lambda label: (label * 7 + seed) % 5))
    train, test = split(dataset, Generator().manual_seed(seed), share)
    assert sorted(torch.cat((train.x, test.x)).flatten().tolist()) == list(range(len(labels)))
    for part in (train, test):
        numbers = part.x.flatten().long()
        assert torch.equal(part.y, dataset.y[numbers])
        assert torch.equal(numbers, numbers.sort().values)
    held_out = Counter(test.y.tolist())
    for label, count in enumerate(counts):
        assert 1 <= held_out[label] < count
        wished = min(max(share * count, 1), count - 1)
        assert abs(held_out[label] - wished) <= 0.5 + 1e-5


def test_every_example_is_held_out_as_often_as_any_other() -> None:
    dataset = numbered([0, 1] * 5)
    generator = Generator().manual_seed(0)
    tests = [split(dataset, generator, 0.4)[1].x.flatten().long() for _ in range(1000)]
    shares = torch.cat(tests).bincount(minlength=10) / 1000
    assert (shares - 0.4).abs().max() < 4 * (0.4 * 0.6 / 1000) ** 0.5


def test_a_split_is_the_generators() -> None:
    dataset = load("shapes")
    first, again, other = (
        split(dataset, Generator().manual_seed(seed))[1].x for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_published_test_set_is_kept_and_nothing_drawn() -> None:
    generator = Generator().manual_seed(0)
    before = generator.get_state()
    train, test = split(numbered([0, 1, 2, 0, 1], published_test=2), generator)
    assert torch.equal(generator.get_state(), before)
    assert train.x.flatten().tolist() == [0, 1, 2]
    assert test.x.flatten().tolist() == [3, 4]
    assert train.published_test == test.published_test == 0


def test_a_class_of_one_cannot_be_split() -> None:
    with pytest.raises(UsageError, match="class 'b' has a single image"):
        split(numbered([0, 1, 0]), Generator())


@pytest.mark.parametrize("package", [convlab.data, convlab.filters])
def test_a_package_gives_all_that_it_names_and_no_more(package: ModuleType) -> None:
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'answers'"):
        _ = package.answers


def test_settings_can_name_a_dataset_without_torch() -> None:
    program = "import sys, convlab.data, convlab.filters; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"False\n"
