"""`python -m tests.benchmarks.sweeps`: what a run costs beyond itself, and 10,000 of them.

First 200 trivial runs, each carried out by itself in this process and then by the local engine.
Then the engine alone: 10,000 runs on 8 workers, in whose place something waits 10 ms; what that
takes beyond the 12.5 s of waiting, what the client holds of each run, and how fast all are listed.
"""

from __future__ import annotations

import os
import resource
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from unittest import mock

from convlab import lab
from convlab.lab import listing, store
from convlab.lab.running import asked_for, prepare
from convlab.record import Head, Status
from convlab.sweep import processes
from convlab.sweep.attempt import Policy
from convlab.sweep.local import local

TRIVIAL = '''"""Is it trivial?"""
from pydantic import BaseModel
from convlab.measure import Claim, Measurements, at, below, exactly

class Config(BaseModel):
    seeds: int = 1

def measure(config, workbench):
    measurements = Measurements()
    measurements.add("numbers", {}, {"value": exactly(config.seeds)})
    return measurements

CLAIMS = (Claim("M1", "me", "it is small", at("value"), below(1e6)),)
'''
REAL, SIMULATED, WORKERS, WAIT = 200, 10_000, 8, 0.010


def main() -> None:
    """Measure all of it in a folder that is gone afterwards."""
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("trivial.py").write_text(TRIVIAL)
        Path("trivial.yaml").write_text("experiment: ./trivial.py\n")
        _real()
        _simulated()
        os.chdir("/")


def _real() -> None:
    folders = list(_prepared(REAL, Path("alone")))
    lab.run_in(next(_prepared(1, Path("first"))))
    alone = _seconds(lambda: [lab.run_in(folder) for folder in folders]) / REAL
    list(local(_prepared(1, Path("warm")), Policy()))
    for jobs in (1, 2):
        root = Path(f"runs-{jobs}")
        carry_out = local(_prepared(REAL, root), Policy(), jobs=jobs)
        took = _seconds(partial(list, carry_out))
        print(f"{REAL} runs, jobs {jobs}: {took / REAL * 1e3:.1f} ms each", end="; ")
        print(f"alone in one process: {alone * 1e3:.1f} ms")


def _prepared(number: int, root: Path) -> Iterator[Path]:
    planned = lab.plan("trivial.yaml")
    asked = asked_for(planned, device="cpu", threads=1, first_seed=0)
    for _ in range(number):
        yield prepare(asked, root, "trivial")


def _simulated() -> None:
    def waits(folder: Path, **_: object) -> processes.Attempt:
        sleep(WAIT)
        return processes.Attempt(processes.DONE)

    folders = (Path(f"many/{place:05}") for place in range(SIMULATED))
    with mock.patch.object(processes, "attempt", waits):
        tracemalloc.start()
        ended = 0

        def carry_out() -> None:
            nonlocal ended
            for _ in local(folders, Policy(), jobs=WORKERS):
                ended += 1

        took = _seconds(carry_out)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    work = f"{ended} runs of {WAIT * 1e3:.0f} ms on {WORKERS} workers"
    print(f"{work}: {took:.1f} s, at least {SIMULATED * WAIT / WORKERS}")
    print(f"held by the client: {most} bytes at most, {most / SIMULATED:.0f} a run")
    _list()


def _list() -> None:
    for place in range(SIMULATED):
        folder = Path(f"many/{place:05}")
        folder.mkdir(parents=True)
        (folder / store.HEAD).write_text(_head())
    took = _seconds(lambda: listing.heads(Path("many")))
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{SIMULATED} heads are read in {took:.2f} s; largest size {largest / 1e3:.0f} MB")


def _head() -> str:
    import json

    head = Head("trivial", Status.COMPLETED, started="2026-01-01T00:00:00+00:00", seconds=0.01)
    return json.dumps(head.document())


def _seconds(function: Callable[[], object]) -> float:
    started = perf_counter()
    function()
    return perf_counter() - started


if __name__ == "__main__":
    main()
