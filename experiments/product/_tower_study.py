"""What `towers` measures: gains, random stacks, and stacks that are trained."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Generator

from convlab.measure import Measurements, Sample, exactly
from convlab.settings import Training
from convlab.streams import Data, Stream
from convlab.train import norm, sample
from convlab.workbench import Workbench

from ._boxes import REFERENCE
from ._networks import error
from ._scenes import filled_rectangles
from ._tower_quantities import (
    DEEP,
    DISTANCE,
    DIVERGED,
    EDGE,
    ERROR,
    FLOAT32,
    FLOAT64,
    GAINS,
    HALVING,
    LAW,
    OVERFLOWED,
    SETTLING,
    SURVIVED,
    SWING,
    SWINGING,
    THRESHOLD,
    WIDE,
)
from ._towers import (
    BLOCKS,
    blocks_to_overflow,
    deep,
    depth_of_wide,
    depth_survived,
    first_to_overflow,
    fixed_point,
    halving,
    last_two,
    law_of_overflow,
)

MANY = 2000  # blocks, until which what has not overflowed has settled
EVERY = 5  # pixels of the scene, whose regions are all seen so
NUMBERS = {HALVING: 8, DEEP: 2}  # that a trained stack multiplies


def follow_gains(measurements: Measurements) -> None:
    """Where x → exp(g x) leads from x = 1: beyond the threshold, at it, and below it."""
    found = {d: blocks_to_overflow(GAINS, d, MANY) for d in (torch.float32, torch.float64)}
    for gain, single, double in zip(GAINS, *found.values(), strict=True):
        blocks = {FLOAT32: single, FLOAT64: double, LAW: law_of_overflow(gain)}
        exact = {name: exactly(value) for name, value in blocks.items()}
        measurements.add("x → exp(g x) overflows beyond g = 1/e", {"gain": gain}, exact)
    least = exactly(first_to_overflow(0.3, 0.45, 3001, MANY) / EDGE)
    measurements.add("The least gain that overflows", {"map": "x → exp(g x)"}, {THRESHOLD: least})
    for gain in (*SETTLING, *SWINGING):
        before, last = last_two(gain, MANY)
        distance = exactly(abs(last / fixed_point(gain) - 1))
        quantities = {DISTANCE: distance, SWING: exactly(abs(last - before))}
        measurements.add("x → exp(g x) below g = 1/e", {"gain": gain}, quantities)


def draw_stacks(depth: int, seeds: int, workbench: Workbench, measurements: Measurements) -> None:
    """How many random stacks are finite still after each block, on the post's scene."""
    scene = filled_rectangles(REFERENCE, (2, 3))[..., ::EVERY, ::EVERY]
    for arm, width in (("exp", 1), ("exp", 4), *((arm, 16) for arm in BLOCKS)):
        stack = partial(depth_survived, BLOCKS[arm], scene, width, depth)
        tracked = workbench.track(f"{arm}, {width} wide", range(seeds))
        found = [stack(workbench.generator(Stream.WEIGHTS, seed)) for seed in tracked]
        for blocks in range(1, depth + 1):
            factors = {"arm": arm, "width": width, "blocks": blocks}
            title = "Random stacks on the post's scene, drawn as torch does by default"
            measurements.add(title, factors, _shares(found, blocks))


def _shares(depths: Sequence[int], blocks: int) -> dict[str, Sample]:
    """How many of the stacks that survive these depths survive so many blocks, and do not."""
    alive = [float(depth >= blocks) for depth in depths]
    return {
        SURVIVED: Sample(tuple(alive), "proportion", "weights"),
        OVERFLOWED: Sample(tuple(1 - each for each in alive), "proportion", "weights"),
    }


def draw_wide(seeds: int, workbench: Workbench, measurements: Measurements) -> None:
    """How many of wide random layers overflow, by the variance of their weights."""
    width, blocks = 256, 20
    tracked = workbench.track("wide layers", range(seeds))
    draws = (workbench.generator(Stream.WEIGHTS, seed) for seed in tracked)
    found = [depth_of_wide(WIDE, width, blocks, draw) for draw in draws]
    title = f"{blocks} random layers of {width} channels, weights of the variance g / 2n"
    for gain, depths in zip(WIDE, zip(*found, strict=True), strict=True):
        shares = _shares(depths, blocks)
        measurements.add(title, {"wide gain": gain}, {OVERFLOWED: shares[OVERFLOWED]})


def train_stacks(
    depth: int, seeds: int, training: Training, workbench: Workbench, measurements: Measurements
) -> None:
    """How many trained stacks diverge, and how near the others come to a product."""
    builds = {HALVING: partial(halving, NUMBERS[HALVING]), DEEP: partial(deep, depth)}
    for task, build in builds.items():
        data = partial(products, NUMBERS[task])
        for arm in ("exp", "log-exp"):
            networks = workbench.fit(
                f"{arm}, {task}", partial(build, arm), data, norm, seeds=seeds, training=training
            )
            quantities = {
                DIVERGED: sample(networks.diverged, "proportion", networks.varies),
                ERROR: networks.score(error, data),
            }
            title = "Stacks that are trained to multiply numbers of 1 to 2"
            measurements.add(title, {"task": task, "arm": arm}, quantities)


def products(numbers: int, draw: Generator) -> Data:
    """Vectors (N, numbers) of 1 to 2, as the channels of pixels, and their products (N, 1)."""
    x = torch.rand(4096, numbers, generator=draw) + 1
    return Data(x, x.prod(dim=1, keepdim=True))
