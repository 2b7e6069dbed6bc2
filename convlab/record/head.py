"""The head of a run: in a few hundred bytes what a list of runs shows, and who works on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from .facts import judged
from .parts import Status
from .record import Record
from .text import plain

FOUND = ("run", "resume")  # what is known of a run where it lies, and never written


@dataclass(frozen=True)
class Head:
    """What is known of a run without its record; `attempt` and what follows it, of its processes.

    `kept` counts what the attempts have kept to go on from: one that ends without a word and has
    not raised it made no progress, and `idle` counts such attempts in a row.
    """

    experiment: str
    status: Status = Status.RUNNING
    started: str = ""  # ISO 8601, UTC
    seconds: float = 0.0
    quick: bool = False
    first_seed: int = 0
    changed: dict[str, Any] = field(default_factory=dict)  # settings unlike the shipped ones
    as_expected: int = 0  # verdicts
    open: int = 0
    verdicts: int = 0
    error: str = ""
    key: str = ""  # a hash of all that the run is made from
    made_from: str = ""  # the same without device and threads
    own: str = ""  # the file of the experiment, where that is a user's own
    run: str = ""  # found, never written: the directory
    resume: str = ""  # found, never written: the command that goes on with it
    attempt: int = 0  # the process that is at work, or was the last
    kept: int = 0
    idle: int = 0

    def document(self) -> dict[str, Any]:
        """The head in JSON's types."""
        made: dict[str, Any] = plain({k: v for k, v in asdict(self).items() if k not in FOUND})
        return made

    @classmethod
    def of(cls, record: Record, **more: Any) -> Head:
        """The head of a record; `more` is what only a head knows."""
        fine, open_, all_ = judged(record)
        return cls(
            experiment=record.experiment,
            status=record.status,
            started=record.started,
            seconds=record.seconds,
            quick=record.quick,
            first_seed=record.first_seed,
            changed=record.changed,
            as_expected=fine,
            open=open_,
            verdicts=all_,
            error=record.error,
            run=record.run or "",
            **more,
        )

    @classmethod
    def read(cls, text: bytes, run: str = "") -> Head:
        """The head that such a document holds; ValueError with the reason where it is none."""
        return replace(_reader().validate_json(text), run=run, resume="")


@cache
def _reader() -> TypeAdapter[Head]:
    return TypeAdapter(Head)
