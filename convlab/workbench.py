"""What the lab lends a running experiment: a device, a watched training, a count of its steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from time import perf_counter
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .errors import UsageError
from .record import Progress, Trained
from .settings import Training
from .streams import Data, Draw, Stream, draw_each, generator
from .train import Build, Checkpoints, Loss, Networks, fit
from .train.accounts import Accounts, Seen

T = TypeVar("T")


@dataclass
class Workbench:
    """The device, who is told of the progress, the losses of every training by its name, notes.

    The notes are for the reader of the run: they end among those of what it measured.
    """

    device: str = "cpu"
    tell: Callable[[Progress], None] = lambda progress: None
    first_seed: int = 0
    own: Callable[[str], Build | None] = lambda name: None  # a network of the user's, by its name
    losses: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # of what was done, which the run will show
    checkpoints: Callable[[str], Checkpoints | None] = lambda training: (
        None
    )  # of each, by its name
    _begun: list[Future[object]] = field(default_factory=list)
    _accounts: Accounts = field(default_factory=Accounts)

    @property
    def trained(self) -> tuple[Trained, ...]:
        """Every training that has ended, and which of them were only trials for a later one."""
        return self._accounts.told

    def seeds(self, number: int) -> range:
        """So many seeds, from the first of this run on."""
        return range(self.first_seed, self.first_seed + number)

    def generator(self, stream: Stream, seed: int = 0) -> torch.Generator:
        """The CPU generator of a stream of this run's first seed, or of the `seed`-th after it."""
        return generator(self.first_seed + seed, stream)

    def held_out(self, draw: Draw, number: int) -> list[Data]:
        """What each of so many seeds is tested on, drawn once for the scores of several arms."""
        return draw_each(draw, self.seeds(number), Stream.HELD_OUT)

    def fit(
        self,
        name: str,
        build: Build,
        data: Data | Draw,
        loss: Loss,
        *,
        seeds: int,
        training: Training,
        keep: Sequence[int] = (),
    ) -> Networks:
        """`train.fit` on the lab's device, its losses (S, steps) kept under this name.

        The second training of a name is kept beside the first, as `name (2)`.
        """
        import torch._dynamo  # noqa: F401 - else the first arm's time would hold its second

        arm, name = name, _unused(name, self.losses)
        seen, started = Seen(data), perf_counter()
        networks = fit(
            build,
            seen.data,
            loss,
            seeds=seeds,
            training=training,
            device=self.device,
            keep=keep,
            first_seed=self.first_seed,
            watch=partial(self._watch, name, seeds, training.steps),
            checkpoints=self.checkpoints(name),
        )
        self.losses[name] = networks.losses.float().numpy()
        seconds = perf_counter() - started
        notes = self._accounts.add(name, arm, networks, seen, loss, seconds)
        self.notes += [f"{name}: {note}" for note in (*networks.notes, *notes)]
        return networks

    def track(self, name: str, items: Iterable[T]) -> Iterator[T]:
        """The items, while the command line shows how many are done."""
        total = len(items) if isinstance(items, Sized) else 0
        for done, item in enumerate(items):
            self.tell(Progress(name, done, total))
            yield item
        self.tell(Progress(name, total, total))

    def beside(self, work: Callable[[], object]) -> None:
        """Begin what hardly needs Python, such as compressing an image; the lab waits for it."""
        thread = ThreadPoolExecutor(1)
        self._begun.append(thread.submit(work))
        thread.shutdown(wait=False)  # it ends with its work

    def wait(self) -> None:
        """Return once all that was begun has ended; raises what any of it raised."""
        while self._begun:
            self._begun.pop(0).result()

    def _watch(self, name: str, seeds: int, steps: int, done: int, losses: Tensor) -> None:
        self.tell(Progress(name, done, seeds * steps, seeds, lambda: float(losses.median())))


def _unused(name: str, taken: Collection[str]) -> str:
    """The name itself, or numbered from (2) on where it is taken."""
    numbered = (f"{name} ({number})" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)


def choose_device(device: str, *, on_a_card: bool = False) -> str:
    """The device that `auto` means here, or `device` itself if this machine has it.

    `auto` takes a CUDA card for what is known to be faster there, `on_a_card`: experiments whose
    trainings are all replayed and that claim nothing about time. All else is as fast on the
    processor, or faster, since small networks leave a card idle between two calls.
    """
    present = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if device == "auto":
        return "cuda" if present["cuda"] and on_a_card else "cpu"
    if device not in present:
        raise UsageError(f"unknown device `{device}`; there are: auto, {', '.join(present)}")
    if not present[device]:
        raise UsageError(f"this machine has no `{device}` device; use `--device auto` or `cpu`")
    return device


@contextmanager
def repeatable(device: str) -> Iterator[None]:
    """On CUDA: the same bits every time, and no rounding to TF32, which torch lets cuDNN do."""
    if device != "cuda":
        yield
        return
    cudnn, precision = torch.backends.cudnn, torch.get_float32_matmul_precision()
    exact = {"benchmark": False, "deterministic": True, "allow_tf32": False}
    with cudnn.flags(enabled=cudnn.enabled, **exact):
        torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(precision)
