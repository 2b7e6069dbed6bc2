"""What a run is made from, part by part, and whether a stored one still answers to it.

Where all parts are equal, it would be the same run again. Predictions are hashed by themselves, so
that one that was changed after a run is seen, whatever else was.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ..measure import Claim, Control, Quantity
from ..measure.claim import region
from ..record import Record
from . import sources
from .environment import versions

if TYPE_CHECKING:
    from .planning import Plan

Parts = dict[str, str]  # a value by a name such as "settings training.lr"

HOW = ("device", "threads")  # parts that a plan leaves open
DRAWING = ("matplotlib",)  # packages that change no number
MOST = 3  # names of one kind that are told
UNKNOWN = "kept by an older convlab, without its predictions"
CHANGED = "the prediction changed"


def predictions(claims: Iterable[Claim], settings: BaseModel) -> str:
    """The hash of what the claims predict for these settings: written before a run, kept in it.

    It covers id, sentence, quantity, region, expectation and controls.
    """
    told = [_prediction(claim, settings) for claim in claims]
    return sha256(json.dumps(sorted(told)).encode()).hexdigest()


def _prediction(claim: Claim, settings: BaseModel) -> list[str]:
    controls = (text for control in claim.controls for text in _judged(control, settings))
    return [claim.id, str(claim.expected), *_judged(claim, settings), *controls]


def _judged(claim: Claim | Control, settings: BaseModel) -> Iterator[str]:
    predicted = region(claim.sentence, claim.predicted, settings)
    bounds = [float(bound) for bound in asdict(predicted).values()]
    yield claim.sentence
    yield str(claim.of) if isinstance(claim.of, Quantity) else ""  # another has no name
    yield f"{type(predicted).__name__} {bounds}"


def facts(planned: Plan) -> dict[str, Any]:
    """What the environment of a run says of the files that it is made from."""
    return {
        "sources": planned.sources,
        "convlab": sources.rooms(),
        "inputs": sources.inputs(planned.settings),
    }


def key(record: Record) -> Parts:
    """All parts of a stored run; one that an older convlab has kept lacks some."""
    known = record.environment
    how = {name: str(known.get(name)) for name in HOW}
    return how | _parts(record.experiment, record.settings, record.quick, record.first_seed, known)


def key_of(planned: Plan, first_seed: int = 0) -> Parts:
    """The parts that a run of this plan would have here, but for those of `HOW`."""
    known = facts(planned) | {"versions": versions(), "python": platform.python_version()}
    settings = planned.settings.model_dump(mode="json")
    return _parts(planned.name, settings, planned.quick, first_seed, known)


def of_head(record: Record) -> dict[str, str]:
    """What a head says of all that its run is made from; nothing before that is known."""
    if not record.environment:
        return {}
    parts, code = key(record), sources.code(sources.kept(record.environment))
    alike = {name: text for name, text in parts.items() if name not in HOW}
    own = code[0]["path"] if sources.are_own(code) else ""
    return {"key": hash_of(parts), "made_from": hash_of(alike), "own": own}


def hash_of(parts: Parts) -> str:
    """Equal for equal parts."""
    return sha256(json.dumps(sorted(parts.items())).encode()).hexdigest()


def stale(record: Record, planned: Plan, first_seed: int = 0) -> str:
    """What keeps the record from being a run of this plan, in a few words; nothing if it is one.

    Such as "the prediction changed", or "code experiments/product/hadamard.py".
    """
    if not record.predictions:
        return UNKNOWN
    if record.predictions != _predictions_for(record, planned):
        return CHANGED
    made, wanted = key(record), key_of(planned, first_seed)
    names = [name for name in wanted | made if name not in HOW]
    return "; ".join(_told(name for name in names if made.get(name) != wanted.get(name)))


def _predictions_for(record: Record, planned: Plan) -> str:
    """The hash of what the claims predict for the settings of the record."""
    try:
        settings = type(planned.settings).model_validate(record.settings)
        return predictions(planned.claims, settings)
    except Exception:  # they are no settings of today's experiment
        return predictions(planned.claims, planned.settings)


def _told(names: Iterable[str]) -> Iterator[str]:
    """The names of parts, those of one kind together."""
    for kind, of_kind in groupby(names, lambda name: name.partition(" ")[0]):
        known = [name.partition(" ")[2] for name in of_kind]
        more = f" and {len(known) - MOST} more" if len(known) > MOST else ""
        yield f"{kind} {', '.join(known[:MOST])}{more}".strip()


def _parts(
    experiment: str,
    settings: Mapping[str, Any],
    quick: bool,
    first_seed: int,
    known: Mapping[str, Any],
) -> Parts:
    files = sources.kept(known)
    python = str(known.get("python", "")).rpartition(".")[0]  # a patch of it changes no number
    named = {
        "code": {sources.name(each): each["sha256"] for each in sources.code(files)},
        "settings": dict(_leaves(settings)),
        "convlab": _named(known, "convlab"),
        "inputs": _named(known, "inputs"),
        "versions": {"python": python} | _computing(_named(known, "versions")),
    }
    single = {"experiment": experiment, "quick": str(quick), "first-seed": str(first_seed)}
    return single | {
        f"{kind} {name}": str(text)
        for kind, texts in named.items()
        for name, text in texts.items()
    }


def _named(known: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """A part of what is known of a run; empty where a stored one has no names in it."""
    values = known.get(part)
    return values if isinstance(values, dict) else {}


def _computing(versions: Mapping[str, str]) -> Parts:
    return {name: text for name, text in versions.items() if name not in DRAWING}


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", json.dumps(value)
