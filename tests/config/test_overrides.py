"""Tests of what convlab.config reads from a command line."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from convlab import lab, settings
from convlab.config import ConfigError, Document, Override, assignment, build
from convlab.config.keys import new_keys
from convlab.lab import catalogue

EMPTY = Document(Path("x.yaml"), "edge", {}, {}, {(): 1})


class Padding(StrEnum):
    ZEROS = "zeros"
    CIRCULAR = "circular"


class Training(BaseModel):
    steps: int = 100


class Config(BaseModel):
    seeds: int = 8
    low: float = 0.0
    high: float = 1.0
    models: tuple[Literal["cnn", "mlp"], ...] = ("cnn",)
    padding: Padding = Padding.ZEROS
    image: Path | None = Path("here.png")
    note: str = ""
    training: Training = Training()


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("seeds=3", "seeds", 3),
        ("low=-1e-3", "low", -0.001),
        ("low=-.inf", "low", -math.inf),
        ("high=3", "high", 3.0),
        ("models=[cnn,mlp]", "models", ("cnn", "mlp")),
        ("training={steps: 3}", "training", Training(steps=3)),
        ("padding=circular", "padding", Padding.CIRCULAR),
        ("image=a=b: [", "image", Path("a=b: [")),
        ("image=007", "image", Path("007")),
        ("image=null", "image", None),
        ("note=007", "note", "007"),
        ("note=mnist:/x", "note", "mnist:/x"),
        ("note=*a: 'b", "note", "*a: 'b"),
        ("note=", "note", ""),
    ],
)
def test_an_override_is_split_once_and_read_for_its_field(
    text: str, key: str, value: object
) -> None:
    built = build(Config, EMPTY, [assignment(text)], quick=False)
    assert getattr(built, key) == value
    assert type(getattr(built, key)) is type(value) or isinstance(value, Path)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_is_kept_as_it_was_typed(text: str) -> None:
    assert build(Config, EMPTY, [assignment(f"note={text}")], quick=False).note == text


@given(st.floats(allow_nan=False), st.integers())
def test_numbers_survive_as_python_writes_them(low: float, whole: int) -> None:
    assert assignment(f"low={str(low).replace('inf', '.inf')}").value == low
    assert assignment(f"low={whole}") == Override("low", whole, str(whole))


@pytest.mark.parametrize("text", ["seeds", "=3", ""])
def test_an_override_without_a_key_or_a_value_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"command line: '.*' is no setting; write key=value"):
        assignment(text)


class Trained(BaseModel):
    training: settings.Training = settings.Training()
    lr_seeds: int = Field(3, json_schema_extra={settings.FORMERLY: "rate_seeds"})


@pytest.mark.parametrize(
    ("old", "new"), [("training.rate", "training.lr"), ("rate_seeds", "lr_seeds")]
)
def test_an_old_key_is_refused_with_the_new_one(old: str, new: str) -> None:
    with pytest.raises(ConfigError) as raised:
        build(Trained, EMPTY, [assignment(f"{old}=2")], quick=False)
    assert str(raised.value) == f"command line: `{old}`: is called `{new}` now; write that"


def test_every_renamed_key_of_the_shipped_configs_knows_its_old_name() -> None:
    new: dict[str, str] = {}
    for config in catalogue.configs():
        new |= new_keys(type(lab.plan(config).settings))
    assert new == {
        "training.rate": "training.lr",
        "all_rows.rate": "all_rows.lr",
        "of_digits.rate": "of_digits.lr",
        "rate_seeds": "lr_seeds",
        "rate_factors": "lr_factors",
    }


class Inner(BaseModel):
    outer: Outer | None = None
    lr: float = Field(1.0, json_schema_extra={settings.FORMERLY: "rate"})


class Outer(BaseModel):
    inner: Inner | None = None
    arms: tuple[Inner, ...] = ()
    named: dict[str, Inner] = {}


Inner.model_rebuild()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("inner={rate: 2}", "`inner.rate`: is called `inner.lr` now; write that"),
        ("arms=[{lr: 1}, {rate: 2}]", "`arms.1.rate`: is called `arms.1.lr` now; write that"),
        ("named={x: {rate: 2}}", "`named.x.rate`: is called `named.x.lr` now; write that"),
        ("inner={outer: {inner: {zzz: 2}}}", "`inner.outer.inner.zzz`: unknown key"),
    ],
)
def test_old_keys_are_named_wherever_they_stand(given: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        build(Outer, EMPTY, [assignment(given)], quick=False)
    assert message in str(raised.value)


def test_a_key_that_is_wrong_in_both_versions_is_said_at_both_lines() -> None:
    lines: dict[tuple[str | int, ...], int] = {
        (): 1,
        ("seedz",): 2,
        ("quick",): 3,
        ("quick", "seedz"): 3,
    }
    document = Document(Path("x.yaml"), "edge", {"seedz": 1}, {"seedz": 2}, lines)
    with pytest.raises(ConfigError) as raised:
        build(Config, document, quick=False)
    assert [problem.line for problem in raised.value.problems] == [2, 3]
