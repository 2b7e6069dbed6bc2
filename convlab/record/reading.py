"""From the document of a run back to its record, whoever wrote it, with what is wrong by name."""

from __future__ import annotations

from dataclasses import MISSING, fields
from enum import StrEnum
from reprlib import repr as brief
from typing import Any, TypeVar, get_args

from .. import files
from ..errors import UsageError
from ..measure import Measurements, Outcome, Row, Sample, Statistic, Varies, Verdict
from .parts import Status, Trained
from .text import NO_NUMBER

VERSION = 3  # of the document's form
RENAMED_STATISTICS = {"rate": "proportion"}  # since version 1, which named no version
SINCE_3 = {"answer": "", "trained": [], "first_seed": 0, "changed": {}, "predictions": ""}
KINDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    dict: "an object",
    list: "a list",
}  # in JSON's words

Choice = TypeVar("Choice", bound=StrEnum)


def fields_of(document: Any) -> dict[str, Any]:
    """The fields of a record by the names that they have there."""
    if not isinstance(document, dict):
        raise ValueError(f"a record is an object, not {brief(document)}")
    _check_version(version := document.get("version", 1))
    document = SINCE_3 | document if version < 3 else document
    notes = list(map(_text, _entry(document, "notes", list)))
    texts = ("experiment", "question", "started", "error", "answer", "predictions")
    return {name: _entry(document, name, str) for name in texts} | {
        "settings": _entry(document, "settings", dict),
        "status": _choice(document, "status", Status),
        "quick": _entry(document, "quick", bool),
        "measurements": Measurements(_rows(_entry(document, "rows", list)), notes=notes),
        "verdicts": tuple(map(_verdict, _entry(document, "verdicts", list))),
        "seconds": _number(_entry(document, "seconds")),
        "environment": _entry(document, "environment", dict),
        "figures": tuple(map(_file_name, _entry(document, "figures", list))),
        "run": None if _entry(document, "run") is None else _entry(document, "run", str),
        "trained": tuple(map(_training, _entry(document, "trained", list))),
        "first_seed": int(_number(_entry(document, "first_seed"))),
        "changed": _entry(document, "changed", dict),
    }


def _check_version(version: Any) -> None:
    if type(version) is not int or not 1 <= version <= VERSION:
        raise UsageError(
            f"the record has the form {brief(version)}, and this convlab reads the forms 1 to "
            f"{VERSION}: use the convlab that wrote it"
        )


def _training(document: Any) -> Trained:
    whole = {name: _entry(document, name, int) for name in ("parameters", "seeds", "steps")}
    counted = _entry(document, "multiply_adds")
    return Trained(
        name=_entry(document, "name", str),
        multiply_adds=None if counted is None else int(_number(counted)),
        first_loss=_sample(_entry(document, "first_loss", dict)),
        last_loss=_sample(_entry(document, "last_loss", dict)),
        diverged=_entry(document, "diverged", int),
        seconds=_number(_entry(document, "seconds")),
        trial=_entry(document, "trial", bool),
        **whole,
    )


def _rows(documents: list[Any]) -> list[Row]:
    return [
        Row(
            _entry(row, "table", str),
            _entry(row, "factors", dict),
            {name: _sample(each) for name, each in _entry(row, "quantities", dict).items()},
        )
        for row in documents
    ]


def _sample(document: Any) -> Sample:
    values = tuple(map(_number, _entry(document, "values", list)))
    varies, overlap = document.get("varies", ""), _number(document.get("overlap", 0.0))
    if varies not in get_args(Varies):
        raise ValueError(f"nothing that varies is called {brief(varies)}")
    return Sample(values, _statistic(document), varies, overlap)


def _statistic(document: Any) -> Any:
    written = _entry(document, "statistic", str)
    statistic = RENAMED_STATISTICS.get(written, written)
    if statistic not in get_args(Statistic):
        raise ValueError(f"no statistic is called {brief(statistic)}")
    return statistic


def _verdict(document: Any) -> Verdict:
    values: dict[str, Any] = {"outcome": _choice(document, "outcome", Outcome)}
    unsure = _entry(document, "expected") is None
    values["expected"] = None if unsure else _choice(document, "expected", Outcome)
    for f in fields(Verdict):
        if f.name not in values and (f.default is MISSING or f.name in document):
            values[f.name] = _field(document, f.name, type(f.default))
    return Verdict(**values)


def _field(document: Any, name: str, kind: type) -> Any:
    """A field of a verdict, by the type of its default; one without a default is a text."""
    if kind is float:
        return _number(_entry(document, name))
    return _entry(document, name, bool if kind is bool else str)


def _entry(document: Any, key: str, kind: type | None = None) -> Any:
    """What stands under the key of an object, if it is of that kind."""
    if not isinstance(document, dict):
        raise ValueError(f"`{key}` should stand in an object, not in {brief(document)}")
    if key not in document:
        raise ValueError(f"it lacks `{key}`")
    if kind and not isinstance(document[key], kind):
        raise ValueError(f"`{key}` should be {KINDS[kind]}, not {brief(document[key])}")
    return document[key]


def _choice(document: Any, key: str, choices: type[Choice]) -> Choice:
    if (value := _entry(document, key, str)) not in list(choices):
        raise ValueError(f"`{key}` should be one of {', '.join(choices)}, not {brief(value)}")
    return choices(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{brief(value)} is no text")
    return value


def _file_name(value: Any) -> str:
    if not files.is_name(name := _text(value)):
        raise ValueError(f"{brief(name)} is no name of a file in the run")
    return name


def _number(value: Any) -> float:
    """A number of the document; what is not finite stands there as a text."""
    if isinstance(value, int | float) or value in NO_NUMBER.values():
        return float(value)
    raise ValueError(f"{brief(value)} is no number")
