"""What is promised of a run's numbers: the same bits at the same thread count on one machine."""

from pathlib import Path
from typing import Any

import pytest

from convlab import lab

TRAINS = ("orientation", "position")  # convolutions, local layers


def numbers(name: str, root: Path, threads: int, first_seed: int = 0) -> Any:
    planned = lab.plan(name, quick=True)
    record = lab.run(planned, threads=threads, first_seed=first_seed, root=root)
    document = record.document()
    arrays = {key: values.tolist() for key, values in record.measurements.arrays.items()}
    return repr([document["rows"], document["verdicts"], arrays])


@pytest.mark.long
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", TRAINS)
def test_a_run_gives_the_same_bits_again(name: str, threads: int, tmp_path: Path) -> None:
    assert numbers(name, tmp_path, threads) == numbers(name, tmp_path, threads)


@pytest.mark.long
@pytest.mark.parametrize("name", TRAINS)
def test_another_first_seed_is_another_run(name: str, tmp_path: Path) -> None:
    assert numbers(name, tmp_path, 1) != numbers(name, tmp_path, 1, first_seed=1000)
