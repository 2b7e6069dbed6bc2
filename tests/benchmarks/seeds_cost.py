"""What a seed costs among more and more others, and what of a run is not training."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from convlab import timing
from convlab.measure import Measurements, Sample
from convlab.record import Progress
from convlab.report.progress import ProgressLine
from convlab.streams import Data, Stream, batches, generator
from convlab.workbench import Workbench

if TYPE_CHECKING:
    from tests.benchmarks.seeds import Case

GROWTH = "A step of one network, by the number of networks, building included (µs)"
SHARES = "What of a run is not training: 10 seeds, 500 steps, a test on 360 images (%)"
COUNTS = 8, 32, 128, 512
TESTED = 360


def grow(bench: Measurements, case: Case) -> None:
    """It must not grow."""
    times = _seconds({seeds: replace(case, seeds=seeds).fit for seeds in COUNTS})
    of_one = {
        f"{seeds} seeds": Sample(tuple((1e6 * times[seeds] / seeds / case.steps).tolist()))
        for seeds in COUNTS
    }
    bench.add(GROWTH, {"network": case.name, "steps": case.steps}, of_one)


def share(bench: Measurements, case: Case) -> None:
    case = replace(case, seeds=10, steps=500)
    told: list[Progress] = []
    bench_of_one = Workbench(tell=told.append)
    networks = bench_of_one.fit(
        "it", case.build, case.data, case.loss, seeds=case.seeds, training=case.training
    )
    draw = partial(batches, case.data, range(case.seeds), steps=case.steps, batch=64, device="cpu")
    tested = Data(case.data.x[:TESTED], case.data.y[:TESTED])
    line = ProgressLine(Console(file=StringIO()))
    times = _seconds(
        {
            "run": case.fit,
            "drawing (%)": lambda: sum(len(batch.x) for batch in draw()),
            "evaluation (%)": lambda: networks.score(case.loss, tested),
            "progress (%)": lambda: deque(map(line.tell, told)),
        }
    )
    run = times.pop("run")
    shares = {name: Sample(tuple((100 * part / run).tolist())) for name, part in times.items()}
    bench.add(SHARES, {"network": case.name}, shares)


def _seconds(functions: Mapping[Any, Callable[[], object]]) -> dict[Any, NDArray[np.float64]]:
    return timing.seconds(functions, repeats=3, warmup=0, generator=generator(0, Stream.ORDER))
