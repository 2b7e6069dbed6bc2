"""Two runs beside each other: what was set otherwise, what came out otherwise, and by how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

from ..foreign import as_text
from ..measure import Row, Sample, Verdict
from .differences import Difference, difference
from .facts import leaves
from .record import Record
from .text import plain
from .tidy import name_of

MISSING = object()  # a setting that a run does not have
RUNS = ("one", "other")  # in the document
SHOWN = 12  # letters of a hash
FACTS = ("device", "threads", "python", "commit")  # of where a run was made


@dataclass(frozen=True)
class Pair:
    """A quantity of a row, in the one run and in the other, and how much more it is there."""

    table: str
    factors: Mapping[str, Any]
    quantity: str
    one: Sample | None  # None where the run has no such quantity
    other: Sample | None
    difference: Difference | None = None  # the other less the one

    @property
    def row(self) -> str:
        """What tells its row apart, on one line."""
        return ", ".join(f"{name}={as_text(value)}" for name, value in self.factors.items())


@dataclass(frozen=True)
class Judged:
    """A claim and its verdicts; None where a run did not judge it."""

    id: str
    sentence: str
    one: Verdict | None
    other: Verdict | None


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs, and every quantity of both."""

    one: Record
    other: Record

    @property
    def names(self) -> tuple[str, str]:
        """Of the two runs; their paths where the names are one."""
        names = name_of(self.one), name_of(self.other)
        return names if names[0] != names[1] else (str(self.one.run), str(self.other.run))

    @property
    def facts(self) -> dict[str, tuple[Any, Any]]:
        """How they were run, and from which code and files, where that differs."""
        ones, others = _hashes(self.one), _hashes(self.other)
        files = {name: (ones[name], others[name]) for name in ones if name in others}
        changed = {name: pair for name, pair in files.items() if pair[0] != pair[1]}
        return _differing(_facts(self.one), _facts(self.other)) | changed

    @property
    def settings(self) -> dict[str, tuple[Any, Any]]:
        """The settings that differ, by their dotted keys; MISSING for one that a run has not."""
        return _differing(dict(leaves(self.one.settings)), dict(leaves(self.other.settings)))

    @property
    def pairs(self) -> list[Pair]:
        """Every quantity of either run, in the order of the first."""
        ones, others = dict(_quantities(self.one)), dict(_quantities(self.other))
        return [
            self._pair(ones.get(key), others.get(key)) for key in dict.fromkeys([*ones, *others])
        ]

    def _pair(self, one: Measured | None, other: Measured | None) -> Pair:
        row, quantity, _ = next(filter(None, (one, other)))
        first, second = (None if each is None else each[2] for each in (one, other))
        firsts = self.one.first_seed, self.other.first_seed
        more = None if first is None or second is None else difference(first, second, firsts)
        return Pair(row.table, row.factors, quantity, first, second, more)

    @property
    def verdicts(self) -> list[Judged]:
        """Every claim that either run judged."""
        ones = {verdict.id: verdict for verdict in self.one.verdicts}
        others = {verdict.id: verdict for verdict in self.other.verdicts}
        return [
            Judged(name, (others | ones)[name].sentence, ones.get(name), others.get(name))
            for name in dict.fromkeys([*ones, *others])
        ]

    def document(self) -> dict[str, Any]:
        """The comparison in JSON's types; what one run has not is null."""
        document: dict[str, Any] = plain(
            {
                "runs": [self.one.run, self.other.run],
                "facts": _of_both(self.facts),
                "settings": _of_both(self.settings),
                "quantities": list(map(_pair_document, self.pairs)),
                "verdicts": list(map(_judged_document, self.verdicts)),
            }
        )
        return document


Measured = tuple[Row, str, Sample]


def _quantities(record: Record) -> Iterator[tuple[Any, Measured]]:
    """Each quantity of a row by what tells it apart, be it in the second of two rows alike."""
    seen = Counter[Any]()
    for row in record.measurements.rows:
        factors = frozenset((name, as_text(value)) for name, value in row.factors.items())
        for name, sample in row.quantities.items():
            key = row.table, factors, name
            seen[key] += 1
            yield (*key, seen[key]), (row, name, sample)


def _facts(record: Record) -> dict[str, Any]:
    """How a run was made, beside its settings: what it asked of which code, and on what."""
    known = {name: record.environment.get(name) for name in FACTS}
    if isinstance(commit := known["commit"], str):
        known["commit"] = commit[:SHOWN]
    versions = record.environment.get("versions")
    return {
        "experiment": record.experiment,
        "status": str(record.status),
        "quick": record.quick,
        "first seed": record.first_seed,
        "predictions": record.predictions[:SHOWN],
        **known,
        **(versions if isinstance(versions, dict) else {}),
    }


def _hashes(record: Record) -> dict[str, str]:
    """The beginning of the hash of each file of code and of each that was read, by its name."""
    known = record.environment
    sources = known.get("sources")
    code = {
        PurePath(str(each.get("path"))).name: each.get("sha256")
        for each in (sources if isinstance(sources, list) else [])
        if isinstance(each, dict) and PurePath(str(each.get("path"))).suffix == ".py"
    }
    of_kinds = {"code": code, "convlab": known.get("convlab"), "file": known.get("inputs")}
    return {
        f"{kind} {name}": str(text)[:SHOWN]
        for kind, texts in of_kinds.items()
        for name, text in (texts.items() if isinstance(texts, dict) else ())
    }


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    both = {
        name: (one.get(name, MISSING), other.get(name, MISSING))
        for name in dict.fromkeys([*one, *other])
    }
    return {name: values for name, values in both.items() if values[0] != values[1]}


def _of_both(values: Mapping[str, tuple[Any, Any]]) -> list[dict[str, Any]]:
    """A list of what differs; what a run has not is not in its entry."""
    return [
        {"name": name}
        | {run: value for run, value in zip(RUNS, pair, strict=True) if value is not MISSING}
        for name, pair in values.items()
    ]


def _pair_document(pair: Pair) -> dict[str, Any]:
    return {
        "table": pair.table,
        "factors": pair.factors,
        "quantity": pair.quantity,
        **{run: _sample(each) for run, each in zip(RUNS, (pair.one, pair.other), strict=True)},
        "difference": None if pair.difference is None else asdict(pair.difference),
    }


def _sample(sample: Sample | None) -> dict[str, Any] | None:
    if sample is None:
        return None
    low, high = sample.interval
    return {"center": sample.center, "low": low, "high": high, "values": len(sample.values)}


def _judged_document(judged: Judged) -> dict[str, Any]:
    verdicts = zip(RUNS, (judged.one, judged.other), strict=True)
    outcomes = {run: None if each is None else each.outcome for run, each in verdicts}
    return {"id": judged.id, "sentence": judged.sentence, **outcomes}
