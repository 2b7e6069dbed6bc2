"""What a record says of a run: how it stands, how far it has come, and what it has trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ..measure import Sample


class Status(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    DEAD = "dead"  # found, never written: the process of a run ended without a word
    UNREADABLE = "unreadable"  # found, never written: there is no record to read


@dataclass(frozen=True)
class Progress:
    """How far a task of a run has come; a training counts steps of single networks."""

    task: str
    done: int
    total: int  # 0 where it is not known
    seeds: int = 0  # 0 where nothing is trained
    loss: Callable[[], float] | None = None  # the median loss, computed only if it is shown


@dataclass(frozen=True)
class Trained:
    """One training of an arm: its network, how long it was trained, and how the loss fell."""

    name: str
    parameters: int
    multiply_adds: int | None  # per sample; None where they could not be counted
    seeds: int
    steps: int
    first_loss: Sample
    last_loss: Sample
    diverged: int
    seconds: float
    trial: bool = False  # of a learning rate, say, or on fewer examples
