"""Train one network per seed: many seeds at once, none at the cost of another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

from torch import Tensor, nn

from .. import streams
from ..interrupts import held_back
from ..memory import require
from ..numbers import number
from ..settings import Training
from ..streams import Batch, Data, Draw, Stream, left_as_it_was, seed_all
from .alone import channels_last_before_pooling, program_of_one
from .attributes import Description, description, difference
from .building import Build as Build  # part of what `fit` takes
from .building import build_all
from .checks import check
from .course import Checkpoints as Checkpoints  # part of what `fit` takes
from .course import Course, Saved
from .graphs import graph_of
from .groups import FEW, Untried, group_size
from .networks import Networks, joined
from .replay import LEAST, Graph, NotReplayed, ReplayedSteps
from .rules import in_a_line, why_alone
from .stacked import Loss as Loss
from .stacked import Program, program_of
from .steps import PlainSteps, Steps

Watch = Callable[[int, Tensor], None]  # steps of single networks done, their last losses (S,)
SEEN = "to build one changes what another sees"
OBJECTS = 3000  # bytes of what Python keeps for a layer, beside its weights
LOSS = 8  # bytes of a loss, which is kept twice while those of the groups are joined
PAUSE = 0.05  # seconds between two calls of a watch: one takes as long as a tenth of a small step


@dataclass(frozen=True)
class Task:
    """What every network is trained on, and how."""

    seeds: range
    data: Data | Draw
    loss: Loss
    training: Training
    device: str
    keep: Sequence[int]
    watch: Watch | None
    checkpoints: Checkpoints | None

    def batches(self, seeds: range, steps: int) -> Iterator[Batch]:
        batch = self.training.batch
        return streams.batches(self.data, seeds, steps=steps, batch=batch, device=self.device)

    def graph(self) -> Graph | None:
        """What a step is captured in, where that is faster than to make it anew."""
        return graph_of(self.device) if self.training.steps >= LEAST else None


def fit(
    build: Build,
    data: Data | Draw,
    loss: Loss,
    *,
    seeds: int,
    training: Training,
    device: str = "cpu",
    keep: Sequence[int] = (),
    watch: Watch | None = None,
    first_seed: int = 0,
    checkpoints: Checkpoints | None = None,
) -> Networks:
    """Train `build()` for every seed, on data that all share or on `data(generator)` of its own.

    Each is trained as a plain loop would train it, in the modes in which it was built. Where that
    is faster, seeds are trained in groups, as one tensor program each: their losses are summed,
    not averaged, so that each receives exactly the gradient that it would receive alone, and the
    optimizers are elementwise. What `rules` finds that cannot be stacked is trained one after
    another, and `notes` say why. Layers may draw from the generators of torch, numpy and Python,
    which start from the seed. `keep` names numbers of steps after which the networks are kept.
    The seeds are `first_seed`, `first_seed + 1`, …. Where `checkpoints` keep where a group of them
    was when its process ended, it goes on from there, with the same numbers on a CPU.

    On a CUDA device the step of a group is captured once and replayed, if that is the plain step.

    Raises UsageError for what is no task, NotEnoughMemory where a step could not be held.
    """
    check(build, loss, seeds, training, device, keep)
    all_seeds = range(first_seed, first_seed + seeds)
    task = Task(all_seeds, data, loss, training, device, keep, watch, checkpoints)
    with left_as_it_was():
        return _fit(task, partial(build_all, build, data, all_seeds))


def _fit(task: Task, build_each: Callable[[], Iterator[nn.Module]]) -> Networks:
    """As groups, or one after another where something hinders that."""
    building = build_each()
    first = next(building)
    before = _seen_by(first)
    size, why = _size(task, first)
    networks = [first, *building]
    together = size > 1 or task.graph() is not None  # to replay is faster for one as well
    if together and not why:
        why = _why_alone(task, networks) or (difference(before, _seen_by(first)) and SEEN)
    if together and not why:
        try:
            return _stacked(task, networks, size)
        except Exception as error:  # in a later step than the first; a plain loop may know it
            why = in_a_line(error)
    notes = (f"the networks were trained one after another: {why}",) if why else ()
    anew = difference(before, _seen_by(first))
    one_by_one = _one_by_one(task, build_each() if anew else networks)
    return replace(one_by_one, notes=notes if len(task.seeds) > 1 else ())


def _size(task: Task, network: nn.Module) -> tuple[int, str]:
    """How many to train as one program, and why not more if that cannot be found out."""
    try:
        size, why = group_size(network, task.data, task.training, task.seeds, task.device), ""
    except Untried as error:
        size, why = 1, str(error)
    seeds, steps = len(task.seeds), task.training.steps
    require(
        seeds * (_bytes(network) + LOSS * steps),
        f"keeping networks (seeds: {number(seeds)}) and their losses (steps: {number(steps)})",
    )
    return size, why


def _bytes(network: nn.Module) -> int:
    """Of its weights, and of what Python keeps beside them."""
    objects = sum(1 for _ in network.modules())
    return OBJECTS * objects + sum(tensor.nbytes for tensor in network.parameters())


def _seen_by(network: nn.Module) -> Description:
    """What building or trying others may change, as it is seen by this one: a closure, a class.

    Where that happens, all are built anew, each just before it is trained, as in a plain loop.
    """
    try:
        return description(network)
    except Exception:  # it cannot be looked into
        return {}


def _why_alone(task: Task, networks: Sequence[nn.Module]) -> str:
    """What hinders that these are trained as one program, if anything does."""
    try:
        batch = next(task.batches(task.seeds[:2], steps=1))
        x, y = (batch.x[0], batch.y[0]) if batch.own else (batch.x, batch.y)
        return why_alone(networks, task.loss, batch, Data(x[:FEW].cpu(), y[:FEW].cpu()))
    except Exception as error:  # whatever it is, a plain loop may do without it
        return in_a_line(error)


def _stacked(task: Task, networks: Sequence[nn.Module], size: int) -> Networks:
    """All networks, as one program for every `size` of them."""
    groups = [slice(start, start + size) for start in range(0, len(networks), size)]
    notes: list[str] = []
    parts = [_group(task, networks[group], task.seeds[group], notes) for group in groups]
    return replace(joined(parts), notes=tuple(notes))


def _group(task: Task, networks: Sequence[nn.Module], seeds: range, notes: list[str]) -> Networks:
    """These networks as one program; by replayed steps unless those of another group failed."""
    graph = None if notes else task.graph()
    if graph is not None:
        program = program_of(networks, task.loss, task.device)
        try:
            return _train(program, seeds, task, ReplayedSteps(program, task.training, graph))
        except NotReplayed as error:
            notes.append(f"the steps were not replayed: {error}")
    program = program_of(networks, task.loss, task.device)
    return _train(program, seeds, task, PlainSteps(program, task.training))


def _one_by_one(task: Task, networks: Iterable[nn.Module]) -> Networks:
    parts = []
    for seed, network in zip(task.seeds, networks, strict=True):
        program = program_of_one(network, task.loss, task.device)
        with channels_last_before_pooling(network, task.device):
            steps = PlainSteps(program, task.training)
            parts.append(_train(program, range(seed, seed + 1), task, steps))
    return joined(parts)


def _train(program: Program, seeds: range, task: Task, make_step: Steps) -> Networks:
    """The networks of the program, trained; from where another process left them, if one did."""
    seed_all(seeds.start, Stream.NOISE)
    course = Course(program, seeds, task.training.steps)
    if 0 in task.keep:
        course.kept[0] = program.now()
    _follow(course, task, make_step)
    return Networks(
        program.skeleton.eval(),
        program.state(),
        course.losses.T.cpu(),
        {step: state for step, (state, _) in course.kept.items()},
        program.alone,
        {step: copies for step, (_, copies) in course.kept.items()},
        first_seed=seeds.start,
        varies="weights" if isinstance(task.data, Data) else "weights and data",
    )


def _follow(course: Course, task: Task, make_step: Steps) -> None:
    """Make the steps of the course. An interrupt waits for the end of one; a second does not."""
    saved = Saved.of(task.checkpoints, course, make_step) if task.checkpoints else None
    tell = _teller(course, task)
    with held_back(most=1) as interrupts:
        for batch in _from_where_it_was(task.batches(course.seeds, course.steps), saved):
            losses = make_step(batch)
            course.add(losses)
            if course.step in task.keep:
                course.kept[course.step] = course.program.now()
            tell(losses)
            if saved and (interrupts or saved.is_due()) and course.step < course.steps:
                saved.keep()
            if interrupts:
                return
        if saved:
            saved.keep()


def _from_where_it_was(batches: Iterator[Batch], saved: Saved | None) -> Iterator[Batch]:
    """The first batch, which shows whether it is the training that was kept, and what is left."""
    yield next(batches)
    yield from saved.go_on(batches) if saved else batches


def _teller(course: Course, task: Task) -> Callable[[Tensor], None]:
    """What tells the watch of the last losses, now and then and at the end."""
    due, before = 0.0, (course.seeds.start - task.seeds.start) * course.steps

    def tell(losses: Tensor) -> None:
        nonlocal due
        if task.watch and (course.step == course.steps or perf_counter() > due):
            due = perf_counter() + PAUSE
            task.watch(before + course.step * len(course.seeds), losses)

    return tell
