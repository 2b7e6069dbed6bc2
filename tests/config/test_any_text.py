"""Tests of convlab.config on any text: it is settings, or one ConfigError with file and line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, FilePath

from convlab.config import ConfigError, assignment, build, read

ANY = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | ANY | st.sampled_from(["cnn", "a"])
)
# YAML ends a key after 1,024 characters, JSON's escapes included.
KEYS = ANY.filter(lambda text: len(text) < 80) | st.sampled_from(
    ["seeds", "training", "steps", "quick", "kind", "limits", "a.b", "x"]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
WORDS = (
    "seeds",
    "training",
    "quick",
    "steps",
    "kind",
    "a.b",
    "3",
    "1e999",
    ".nan",
    "0xfff",
    "null",
)
SYNTAX = ("&a ", "*a", "!!int ", "!x ", "!!binary ", "---", "...", "? ", ": ", "- ", "  ")
SIGNS = "[]{},:-?|>'\"~=<@`%#é\n\t\x85\ufeff\u2028\x1b"
ESCAPES = (r"\ud83d", r"\ud83d\ude00", r"\U99999999")
SCRAPS = st.lists(st.sampled_from([*WORDS, *SYNTAX, *SIGNS, *ESCAPES]), max_size=25).map("".join)
PROBLEM = re.compile(r"any\.yaml:\d+: |any\.yaml: ")


class Color(StrEnum):
    RED = "red"


class Square(BaseModel):
    kind: Literal["square"] = "square"
    side: int = 3


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"
    radius: Annotated[float, Field(gt=0)] = 1


class Training(BaseModel):
    model_config = ConfigDict(extra="forbid")
    steps: int = Field(100, ge=1)
    shape: Annotated[Square | Circle, Field(discriminator="kind")] = Square()


class Config(BaseModel):
    model_config = ConfigDict(extra="forbid")
    seeds: int = 8
    training: Training = Training(steps=7)
    kind: Square | Circle | None = None
    limits: dict[str, float] = {"a": 1}
    numbers: dict[int, int] = {}
    x: tuple[float, str] | Color | Literal["cnn"] = "cnn"
    steps: list[Training] = []
    file: FilePath | None = None
    inner: Config | None = None


def tried(path: Path, *typed: str) -> None:
    """Read and build; whatever is wrong is one line per problem, each with its place."""
    try:
        document = read(path)
        for quick in (False, True):
            build(Config, document, [assignment(each) for each in typed], quick=quick)
    except ConfigError as error:
        lines = str(error).splitlines()
        assert len(lines) == len(error.problems) > 0
        for line in lines:
            assert PROBLEM.search(line) or line.startswith("command line: "), line
            line.encode()


FUZZ = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "any.yaml"


@FUZZ
@given(
    text=ANY | SCRAPS, head=st.sampled_from(["", "experiment: edge\n", "experiment: edge\nx: "])
)
@example(text=r'"\U99999999"', head="experiment: edge\nx: ")
@example(text=r'"\ud83d": 3', head="experiment: edge\n")
@example(text="seeds: 0x" + "f" * 5000, head="experiment: edge\n")
@example(text="%YAML " + "9" * 5000 + ".1\n---\n", head="")
@example(text="training: [", head="experiment: edge\n")
def test_any_text_is_settings_or_an_error_with_its_line(path: Path, text: str, head: str) -> None:
    path.write_text(head + text, encoding="utf-8")
    tried(path)


@FUZZ
@given(data=st.binary())
def test_any_bytes_are_settings_or_an_error(path: Path, data: bytes) -> None:
    path.write_bytes(b"experiment: edge\n" + data)
    tried(path)


@FUZZ
@given(tree=st.dictionaries(KEYS, TREES, max_size=5), as_json=st.booleans())
def test_any_tree_is_settings_or_an_error_with_its_line(
    path: Path, tree: dict[str, Any], as_json: bool
) -> None:
    write: Callable[[Any], str] = json.dumps if as_json else yaml.safe_dump
    path.write_text(write({"experiment": "edge", **tree}), encoding="utf-8")
    tried(path)


@FUZZ
@given(words=st.lists(st.tuples(KEYS, ANY | SCRAPS).map("=".join) | ANY, max_size=3))
def test_any_words_are_overrides_or_an_error(path: Path, words: list[str]) -> None:
    path.write_text("experiment: edge\n")
    tried(path, *words)


@FUZZ
@given(tree=TREES.filter(lambda tree: not re.search("NaN|Infinity", json.dumps(tree))))
def test_json_is_read_as_json(path: Path, tree: Any) -> None:
    """With the keys that were written: below the settings a name in quotes keeps its dots."""
    path.write_text(json.dumps({"experiment": "edge", "x": {"given": tree}}), encoding="utf-8")
    document = read(path)
    assert (document.settings, document.problems) == ({"x": {"given": tree}}, ())
