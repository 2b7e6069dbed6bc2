"""What a reader is told of each training: sizes, losses, whether it was a trial for another."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from math import nan
from operator import le

from torch import Generator, Tensor, nn

from ..cost import Cost, cost
from ..record import Trained
from ..streams import Data, Draw, left_as_it_was
from .attributes import digest, own_description
from .networks import Networks, sample
from .stacked import Loss
from .stacked.states import skeleton

Key = Hashable


@dataclass(frozen=True)
class Account:
    """A training as a record tells of it, and what shows for which later one it was a trial."""

    told: Trained
    arm: str  # the name that the experiment gave it, which an earlier one may have had
    task: object  # equal for networks of one structure, by one loss, on data that begin alike
    examples: int  # of one seed

    def is_trial_for(self, other: Account, *, later: bool) -> bool:
        """Whether the other one, which came later or earlier, is what this one was tried for.

        Of one arm the longest training is no trial, and of the longest the last. Of two arms one
        is a trial if the other learns the same from more: networks of the same structure by the
        same loss, on data that begin with the same example, with no fewer examples, seeds and
        steps, but more of one of these. So a learning rate that a few seeds try on a part of the
        data is one, and so are a smaller number of images and, which shows that the steps were
        enough, half the steps. Other data, another loss or another padding are not: an experiment
        compares them. What is smaller is a trial where it comes first, or has fewer steps.
        """
        longer = other.told.steps - self.told.steps
        if self.arm == other.arm:
            return longer > 0 or (longer == 0 and later)
        mine, theirs = self._size, other._size
        smaller = mine != theirs and all(map(le, mine, theirs))
        return self.task == other.task and smaller and (later or longer > 0)

    @property
    def _size(self) -> tuple[int, int, int]:
        return self.examples, self.told.seeds, self.told.steps


@dataclass
class Accounts:
    """The trainings of a run, in their order."""

    all: list[Account] = field(default_factory=list)
    costs: dict[Key, Cost | None] = field(default_factory=dict)  # each structure is counted once

    @property
    def told(self) -> tuple[Trained, ...]:
        """What is told of each training."""
        return tuple(
            replace(each.told, trial=self._is_trial(place)) for place, each in enumerate(self.all)
        )

    def _is_trial(self, place: int) -> bool:
        return any(
            self.all[place].is_trial_for(other, later=elsewhere > place)
            for elsewhere, other in enumerate(self.all)
            if elsewhere != place
        )

    def add(
        self, name: str, arm: str, networks: Networks, data: Seen, loss: Loss, seconds: float
    ) -> list[str]:
        """Take down a training that has ended; notes on what of a new structure is not counted."""
        form, first, notes = _form(networks), data.of_first_seed, list[str]()
        structure = _key(lambda: own_description(form)), first.x.shape[1:], first.x.dtype
        if structure not in self.costs:
            self.costs[structure] = _cost(form, first.x[:1])
            notes += _not_counted(self.costs[structure])
        told = _told(name, networks, form, self.costs[structure], seconds)
        task = structure, loss, _key(lambda: (first.x[:1], first.y[:1]))
        self.all.append(Account(told, arm, task, len(first.x)))
        return notes


def _told(
    name: str, networks: Networks, form: nn.Module, counted: Cost | None, seconds: float
) -> Trained:
    losses, lost = networks.losses, networks.diverged
    return Trained(
        name=name,
        parameters=sum(parameter.numel() for parameter in form.parameters()),
        multiply_adds=counted.multiply_adds if counted else None,
        seeds=len(losses),
        steps=losses.shape[1],
        first_loss=sample(losses[:, 0], varies=networks.varies),
        last_loss=sample(losses[:, -1].masked_fill(lost, nan), varies=networks.varies),
        diverged=int(lost.sum()),
        seconds=seconds,
    )


@dataclass
class Seen:
    """The data of a training, of which the draw of the first seed is kept.

    So nothing is drawn twice: the second draw of a function that keeps a state would be another.
    """

    given: Data | Draw
    drawn: Data | None = None

    @property
    def data(self) -> Data | Draw:
        """What `fit` is to be given."""
        shared = isinstance(self.given, Data) or not callable(self.given)
        return self.given if shared else self._draw

    @property
    def of_first_seed(self) -> Data:
        first = self.given if isinstance(self.given, Data) else self.drawn
        assert first, "`fit` has drawn them"
        return first

    def _draw(self, generator: Generator) -> Data:
        drawn: Data = self.given(generator)  # type: ignore[operator]  # see `data`
        self.drawn = self.drawn or drawn
        return drawn


def _not_counted(counted: Cost | None) -> list[str]:
    what = counted.uncounted if counted else ()
    kinds = dict.fromkeys(each.partition(":")[0] for each in what)
    return [f"its multiply-adds are without those of {', '.join(kinds)}"] if kinds else []


def _form(networks: Networks) -> nn.Module:
    """One of the networks without its numbers, so that to run it takes and changes none."""
    try:
        return skeleton(networks.skeleton) if networks.alone else networks.skeleton
    except Exception:  # what a user's network keeps may not allow a copy
        return networks.skeleton


def _key(thing: Callable[[], object]) -> Key:
    """What is equal for equal things; for one that cannot be looked into, equal to nothing."""
    try:
        return digest(thing())
    except Exception:
        return object()


def _cost(form: nn.Module, x: Tensor) -> Cost | None:
    """What the network costs on x (1, ...), or None where that cannot be counted without data."""
    try:
        with left_as_it_was():
            counted = cost(form, x.to("meta"))
    except Exception:  # it looks at its numbers, or keeps what cannot be copied
        return None
    return None if counted.uncounted and not counted.multiply_adds else counted
