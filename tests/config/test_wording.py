"""Tests of convlab.config.wording: what pydantic says, in the words of a config file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import BaseModel, DirectoryPath, Field, FilePath, NewPath, ValidationError
from pydantic_core import InitErrorDetails
from pydantic_core.core_schema import ErrorType

from convlab.config import ConfigError, Document, build
from convlab.config.wording import complaints


class Needs(BaseModel):
    needed: int
    size: int = 1


class Plane(BaseModel):
    x: int = 1
    y: int = 2


class Square(BaseModel):
    kind: Literal["square"] = "square"
    side: int = 1


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"
    radius: int = 1


class Config(BaseModel):
    either: Needs | Plane = Plane(y=4)
    tagged: Annotated[Square | Circle, Field(discriminator="kind")] = Square()
    optional: Square | Circle | None = None
    mixed: float | Plane | Literal["auto"] = "auto"
    file: FilePath | None = None
    folder: DirectoryPath | None = None
    new: NewPath | None = None
    named: dict[str, Plane] = {}
    many: list[Needs | Plane] = []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"either": {"x": "3"}}, ["`either.x`: expected an integer, found '3'"]),
        ({"either": {"x": 3, "y": "b"}}, ["`either.y`: expected an integer, found 'b'"]),
        (
            {"either": {"x": 3, "needed": 4}},
            ["`either.needed`: does not go with the keys beside it"],
        ),
        ({"either": {"xx": 3}}, ["`either.xx`: unknown key; did you mean `either.x`?"]),
        ({"either": {"size": 3}}, ["`either.needed`: missing, and it has no default"]),
        (
            {"tagged": {"kind": "cirkle"}},
            ["`tagged.kind`: expected one of square, circle, found 'cirkle'"],
        ),
        (
            {"tagged": {"radius": 2}},
            ["`tagged.kind`: missing; it says of which kind the keys beside it are"],
        ),
        ({"tagged": {"sde": 2}}, ["`tagged.sde`: unknown key; did you mean `tagged.side`?"]),
        ({"optional": {"side": "q"}}, ["`optional.side`: expected an integer, found 'q'"]),
        ({"mixed": {"x": "q"}}, ["`mixed.x`: expected an integer, found 'q'"]),
        (
            {"mixed": "atuo"},
            [
                "`mixed`: expected a number or a mapping or auto, found 'atuo'; "
                "did you mean `auto`?"
            ],
        ),
        ({"file": "/no"}, ["`file`: expected the path of a file that is there, found '/no'"]),
        (
            {"folder": "/no"},
            ["`folder`: expected the path of a folder that is there, found '/no'"],
        ),
        ({"new": "/tmp"}, ["`new`: expected a path where nothing is yet, found '/tmp'"]),
        ({"named": {"a": {"xx": 3}}}, ["`named.a.xx`: unknown key; did you mean `named.a.x`?"]),
        ({"many": [{"xy": 3}]}, ["`many.0.xy`: unknown key; did you mean `many.0.x`?"]),
    ],
)
def test_a_problem_is_told_of_the_member_that_the_keys_suit(
    given: dict[str, Any], told: list[str]
) -> None:
    document = Document(Path("x.yaml"), "edge", given, {}, {(): 1})
    with pytest.raises(ConfigError) as raised:
        build(Config, document, quick=False)
    assert str(raised.value).splitlines() == [f"x.yaml:1: {each}" for each in told]


CONTEXT: dict[str, Any] = {
    **dict.fromkeys(("gt", "ge", "lt", "le", "multiple_of", "limit", "min_length"), 1),
    **dict.fromkeys(("max_length", "actual_length", "max_digits", "decimal_places"), 2),
    **dict.fromkeys(("whole_digits", "tz_expected", "tz_actual", "expected_version"), 3),
    **dict.fromkeys(("error", "pattern", "expected", "class_name", "class", "tag"), "odd"),
    **dict.fromkeys(("encoding", "encoding_error", "method_name", "attribute"), "odd"),
    **dict.fromkeys(("expected_schemes", "expected_tags", "field_type"), "odd"),
    "discriminator": "'kind'",
}


@pytest.mark.parametrize("kind", sorted(set(get_args(ErrorType)) - {"value_error"}))
def test_whatever_pydantic_finds_is_said_in_one_sentence(kind: str) -> None:
    context = CONTEXT | ({"error": ValueError("odd")} if kind == "assertion_error" else {})
    details = InitErrorDetails(type=kind, loc=("x",), input="given", ctx=context)
    error = ValidationError.from_exception_data("Config", [details])
    ((_, told),) = complaints(error, {"x": "given"}, Plane)
    assert told[:1].islower() and "Input" not in told
    verbs = r"be|not|is|are|does|has|should|must|path|unable|invalid|got|error|cannot"
    assert not re.match(rf"expected ({verbs})\b", told, re.IGNORECASE), told
    assert told.count(" should ") < 2
