"""Many seeds at once: `fit` beside the loop that a user would write, one seed after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from convlab import models, timing
from convlab.cost import cost
from convlab.measure import Measurements
from convlab.settings import Training
from convlab.streams import Data, Stream, generator
from convlab.train import Networks, fit, norm
from experiments.efficiency._contenders import equal_width
from experiments.product._boxes import REFERENCE
from experiments.product._networks import plain, with_exp, with_log_and_exp
from experiments.product._scenes import filled_rectangles, product, random_fields
from tests.benchmarks.limits import flops_per_second
from tests.benchmarks.race import OURS, Race
from tests.benchmarks.seeds_cost import grow, share

TABLE = "Many seeds: fit against a loop over the seeds, from building to the last step, Adam"
LOOP = "plain loop"
CLASSES, WIDTH, COUNT = 10, 8, 1437


@dataclass(frozen=True)
class Case:
    """A network, what it learns, how often and for how long, and how much faster fit should be."""

    name: str
    build: Callable[[], nn.Module]
    data: Data
    loss: Callable[[Tensor, Tensor], Tensor]
    seeds: int
    steps: int
    goal: float = 1.0

    @property
    def training(self) -> Training:
        return Training(steps=self.steps, lr=0.003)

    def fit(self) -> Networks:
        return fit(self.build, self.data, self.loss, seeds=self.seeds, training=self.training)

    def loop(self) -> None:
        """Every seed by itself, as one writes it."""
        for seed in range(self.seeds):
            torch.manual_seed(seed)
            network = self.build()
            optimizer = torch.optim.Adam(network.parameters(), lr=self.training.lr)
            for rows in islice(self._rows(), self.steps):
                optimizer.zero_grad()
                self.loss(network(self.data.x[rows]), self.data.y[rows]).backward()
                optimizer.step()

    def _rows(self) -> Iterator[Tensor | slice]:
        while len(self.data.x) <= self.training.batch:
            yield slice(None)
        while True:
            yield from torch.randperm(len(self.data.x)).split(self.training.batch)[:-1]


def measure(bench: Measurements) -> None:
    conv_exp, few, reference, conv, log_exp, mlp, cnn = asked()
    runs = {
        1: [conv_exp, few, reference, conv, log_exp, mlp, cnn, *all_models()],
        2: [conv_exp, few, mlp, cnn],
    }
    for threads, cases in runs.items():
        with timing.threads(threads):
            flops = flops_per_second()
            for case in cases:
                race(case, flops).run(bench, TABLE, repeats=6, warmup=0, least_of=1)
    with timing.threads(1):
        for case in conv_exp, replace(mlp, steps=30), replace(cnn, steps=6):
            grow(bench, case)
        for case in mlp, cnn:
            share(bench, case)


def race(case: Case, flops: float) -> Race:
    x = case.data.x[: case.training.batch]
    work = 6 * len(x) * cost(case.build(), x).multiply_adds  # flop of a step, forward and backward
    task = {
        "network": case.name,
        "image": "x".join(map(str, x.shape[1:])),
        "seeds": case.seeds,
        "steps": case.steps,
        "threads": torch.get_num_threads(),
    }
    contenders = {OURS: case.fit, LOOP: case.loop}
    return Race(task, contenders, {LOOP: case.goal}, work * case.steps * case.seeds / flops)


def asked() -> list[Case]:
    """The networks of which a speed is asked."""
    pair = random_fields(1, 8, 1, 2, generator(0, Stream.DATA))
    scene = Case("conv, exp", with_exp, Data(pair, product(pair)), norm, 128, 30, 25)
    post = filled_rectangles(REFERENCE, (2.0, 3.0))  # the scene of the post, 100 x 100
    log_exp = partial(with_log_and_exp, 1e-4)
    digits = Case("mlp", network("mlp", (1, 8, 8)), images((1, 8, 8)), cross_entropy, 16, 60, 2)
    return [
        scene,
        replace(scene, seeds=32, steps=100, goal=15),
        replace(scene, data=Data(post, product(post)), steps=15),
        replace(scene, name="conv", build=plain),
        replace(scene, name="log, conv, exp", build=log_exp),
        digits,
        replace(digits, name="cnn", build=network("cnn", (1, 8, 8)), steps=30, goal=1.3),
    ]


def all_models() -> Iterator[Case]:
    """Every named network at every size, and with every head on grey images: none may lose."""
    for shape, seeds, steps in (((1, 8, 8), 8, 20), ((1, 28, 28), 4, 8), ((3, 32, 32), 4, 6)):
        builds: dict[str, Callable[[], nn.Module]]
        builds = {name: network(name, shape) for name in models.MODELS}
        for head in (models.mean_head, models.maximum_head) if shape[0] == 1 else ():
            headed = partial(models.cnn, shape, CLASSES, WIDTH, head)
            builds[f"cnn, {head.__name__}"] = headed
        for name, build in builds.items():
            yield Case(name, build, images(shape), cross_entropy, seeds, steps)


def network(name: str, shape: models.Shape) -> Callable[[], nn.Module]:
    """As wide as a cnn of 8 channels."""
    width = equal_width(name, shape, WIDTH)
    return partial(models.MODELS[name], shape, CLASSES, width)


def images(shape: models.Shape) -> Data:
    """As many as digits are trained on: what they show makes no difference to the time."""
    random = generator(0, Stream.DATA)
    x = torch.rand(COUNT, *shape, generator=random)
    return Data(x, torch.randint(CLASSES, (COUNT,), generator=random))
