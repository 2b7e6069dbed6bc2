"""Tests of convlab.timing."""

import gc
from time import perf_counter, sleep, thread_time

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator

from convlab import timing
from convlab.measure import Sample
from convlab.settings import Timing
from convlab.timing import exponents, seconds, threads


def test_a_longer_function_takes_longer() -> None:
    functions = {"short": lambda: sleep(0.001), "long": lambda: sleep(0.02)}
    times = seconds(functions, repeats=3, warmup=1, generator=Generator())
    assert times["short"].shape == times["long"].shape == (3,)
    assert np.all(times["long"] >= 0.02)
    assert np.all(times["short"] >= 0.001)
    assert np.median(times["long"]) > np.median(times["short"])


def calls(seed: int) -> list[str]:
    made: list[str] = []
    functions = {name: lambda name=name: made.append(name) for name in "abc"}
    seconds(functions, repeats=20, warmup=2, generator=Generator().manual_seed(seed))
    return made


def test_every_round_calls_each_once_in_an_order_that_the_seed_gives() -> None:
    made = calls(0)
    rounds = [tuple(made[first : first + 3]) for first in range(0, len(made), 3)]
    assert len(rounds) == 22
    assert all(sorted(one) == ["a", "b", "c"] for one in rounds)
    assert len(set(rounds)) > 1
    assert made == calls(0)
    assert made != calls(1)


def test_the_fastest_of_several_calls_counts() -> None:
    pauses = iter([0.02, 0.0, 0.02] * 2)
    functions = {"often disturbed": lambda: sleep(next(pauses))}
    times = seconds(functions, repeats=2, warmup=0, generator=Generator(), least_of=3)
    assert np.all(times["often disturbed"] < 0.02)
    assert next(pauses, None) is None


def test_the_clock_of_the_thread_does_not_run_while_it_sleeps() -> None:
    naps = {"nap": lambda: sleep(0.02)}
    times = seconds(naps, repeats=2, warmup=0, generator=Generator(), clock=thread_time)
    assert np.all(times["nap"] < 0.01)


def test_garbage_is_collected_again_afterwards() -> None:
    def fail() -> None:
        assert not gc.isenabled()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        seconds({"broken": fail}, repeats=1, warmup=0, generator=Generator())
    assert gc.isenabled()


@given(st.floats(-3, 3), st.floats(0.1, 10), st.integers(1, 4))
def test_exponents_of_a_power_law_are_found(e: float, factor: float, repeats: int) -> None:
    sizes = np.array([3.0, 5.0, 17.0])
    times = np.outer(factor * sizes**e, np.ones(repeats))
    np.testing.assert_allclose(exponents(sizes, times), np.full(repeats, e), atol=1e-12)


def test_threads_are_given_back() -> None:
    before = torch.get_num_threads()
    with pytest.raises(RuntimeError, match="broken"), threads(1):
        assert torch.get_num_threads() == 1
        raise RuntimeError("broken")
    assert torch.get_num_threads() == before


def test_warm_up_is_not_among_the_times_and_functions_keep_their_own() -> None:
    clock = iter(range(1000))  # each call of a function takes one tick, and the slow one three
    ticks: list[str] = []

    def slow() -> None:
        ticks.append("slow")
        next(clock), next(clock)

    times = seconds(
        {"slow": slow, "fast": lambda: ticks.append("fast")},
        repeats=4,
        warmup=3,
        generator=Generator(),
        least_of=2,
        clock=lambda: float(next(clock)),
    )
    assert times["slow"].tolist() == [3.0] * 4 and times["fast"].tolist() == [1.0] * 4
    assert len(ticks) == 2 * 2 * (3 + 4)


@pytest.mark.parametrize(
    ("device", "clock", "word"),
    [("cpu", thread_time, "processor"), ("cuda", perf_counter, "wall")],
)
def test_steps_are_timed_as_asked_and_as_the_note_says(
    device: str, clock: object, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}

    def spied(steps: object, **settings: object) -> dict[str, object]:
        asked.update(settings, threads=torch.get_num_threads())
        return {}

    monkeypatch.setattr(timing, "seconds", spied)
    rounds = Timing(repeats=7, least_of=5, threads=2)
    timing.of_steps({}, rounds, device, Generator())
    assert (asked["repeats"], asked["least_of"], asked["threads"]) == (7, 5, 2)
    assert asked["clock"] is clock and asked["warmup"] == 2
    assert timing.note(rounds, device) == (
        f"Times are {word} times on {device}, threads: 2; the fastest of 5 calls in each of 7 "
        "rounds, in random order."
    )


def test_milliseconds_are_thousandths() -> None:
    assert timing.milliseconds(np.array([0.5, 0.002])) == Sample((500.0, 2.0), varies="repeats")


def test_a_pass_goes_forward_and_back_and_leaves_no_gradient() -> None:
    layer, seen = torch.nn.Linear(2, 3), []
    x = torch.ones(4, 2)
    step = timing.pass_through(layer, x)
    x.register_hook(lambda gradient: seen.append(gradient.shape))
    layer.weight.register_hook(lambda gradient: seen.append(gradient.shape))
    for _ in range(2):
        step()
        assert x.grad is None and layer.weight.grad is None
    assert sorted(map(tuple, seen)) == [(3, 2), (3, 2), (4, 2), (4, 2)]
