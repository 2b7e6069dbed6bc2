"""Tests of convlab.streams: each draw has a stream of its own, and batches come in its order."""

import random
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from convlab import streams
from convlab.errors import UsageError
from convlab.streams import Batch, Data, Stream, batches, draw_all, draw_each, generator


def numbers(generator: Generator) -> Data:
    """Ten numbers (10, 1) and their negatives."""
    x = torch.rand(10, 1, generator=generator)
    return Data(x, -x)


def in_batches(data: Data, batch: int, steps: int, seeds: range = range(2)) -> list[Batch]:
    return list(batches(data, seeds, steps=steps, batch=batch, device="cpu"))


def shuffled(seed: int, examples: int, epochs: int) -> list[Tensor]:
    order = generator(seed, Stream.ORDER)
    return [torch.randperm(examples, generator=order) for _ in range(epochs)]


def test_the_number_of_a_stream_never_changes() -> None:
    known = {"DATA": 0, "WEIGHTS": 1, "ORDER": 2, "HELD_OUT": 3, "SPLIT": 4, "NOISE": 5}
    assert known.items() <= {stream.name: stream.value for stream in Stream}.items()


def test_each_stream_of_each_seed_draws_other_numbers() -> None:
    states = [generator(seed, stream).initial_seed() for seed in range(50) for stream in Stream]
    assert len(set(states)) == 50 * len(Stream)
    (state,) = np.random.SeedSequence((7, 2)).generate_state(1, np.uint64)
    assert generator(7, Stream.ORDER).initial_seed() == int(state)


@pytest.mark.parametrize("stream", Stream)
def test_seeds_draw_from_the_stream_that_is_named(stream: Stream) -> None:
    batch = draw_all(numbers, range(2, 5), stream)
    expected = [numbers(generator(seed, stream)) for seed in (2, 3, 4)]
    assert batch.own
    assert torch.equal(batch.x, torch.stack([data.x for data in expected]))
    assert torch.equal(batch.y, torch.stack([data.y for data in expected]))


def test_data_that_all_share_are_not_copied() -> None:
    data = numbers(Generator())
    batch = draw_all(data, range(3), Stream.DATA)
    assert batch.x is data.x and batch.y is data.y and not batch.own


@pytest.mark.parametrize("size", [10, 11, 500])
def test_data_of_at_most_one_batch_are_taken_whole_and_in_order(size: int) -> None:
    data = numbers(Generator())
    whole = in_batches(data, size, steps=3)
    assert len(whole) == 3
    for batch in whole:
        assert torch.equal(batch.x, data.x) and torch.equal(batch.y, data.y) and not batch.own
    own = list(batches(numbers, range(4, 6), steps=2, batch=size, device="cpu"))
    assert len(own) == 2 and own[0].own
    assert torch.equal(own[1].x, draw_all(numbers, range(4, 6), Stream.DATA).x)


@pytest.mark.parametrize("size", [9, 4, 3, 1])
def test_more_data_are_shuffled_anew_in_each_epoch_and_what_is_left_over_is_dropped(
    size: int,
) -> None:
    data, each = numbers(Generator()), 10 // size
    found = in_batches(data, size, steps=2 * each + 1, seeds=range(3, 5))
    assert len(found) == 2 * each + 1
    for step, batch in enumerate(found):
        assert batch.own and batch.x.shape == (2, size, 1)
        assert torch.equal(batch.y, -batch.x)
        for place, seed in enumerate((3, 4)):
            order = shuffled(seed, 10, 3)[step // each]
            rows = order[step % each * size :][:size]
            assert torch.equal(batch.x[place], data.x[rows])


def test_a_seed_is_given_examples_of_its_own_only() -> None:
    own = list(islice(batches(numbers, range(2, 5), steps=2, batch=4, device="cpu"), 2))
    for place, seed in enumerate((2, 3, 4)):
        x = numbers(generator(seed, Stream.DATA)).x
        (order,) = shuffled(seed, 10, 1)
        assert torch.equal(own[0].x[place], x[order[:4]])
        assert torch.equal(own[1].x[place], x[order[4:8]])


def careless(generator: Generator) -> Data:
    """What a user draws without the generator that is given."""
    x = torch.rand(3) + np.random.rand() + random.random()
    return Data(x, x)


def test_what_is_drawn_from_global_generators_is_that_of_the_seed() -> None:
    before = streams.random_state()
    three = streams.draw_each(careless, range(3), Stream.DATA)
    assert streams.random_state() == before
    (last,) = streams.draw_each(careless, range(2, 3), Stream.DATA)
    assert torch.equal(three[2].x, last.x) and not torch.equal(three[1].x, last.x)
    (other,) = streams.draw_each(careless, range(2, 3), Stream.HELD_OUT)
    assert not torch.equal(other.x, last.x)


@pytest.mark.parametrize("folder", ["convlab", "experiments"])
def test_nothing_is_drawn_from_seed_0_whatever_the_first_seed_is(folder: str) -> None:
    files = (Path(__file__).parents[1] / folder).rglob("*.py")
    drawn = {str(f): n for f in files for n in f.read_text().splitlines() if "generator(0" in n}
    assert not drawn


def test_draws_of_so_many_seeds_that_none_can_hold_them_are_refused_after_the_first() -> None:
    drawn = []

    def draw(generator: torch.Generator) -> Data:
        drawn.append(generator)
        return Data(torch.zeros(10**6), torch.zeros(10**6))

    with pytest.raises(UsageError, match=r"the data of 100.000 seeds would take 8.* GB of memory"):
        draw_each(draw, range(100_000), Stream.HELD_OUT)
    assert len(drawn) == 1
