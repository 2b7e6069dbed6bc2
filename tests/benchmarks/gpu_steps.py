"""A step of `fit` on a device beside a plain loop's there, network by network."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

import torch

from convlab import models
from convlab.settings import Training
from convlab.streams import Data, Stream, draw_each
from convlab.train import fit
from convlab.train.building import build_all
from convlab.workbench import repeatable
from experiments.product._scenes import product, random_fields
from tests.benchmarks.seeds import CLASSES, Case, asked, network

PLAIN_STEPS = 100


def measure(device: str, small: bool, end: float) -> list[dict[str, Any]]:
    """Microseconds of a step of all seeds, and of one network in a plain loop."""
    rows = []
    for case in _cases(small):
        if perf_counter() > end:
            break
        with repeatable(device):
            rows.append(_row(case, device))
    return [*rows, _building(100 if small else 1000)]


def _cases(small: bool) -> list[Case]:
    conv, _, reference, _, _, mlp, cnn = asked()
    local = replace(
        cnn, name="local", build=partial(models.MODELS["local"], (1, 8, 8), CLASSES, 4)
    )
    if small:
        return [replace(conv, seeds=4, steps=25), replace(mlp, seeds=4, steps=25)]
    return [
        replace(conv, steps=2000),
        replace(mlp, seeds=128, steps=2000),
        replace(cnn, seeds=128, steps=2000),
        replace(conv, seeds=1000, steps=2000),
        replace(reference, seeds=128, steps=500),
        replace(local, seeds=128, steps=300),
    ]


def _row(case: Case, device: str) -> dict[str, Any]:
    def run(steps: int) -> Any:
        training = Training(steps=steps, lr=0.003)
        data = case.data
        return fit(case.build, data, case.loss, seeds=case.seeds, training=training, device=device)

    run(25)  # libraries load, kernels are compiled
    begun = perf_counter()
    networks = run(case.steps)
    of_fit = 1e6 * (perf_counter() - begun) / case.steps
    alone = _plain(case, device)
    return {
        "network": case.name,
        "image": "x".join(map(str, case.data.x.shape[1:])),
        "seeds": case.seeds,
        "steps": case.steps,
        "step of fit (µs)": of_fit,
        "plain loop, one network (µs)": alone,
        "ratio": case.seeds * alone / of_fit,
        "notes": "; ".join(networks.notes),
    }


def _plain(case: Case, device: str) -> float:
    """The median step of one network, everything on the device, every step drained at the end."""
    torch.manual_seed(0)
    net = case.build().to(device)
    x, y = case.data.x.to(device), case.data.y.to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    batch = min(64, len(x))
    for step in range(2 * PLAIN_STEPS):
        if step == PLAIN_STEPS:
            _drain(device)
            begun = perf_counter()
        first = step * batch % max(1, len(x) - batch)
        optimizer.zero_grad()
        case.loss(net(x[first : first + batch]), y[first : first + batch]).backward()
        optimizer.step()
    _drain(device)
    return 1e6 * (perf_counter() - begun) / PLAIN_STEPS


def _building(count: int) -> dict[str, Any]:
    """Seconds to build so many small networks and draw their data."""
    build = network("mlp", (1, 8, 8))

    def draw(random: torch.Generator) -> Data:
        pair = random_fields(1, 8, 1, 2, random)
        return Data(pair, product(pair))

    begun = perf_counter()
    list(build_all(build, draw, range(count)))
    built = perf_counter() - begun
    draw_each(draw, range(count), Stream.DATA)
    both = perf_counter() - begun
    return {"building": f"{count} mlps", "networks (s)": built, "with their data (s)": both}


def _drain(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
