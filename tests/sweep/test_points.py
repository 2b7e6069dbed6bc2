"""Tests of convlab.sweep.points and checking: every combination, each checked before any runs."""

from pathlib import Path
from typing import Any

import pytest

from convlab.config import ConfigError, Override
from convlab.config.overrides import several
from convlab.errors import UsageError
from convlab.sweep import checking
from convlab.sweep.points import named, points, swept


@pytest.mark.parametrize(
    ("text", "values", "texts"),
    [
        ("lr=0.1,1e-2", [0.1, 0.01], ["0.1", "1e-2"]),
        ("kernel=[[0,1]],[[1,0]]", [[[0, 1]], [[1, 0]]], ["[[0,1]]", "[[1,0]]"]),
        ("name='a, b',c d", ["a, b", "c d"], ["a, b", "c d"]),
        ("data=mnist:/a=b,x", ["mnist:/a=b", "x"], ["mnist:/a=b", "x"]),
        ("one=null", [None], ["null"]),
        ("training={lr: 1, steps: 2},{lr: 3}", [{"lr": 1, "steps": 2}, {"lr": 3}], None),
    ],
)
def test_values_stand_between_commas_as_in_a_list_of_yaml(
    text: str, values: list[Any], texts: list[str] | None
) -> None:
    found = several(text)
    assert [each.value for each in found] == values
    assert texts is None or [each.text for each in found] == texts
    assert {each.key for each in found} == {text.partition("=")[0]}


@pytest.mark.parametrize("text", ["lr", "=1", "lr=", "lr=1]", "lr=1], [2", "lr=1,,2", "lr=\udc80"])
def test_what_is_no_list_of_values_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        several(text)


def test_the_last_key_varies_fastest() -> None:
    found = points(swept(["a=1,2", "b.c=x,y"], {}, ()))
    assert [named(point) for point in found] == [
        "a=1, b.c=x",
        "a=1, b.c=y",
        "a=2, b.c=x",
        "a=2, b.c=y",
    ]


def test_what_is_typed_has_the_last_word_over_the_file() -> None:
    block = {"a": [1, 2], "b": [3, 4], "c.d": [5]}
    values = swept(["b=9"], block, [Override("c", {})])
    assert {key: [each.value for each in of] for key, of in values.items()} == {
        "a": [1, 2],
        "b": [9],
    }


@pytest.mark.parametrize(
    ("over", "fixed"),
    [
        (["a=1", "a=2"], []),
        (["a=1", "a.b=2"], []),
        (["a=1"], [Override("a", 2)]),
        (["a.b=1"], [Override("a", {})]),
        ([], []),
    ],
)
def test_two_settings_of_one_key_or_none_at_all_are_refused(
    over: list[str], fixed: list[Override]
) -> None:
    with pytest.raises(UsageError):
        swept(over, {}, fixed)


MINE = '''"""Is it?"""
from pydantic import BaseModel, Field
from convlab.measure import Measurements

class Config(BaseModel):
    size: int = Field(1, gt=0)
    name: str = "a"
    flag: bool = False

def measure(config, workbench):
    return Measurements()

CLAIMS = ()
'''


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE)
    Path("mine.yaml").write_text("experiment: ./mine.py\n")


def planned(*over: str, fixed: tuple[Override, ...] = ()) -> list[tuple[int, str]]:
    _, plans = checking.planned("mine.yaml", over, fixed, quick=False)
    settings = [plan.settings.model_dump() for plan in plans]
    return [(each["size"], each["name"]) for each in settings]


def test_every_point_has_its_plan() -> None:
    assert planned("size=1,2", "name=x,3") == [(1, "x"), (1, "3"), (2, "x"), (2, "3")]


def test_all_problems_are_told_at_once_with_the_points_that_have_them() -> None:
    with pytest.raises(ConfigError) as error:
        planned("size=1,-1,x", "flag=true,2")
    told = [str(problem) for problem in error.value.problems]
    assert len(told) == 3
    assert "`flag`" in told[0] and "(at size=1, flag=2 and 2 more points)" in told[0]
    assert "-1 (at size=-1, flag=true and 1 more point)" in told[1]


def test_what_is_wrong_at_every_point_is_told_as_of_a_run() -> None:
    with pytest.raises(ConfigError, match=r"`siz`: unknown key; did you mean `size`\?$"):
        planned("siz=1,2")


def test_two_points_of_the_same_settings_are_refused() -> None:
    with pytest.raises(UsageError, match=r"size=1 and size=0x1 are the same run"):
        planned("size=1,2,0x1")


def test_two_points_that_write_one_file_are_refused() -> None:
    Path("mine.py").write_text(
        MINE.replace("pydantic", "pathlib import Path\nfrom pydantic", 1).replace(
            "    flag",
            "    to: Path | None = Field(None, json_schema_extra={'condition': False})\n    flag",
        )
    )
    with pytest.raises(UsageError, match=r"size=1 and size=2 would write one file, x\.png"):
        planned("size=1,2", fixed=(Override("to", "x.png"),))
    assert len(planned("size=1,2")) == 2


def test_a_problem_of_the_files_own_sweep_names_its_line() -> None:
    Path("mine.yaml").write_text("experiment: ./mine.py\nsweep:\n  name: [a]\n  size: [1, -1]\n")
    with pytest.raises(ConfigError, match=r"^mine.yaml:4: `size`: .*-1 \(at name=a, size=-1\)$"):
        planned()


@pytest.mark.parametrize("block", ["3", "{size: 3}", "{size: []}", "{a: {b: 1}}"])
def test_a_sweep_is_a_mapping_of_lists(block: str) -> None:
    Path("mine.yaml").write_text(f"experiment: ./mine.py\nsweep: {block}\n")
    with pytest.raises(ConfigError, match=r"mine\.yaml:2: `sweep"):
        planned("size=1,2")
