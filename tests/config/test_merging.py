"""Tests of convlab.config.merging: a key given changes that key, the rest keeps its default."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from convlab.config import ConfigError, Document, Override, assignment, build

STRICT = ConfigDict(frozen=True, extra="forbid")
Tree = dict[str, Any]


class Schedule(BaseModel):
    model_config = STRICT
    name: Literal["constant", "cosine"] = "constant"
    last: float = 0.5
    warm: int | None = None


class Training(BaseModel):
    model_config = STRICT
    steps: int = 500
    lr: float = 0.01
    schedule: Schedule = Schedule(last=0.25)
    sizes: tuple[int, ...] = (3,)


class Config(BaseModel):
    """Nothing in it has the default that its own class would give it."""

    model_config = STRICT
    seeds: int = 8
    training: Training = Training(steps=200, schedule=Schedule(name="cosine", warm=3))
    made: Training = Field(default_factory=lambda: Training(lr=0.5, sizes=(1, 2)))
    perhaps: Training | None = Training(steps=7)
    limits: dict[str, float] = {"low": 1.0, "high": 2.0}
    arms: dict[str, Training] = {"a": Training(steps=1), "b": Training(steps=2)}
    several: tuple[Training, ...] = (Training(steps=9),)


def laid(over: Tree, below: Tree) -> Tree:
    """The recursive merge that a reader expects."""
    merged = dict(below)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = (
            laid(value, old) if isinstance(value, dict) and isinstance(old, dict) else value
        )
    return merged


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Tree]:
    return st.fixed_dictionaries({}, optional=fields)


NUMBERS = st.integers(1, 99)
SCHEDULES = some(
    name=st.sampled_from(["constant", "cosine"]), last=st.floats(0, 1), warm=NUMBERS | st.none()
)
TRAININGS = some(
    steps=NUMBERS, lr=st.floats(0, 1), schedule=SCHEDULES, sizes=st.lists(NUMBERS, max_size=3)
)
NAMES = st.sampled_from(["a", "b", "low", "high", "new.one"])
GIVEN = some(
    seeds=NUMBERS,
    training=TRAININGS,
    made=TRAININGS,
    perhaps=TRAININGS,
    limits=st.dictionaries(NAMES, st.floats(0, 1), max_size=3),
    arms=st.dictionaries(st.sampled_from("ab"), TRAININGS),
    several=st.lists(TRAININGS.map(lambda t: laid(t, Training().model_dump())), max_size=2),
)


def document(file: Tree, quick: Tree | None = None) -> Document:
    return Document(Path("x.yaml"), "edge", file, quick or {}, {(): 1})


def flat(tree: Tree, key: str = "") -> list[Override]:
    """As overrides with dotted keys; a name that has dots itself stays within its mapping."""
    if not tree or any("." in name for name in tree):
        return [Override(key, tree)] if key else []
    pairs = [
        flat(v, f"{key}{k}.") if isinstance(v, dict) else [Override(f"{key}{k}", v)]
        for k, v in tree.items()
    ]
    return [Override(each.key.rstrip("."), each.value) for several in pairs for each in several]


@settings(max_examples=300, deadline=None)
@given(GIVEN, GIVEN, GIVEN, st.booleans(), st.booleans())
def test_it_is_the_recursive_merge_of_the_keys_given(
    file: Tree, small: Tree, typed: Tree, quick: bool, dotted: bool
) -> None:
    expected = Config().model_dump()
    for layer in (file, small if quick else {}, typed):
        expected = laid(layer, expected)
    overrides = flat(typed) if dotted else typed
    built = build(Config, document(file, small), overrides, quick=quick)
    assert built == Config.model_validate(expected)


def of(text: str, model: type[BaseModel] = Config) -> Any:
    return build(
        model, document({}), [assignment(each) for each in text.split(" & ")], quick=False
    )


def test_the_example_of_the_readme() -> None:
    assert of("training.lr=0.02").training.steps == 200
    assert of("training.schedule.last=0.1").training.schedule.warm == 3
    assert of("made.steps=3").made == Training(steps=3, lr=0.5, sizes=(1, 2))
    assert of("arms.a.lr=0.3").arms == Config().arms | {"a": Training(steps=1, lr=0.3)}
    assert of("arms.c.lr=0.3").arms["c"] == Training(lr=0.3)


def test_a_list_is_replaced_whole_and_its_items_are_complete() -> None:
    assert of("several=[]").several == ()
    schedule = Schedule(name="cosine", last=0.25)
    several = of("several=[{schedule: {name: cosine}}, {}]").several
    assert several == (Training(schedule=schedule), Training())


def test_nothing_given_in_a_block_keeps_it_and_none_takes_it_away() -> None:
    assert of("perhaps={}").perhaps == Training(steps=7)
    assert of("perhaps=null").perhaps is None
    assert of("perhaps=null & perhaps.lr=0.3").perhaps == Training(steps=7, lr=0.3)
    with pytest.raises(ConfigError, match="`training`: expected a mapping, found nothing"):
        of("training=null")


def test_a_model_given_from_python_is_given_whole() -> None:
    built = build(
        Config, document({"training": {"lr": 0.7}}), {"training": Training(steps=9)}, quick=False
    )
    assert built.training == Training(steps=9)
    overrides = [("training", Training(steps=9)), ("training.lr", 0.3)]
    assert build(Config, document({}), overrides, quick=False).training == Training(
        steps=9, lr=0.3
    )
    mine = {"steps": 9}
    build(Config, document({}), [("training", mine), ("training.lr", 0.3)], quick=False)
    assert mine == {"steps": 9}  # what was handed over has not changed


class Square(BaseModel):
    model_config = STRICT
    kind: Literal["square"] = "square"
    side: int = 1
    angle: int = 0


class Circle(BaseModel):
    model_config = STRICT
    kind: Literal["circle"] = "circle"
    radius: int = 1
    angle: int = 90


class Narrow(BaseModel):
    model_config = STRICT
    side: int = 1


class Wide(BaseModel):
    model_config = STRICT
    side: int = 2
    width: int = 3


class Shapes(BaseModel):
    model_config = STRICT
    tagged: Annotated[Square | Circle, Field(discriminator="kind")] = Square(side=5, angle=45)
    plain: Square | Circle | None = Circle(radius=6, angle=60)
    alike: Narrow | Wide = Narrow(side=7)
    loose: Narrow | dict[str, int] = Narrow(side=7)
    many: dict[str, Square | Circle] = {"a": Square(side=5)}


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("tagged.side=2", "tagged", Square(side=2, angle=45)),
        ("tagged.kind=square", "tagged", Square(side=5, angle=45)),
        ("tagged.kind=circle", "tagged", Circle()),
        ("tagged={kind: circle, radius: 2}", "tagged", Circle(radius=2)),
        ("tagged.kind=circle & tagged.radius=2", "tagged", Circle(radius=2)),
        ("plain.radius=2", "plain", Circle(radius=2, angle=60)),
        ("plain.angle=2", "plain", Circle(radius=6, angle=2)),
        ("plain.side=2", "plain", Square(side=2)),
        ("plain.kind=square", "plain", Square()),
        ("plain=null", "plain", None),
        ("alike.width=2", "alike", Wide(width=2)),
        ("alike.side=2", "alike", Narrow(side=2)),
        ("loose.other=2", "loose", {"other": 2}),
        ("loose.side=2", "loose", Narrow(side=2)),
        ("many.a.angle=2", "many", {"a": Square(side=5, angle=2)}),
        ("many.a.radius=2", "many", {"a": Circle(radius=2)}),
        ("many.b.radius=2", "many", {"a": Square(side=5), "b": Circle(radius=2)}),
    ],
)
def test_another_kind_has_nothing_of_the_one_that_stood_there(
    text: str, key: str, expected: object
) -> None:
    assert getattr(of(text, Shapes), key) == expected


def test_a_later_layer_may_change_the_kind() -> None:
    file = document({"tagged": {"kind": "circle", "angle": 8}}, {"tagged": {"kind": "square"}})
    assert build(Shapes, file, quick=False).tagged == Circle(angle=8)
    assert build(Shapes, file, quick=True).tagged == Square(side=5, angle=45)
    last = build(Shapes, file, [assignment("tagged.side=2")], quick=True)
    assert last.tagged == Square(side=2, angle=45)


class Odd(BaseModel):
    """Fields whose defaults no field would accept, or that follow from others."""

    seeds: int = 8
    missing: int = None  # type: ignore[assignment]
    derived: int = Field(default_factory=lambda data: data["seeds"] * 10)


class Outer(BaseModel):
    seeds: int = 8
    odd: Odd = Odd(seeds=3)
    derived: Training = Field(default_factory=lambda data: Training(steps=data["seeds"] * 10))
    needed: Training
    root: RootModel[dict[str, int]] = RootModel[dict[str, int]]({"a": 1, "b": 2})


def test_a_default_may_follow_from_other_fields() -> None:
    built = of("needed.lr=0.2 & odd.seeds=4 & derived.lr=0.2 & seeds=5 & root.a=3", Outer)
    assert built.odd.model_dump() == {"seeds": 4, "missing": None, "derived": 40}
    assert built.derived == Training(steps=50, lr=0.2)
    assert built.needed == Training(lr=0.2)
    assert built.root.root == {"a": 3, "b": 2}


class Named(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    learning_rate: float = Field(0.1, alias="lr")
    steps: int = 3


@dataclass
class Data:
    images: int = 10
    sizes: Schedule = field(default_factory=lambda: Schedule(last=0.75))


class Emptied(BaseModel):
    training: Held = Field(default_factory=lambda: Held(limits={}, inner=None))


class Held(BaseModel):
    limits: dict[str, int] = {"a": 1}
    inner: Schedule | None = Schedule(warm=3)


def test_what_the_field_leaves_out_is_left_out() -> None:
    built = of("training.limits.b=2 & training.inner.last=0.1", Emptied).training
    assert built == Held(limits={"b": 2}, inner=Schedule(last=0.1))


class Others(BaseModel):
    named: Named = Named(lr=0.5, steps=4)
    data: Data = field(default_factory=lambda: Data(images=20))
    maybe: Data | None = None


def test_other_ways_to_hold_keys_are_held_to_the_rule() -> None:
    assert of("named.steps=5", Others).named == Named(lr=0.5, steps=5)
    assert of("named.lr=0.2", Others).named == Named(lr=0.2, steps=4)
    assert of("maybe.sizes.warm=1", Others).maybe == Data(sizes=Schedule(last=0.75, warm=1))


class Range(BaseModel):
    model_config = STRICT
    low: int = 0
    high: int = 1

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class Ranged(BaseModel):
    range: Range = Range(low=10, high=20)


def test_a_validator_sees_the_siblings_that_were_not_given() -> None:
    assert of("range.low=15", Ranged).range == Range(low=15, high=20)
    with pytest.raises(ConfigError, match="low must be below high"):
        of("range.low=25", Ranged)
