"""How a claim stands: what it says, what was predicted, and what a run of today made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from math import inf, isfinite, nan
from typing import Any

from ..measure import Outcome
from ..measure.verdict import ACROSS

OURS = "ours"  # the source of a claim that no post makes


class State(StrEnum):
    """Whether a claim came out as expected, or why nothing is known of it."""

    UNEXPECTED = "unexpected"  # or invalid
    AS_EXPECTED = "as expected"
    UNDECIDED = "undecided"
    STALE = "stale"
    NOT_RUN = "not run"
    WITHOUT = "no experiment"
    UNTESTABLE = "not testable"


@dataclass(frozen=True)
class Standing:
    """A claim of the ledger, a variant of one, one of ours, or one of a user's own.

    `expected` is empty where either outcome is as expected or nothing was predicted. What a stale
    run has measured is not in it.
    """

    id: str
    sentence: str
    source: str  # the post that says so, "ours", or what a user names
    ledger: str = ""  # the id in the ledger that it belongs to; none of a user's own
    post: str = ""
    kind: str = ""  # the ledger's class
    untestable: str = ""  # why no experiment judges it
    experiment: str = ""  # that judges it
    expected: str = ""
    predicted: str = ""
    predicted_low: float = -inf
    predicted_high: float = inf
    controls: tuple[str, ...] = ()  # each with what it must give
    blind: bool = True
    identity: bool = False
    surprise: str = ""  # why it comes out otherwise than predicted, where that is known
    outcome: str = ""
    why: str = ""
    quantity: str = ""
    unit: str = ""
    measured: str = ""
    center: float = nan
    low: float = -inf
    high: float = inf
    run: str = ""
    stale: str = ""  # why the run is none of today

    @property
    def state(self) -> State:
        if not self.experiment:
            return State.UNTESTABLE if self.untestable else State.WITHOUT
        if self.stale or not self.outcome:
            return State.STALE if self.stale else State.NOT_RUN
        is_expected = self.expected == Outcome.UNDECIDED and self.why.startswith(ACROSS)
        if self.outcome == Outcome.UNDECIDED and not is_expected:
            return State.UNDECIDED
        as_expected = self.outcome != Outcome.INVALID and self.expected in ("", self.outcome)
        return State.AS_EXPECTED if as_expected else State.UNEXPECTED

    @property
    def is_failure(self) -> bool:
        """Whether it came out otherwise than predicted, and it is not known why."""
        explained = self.surprise and self.outcome != Outcome.INVALID
        return self.state is State.UNEXPECTED and not explained

    @property
    def is_literal(self) -> bool:
        """Whether it is the post's own sentence."""
        return bool(self.ledger) and self.id == self.ledger

    def document(self) -> dict[str, Any]:
        """All of it by name in JSON's types, `kind` as `class`, with the state."""
        values = {name: _plain(value) for name, value in asdict(self).items()}
        return {"class" if name == "kind" else name: value for name, value in values.items()} | {
            "state": str(self.state)
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Standing:
        """The standing of such a document."""
        values: dict[str, Any] = {**document, "kind": document["class"]}
        for f in fields(cls):
            if isinstance(f.default, float):
                values[f.name] = float(values[f.name])  # what is not finite is a text
        values["controls"] = tuple(values["controls"])
        return cls(**{f.name: values[f.name] for f in fields(cls)})


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    finite = not isinstance(value, float) or isfinite(value)
    return value if finite else {"nan": "NaN", "inf": "Infinity"}.get(repr(value), "-Infinity")


def counts(standings: Iterable[Standing]) -> str:
    """What came out of the posts' own sentences, and how many predictions came out as expected.

    Where a post's sentence is not among them, a variant or one of ours does not stand for it.
    """
    judging: dict[str, list[Standing]] = {}
    for standing in standings:
        if standing.ledger:
            judging.setdefault(standing.ledger, []).append(standing)
    whole = [each for each in judging.values() if any(s.is_literal for s in each)]
    predictions = [s for each in judging.values() for s in each if s.experiment]
    told = []
    if whole or not predictions:
        claims = Counter(map(_of_the_post, whole))
        told.append(f"{_many(len(whole), 'claim')} of the posts{_listed(claims)}.")
    if predictions:
        states = Counter(str(standing.state) for standing in predictions)
        about = "them" if whole else "claims of the posts"
        told.append(f"{_many(len(predictions), 'prediction')} about {about}{_listed(states)}.")
    return " ".join(told)


def _of_the_post(standings: list[Standing]) -> str:
    """How the post's sentence came out, or a variant where that alone is judged."""
    judged = [s for s in standings if s.experiment and s.source != OURS]
    shown = min(judged or standings, key=lambda standing: not standing.is_literal)
    decides = shown.state in (State.AS_EXPECTED, State.UNEXPECTED, State.UNDECIDED)
    return shown.outcome if decides else str(shown.state)


WORDS = {  # of an outcome or a state, in the order in which they are told
    "holds": "{} hold",
    "refuted": "{} refuted",
    "invalid": "{} invalid",
    State.AS_EXPECTED: "{} as expected",
    State.UNEXPECTED: "{} unexpected",
    State.UNDECIDED: "{} undecided",
    State.STALE: "{} stale",
    State.NOT_RUN: "{} not run",
    State.UNTESTABLE: "{} not testable",
    State.WITHOUT: "{} without an experiment",
}


def _listed(counted: Mapping[str, int]) -> str:
    told = ", ".join(text.format(counted[name]) for name, text in WORDS.items() if counted[name])
    return f": {told}" if told else ""


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
