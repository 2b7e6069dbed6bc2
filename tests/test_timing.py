"""Tests of convlab.probes.timing."""

import gc
from time import sleep, thread_time

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator

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
