"""The quantities of a sweep's table: what `--show` names, in the record of each run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

from ..errors import UsageError, did_you_mean
from ..foreign import as_text
from ..measure import Claim, Sample, Verdict
from ..measure.spread import spread
from ..record import Record

FIRST = 3  # quantities that are shown if none is named
MOST = 6  # columns that one name may become
UNIT = re.compile(r"(.*\S)\s+\(([^()]+)\)")
COUNT = re.compile(r" \(\d+ (?:seed|repeat)s?\)")  # how many there are, behind a center
ID = re.compile(r"[A-Z]+\d+\w*")  # how the id of a claim looks


@dataclass(frozen=True)
class Value:
    """A quantity in one run: its center, its interval and how both read."""

    text: str
    center: float
    low: float
    high: float
    over: str = ""  # what the interval is of
    sample: Sample | None = None  # its values, where it is one that was measured

    @classmethod
    def of(cls, sample: Sample) -> Value:
        return cls(
            sample.text(), sample.center, *sample.interval, over=spread([sample]), sample=sample
        )

    @classmethod
    def judged(cls, verdict: Verdict) -> Value:
        return cls(verdict.measured, verdict.center, verdict.low, verdict.high, verdict.over)


Column = dict[int, Value]  # by the place of the record


def columns(records: Sequence[Record | None], show: Sequence[str]) -> dict[str, Column]:
    """The values of every quantity to show, by its heading and the place of its record.

    A name that fits several rows of a run becomes a column for each, `MOST` at most.
    """
    made: dict[str, Column] = {}
    for name in show or _usual(records):
        found = {n: _matches(each, name) for n, each in enumerate(records) if each}
        single = all(len(each) <= 1 for each in found.values())
        columns: dict[str, Column] = {}
        for place, values in found.items():
            for label, value in values.items():
                columns.setdefault(name if single and not _is_claim(label, name) else label, {})[
                    place
                ] = value
        made |= dict(list(columns.items())[:MOST])
    return made


def uncounted(found: Mapping[str, Column]) -> dict[str, Column]:
    """The same without how many seeds there are, where that is the same of all: it is said below.

    It stands where there are too few for an interval.
    """
    texts = (value.text for each in found.values() for value in each.values())
    counts = {counted[0] for text in texts if (counted := COUNT.search(text))}
    if len(counts) != 1:
        return dict(found)
    (count,) = counts
    return {
        name: {place: replace(v, text=v.text.replace(count, "")) for place, v in each.items()}
        for name, each in found.items()
    }


def notes(records: Sequence[Record | None], show: Sequence[str]) -> Iterator[str]:
    """What to say of names that no run knows, or that fit more rows than are shown."""
    known = [each for each in records if each]
    yield from unknown(records, show)
    for name in show:
        labels = dict.fromkeys(label for each in known for label in _matches(each, name))
        if len(labels) > MOST and any(len(_matches(each, name)) > 1 for each in known):
            *_, last = labels
            yield f"{len(labels) - MOST} more are called {name}: name one, such as --show '{last}'"


def unknown(records: Sequence[Record | None], show: Sequence[str]) -> Iterator[str]:
    """A sentence for each name that no run knows, once there is a run that could."""
    known = [each for each in records if each]
    for name in show if known else ():
        if not any(_matches(each, name) for each in known):
            yield f"no run has a quantity `{name}`{did_you_mean(name, names(known))}"


def names(records: Sequence[Record]) -> list[str]:
    """What can be named: quantities of the tables, and claims."""
    rows = (row for each in records for row in each.measurements.rows)
    ids = (verdict.id for each in records for verdict in each.verdicts)
    return list(dict.fromkeys([*(name for row in rows for name in row.quantities), *ids]))


def check(show: Sequence[str], claims: Sequence[Claim]) -> None:
    """Raise UsageError for what looks like a claim's id, and is none; all else a run must tell."""
    ids = [claim.id for claim in claims]
    for name in show:
        if ID.fullmatch(name) and name not in ids:
            raise UsageError(f"--show {name}: no claim of that id{did_you_mean(name, ids)}")


def _usual(records: Sequence[Record | None]) -> list[str]:
    """What the claims are about; without claims, what was measured first."""
    known = [each for each in records if each]
    judged = (v for each in known for v in each.verdicts if not isnan(v.center))
    found = dict.fromkeys(_label(verdict) for verdict in judged)
    measured = (row for each in known for row in each.measurements.rows)
    found = found or dict.fromkeys(name for row in measured for name in row.quantities)
    return list(found)[:FIRST]


def _matches(record: Record, name: str) -> dict[str, Value]:
    """The values of that name in a run, by what tells them apart."""
    for verdict in record.verdicts:
        if name == verdict.id:
            return {f"{name}: {_label(verdict)}": Value.judged(verdict)}
    for verdict in record.verdicts:
        if name in (verdict.quantity, _label(verdict)):
            return {name: _measured(record, verdict) or Value.judged(verdict)}
    found: dict[str, Value] = {}
    for row in record.measurements.rows:
        for quantity, sample in row.quantities.items():
            if _fits(name, quantity, row.factors):
                label = ", ".join([quantity, *map(as_text, row.factors.values())])
                found.setdefault(label, Value.of(sample))
    return found


def _measured(record: Record, verdict: Verdict) -> Value | None:
    """What decides a claim as it stands in a row; none where it is made of several."""
    found = [
        sample
        for row in record.measurements.rows
        for name, sample in row.quantities.items()
        if ((unit := UNIT.fullmatch(name)) and unit[2]) == (verdict.unit or None)
        and _fits(verdict.quantity, name, row.factors)
    ]
    return Value.of(found[0]) if len(found) == 1 else None


def _is_claim(label: str, name: str) -> bool:
    return label.startswith(f"{name}: ")


def _label(verdict: Verdict) -> str:
    """The quantity that decides a claim, with its unit; the claim where that has no name."""
    named = verdict.quantity or verdict.id
    return f"{named} ({verdict.unit})" if verdict.unit else named


def _fits(name: str, quantity: str, factors: Mapping[str, Any]) -> bool:
    """Whether it is the quantity's name, with some of its row's factors behind it or none."""
    unit = UNIT.fullmatch(quantity)
    for known in (quantity, *([unit[1]] if unit else [])):
        if name == known:
            return True
        if name.startswith(f"{known},"):
            return _are_factors(name.removeprefix(f"{known},").strip(), factors)
    return False


def _are_factors(text: str, factors: Mapping[str, Any]) -> bool:
    """Whether the text is values of factors, each perhaps behind its name, with commas between."""
    known = [as_text(value) for value in factors.values()]
    known += [f"{key}={as_text(value)}" for key, value in factors.items()]
    while text:
        found = [each for each in known if each and f"{text},".startswith(f"{each},")]
        if not found:
            return False
        text = text.removeprefix(max(found, key=len)).removeprefix(",").strip()
    return True
