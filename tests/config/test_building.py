"""Tests of convlab.config."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from convlab.config import ConfigError, Document, assignment, build, read

Write = Callable[[str], Document]


class Padding(StrEnum):
    ZEROS = "zeros"
    CIRCULAR = "circular"


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Training(Strict):
    steps: int = Field(default=100, gt=0)
    lr: float = Field(default=0.1, gt=0, lt=1e6)


class Config(Strict):
    seeds: int = Field(default=8, ge=1)
    models: tuple[Literal["cnn", "mlp"], ...] = ("cnn",)
    size: tuple[int, int] = (8, 8)
    padding: Padding = Padding.ZEROS
    image: Path | None = None
    note: str = ""
    rate: float | Literal["auto"] = "auto"
    shuffle: bool = True
    low: float = 0.0
    high: float = 1.0
    training: Training = Training()

    @field_validator("seeds")
    @classmethod
    def _lucky(cls, seeds: int) -> int:
        if seeds == 13:
            raise ValueError("expected a lucky number")
        return seeds

    @model_validator(mode="after")
    def _ordered(self) -> "Config":
        if self.low >= self.high:
            raise ValueError("low must be below high")
        return self


class Required(Strict):
    image: Path
    seeds: int = 1


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(text: str) -> Document:
        path = tmp_path / "lab.yaml"
        path.write_text(text)
        return read(path)

    return write


def told(document: Document, *overrides: str, quick: bool = False, cls: Any = Config) -> list[str]:
    """The lines of the error, without the folder."""
    with pytest.raises(ConfigError) as caught:
        build(cls, document, [assignment(text) for text in overrides], quick=quick)
    assert len(str(caught.value).splitlines()) == len(caught.value.problems)
    return str(caught.value).replace(f"{document.path.parent}/", "").splitlines()


def test_settings_then_quick_then_overrides(written: Write) -> None:
    document = written(
        "experiment: edge\nseeds: 32\ntraining: {steps: 50, lr: 1e-3}\n"
        "quick: {seeds: 2, training.steps: 5, models: [mlp]}\n"
    )
    assert (document.experiment, document.quick["training"]) == ("edge", {"steps": 5})
    assert document.lines["training", "steps"] == 3
    full, small = (build(Config, document, quick=quick) for quick in (False, True))
    assert (full.seeds, full.training, full.models) == (32, Training(steps=50, lr=1e-3), ("cnn",))
    assert (small.seeds, small.training, small.models) == (2, Training(steps=5, lr=1e-3), ("mlp",))
    last = build(Config, document, [assignment("training.steps=7")], quick=True)
    assert last == small.model_copy(update={"training": Training(steps=7, lr=1e-3)})
    assert build(Config, document, {"training": Training(steps=9)}, quick=True).seeds == 2
    assert build(Config, document, quick=False) == full  # no build has changed the document


def test_a_file_hears_of_all_its_problems_at_once(written: Write) -> None:
    document = written(
        "experiment: edge\nsedes: 3\nseeds: fast\nseeds: 4\ntraining: {steps: -3, stepz: 3}\n"
        "models:\n  - cnn\n  - cmm\nsize: [1]\nrate: atuo\nshuffle: yes\nsteps: 4\nzzz: 1\n"
        "padding: circle\nimage: 3\ntraining.steps: 2\nquick: {training.stesp: 3, seeds: '2'}\n"
    )
    known = ", ".join(Config.model_fields)
    assert told(document) == [
        "lab.yaml:2: `sedes`: unknown key; did you mean `seeds`?",
        "lab.yaml:3: `seeds`: expected an integer, found 'fast'",
        "lab.yaml:4: `seeds`: stands here again, first in line 3; keep one of them",
        "lab.yaml:5: `training.steps`: expected a number greater than 0, found -3",
        "lab.yaml:5: `training.stepz`: unknown key; did you mean `training.steps`?",
        "lab.yaml:8: `models.1`: expected one of cnn, mlp, found 'cmm'; did you mean `cnn`?",
        "lab.yaml:9: `size`: expected an item in each place, found [1]",
        "lab.yaml:10: `rate`: expected a number or auto, found 'atuo'; did you mean `auto`?",
        "lab.yaml:11: `shuffle`: expected true or false, found 'yes'",
        "lab.yaml:12: `steps`: unknown key; did you mean `training.steps`?",
        f"lab.yaml:13: `zzz`: unknown key; known keys: {known}",
        "lab.yaml:14: `padding`: expected one of zeros, circular, found 'circle'; did you mean "
        "`circular`?",
        "lab.yaml:15: `image`: expected text, found 3",
        "lab.yaml:16: `training.steps`: stands here again, first in line 5; keep one of them",
        "lab.yaml:17: `seeds`: expected an integer, found '2'",
        "lab.yaml:17: `training.stesp`: unknown key; did you mean `training.steps`?",
    ]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("seeds='3'", "`seeds`: expected an integer, found '3'"),
        ("seeds=true", "`seeds`: expected an integer, found true"),
        ("seeds=3.0", "`seeds`: expected an integer, found 3.0"),
        ("seeds=", "`seeds`: expected an integer, found nothing"),
        ("seeds=[1", "`seeds`: '[1' is not YAML: while parsing a flow sequence"),
        ("seeds=!!set {a}", "`seeds`: the tag `!!set` means nothing here"),
        ("seeds=13", "`seeds`: expected a lucky number, found 13"),
        ("high=-1", "low must be below high"),
        ("shuffle=1", "`shuffle`: expected true or false, found 1"),
        ("models=cnn", "`models`: expected a list, found 'cnn'"),
        ("size=[1, 2, 3]", "`size`: expected at most 2 items, found [1, 2, 3]"),
        ("training=3", "`training`: expected a mapping, found 3"),
        ("training.lr=1e6", "`training.lr`: expected a number less than 1000000.0, found 1000000"),
        ("training.lr.x=1", "`training.lr`: expected a number, found {'x': 1}"),
        ("quick=true", "`quick`: unknown key"),
        ("training.stepz=1", "`training.stepz`: unknown key; did you mean `training.steps`?"),
    ],
)
def test_an_override_is_as_strict_as_the_file(written: Write, override: str, message: str) -> None:
    (line,) = told(written("experiment: edge\ntraining: {steps: 3}\n"), override)
    assert line.startswith(f"command line: {message}")


def test_a_missing_setting_may_come_from_the_command_line(written: Write) -> None:
    document = written("experiment: edge\nquick: {seeds: 2}\n")
    assert told(document, cls=Required) == ["lab.yaml:1: `image`: missing, and it has no default"]
    assert build(Required, document, {"image": Path("a.png")}, quick=False).image == Path("a.png")


class Square(BaseModel):
    kind: Literal["square"] = "square"
    side: int = 1


class Circle(BaseModel):
    kind: Literal["circle"] = "circle"
    radius: int


class Shapes(BaseModel):
    shape: Square | Circle = Field(Square(), discriminator="kind")
    circle: Circle | None = None


@pytest.mark.parametrize(
    ("text", "override", "place"),
    [
        ("", "shape.radius=3", "command line: `shape.kind`: missing; it says"),
        ("shape: {radius: 2}", "", "lab.yaml:2: `shape.kind`: missing; it says"),
        ("", "shape.kind=circle", "command line: `shape.radius`: missing, and"),
        ("", "circle={}", "command line: `circle.radius`: missing, and"),
        ("circle: {}", "", "lab.yaml:2: `circle.radius`: missing, and"),
        ("circle: {}", "shape.side=3", "lab.yaml:2: `circle.radius`: missing, and"),
    ],
)
def test_what_a_block_lacks_is_told_where_the_block_is(
    written: Write, text: str, override: str, place: str
) -> None:
    document = written(f"experiment: edge\n{text}\n")
    (line,) = told(document, *filter(None, [override]), cls=Shapes)
    assert line.startswith(place)


def test_the_small_version_is_checked_in_either_case(written: Write) -> None:
    document = written("experiment: edge\nlow: 0.5\nquick:\n  high: 0.2\n")
    assert told(document) == told(document, quick=True) == ["lab.yaml:3: low must be below high"]
    assert build(Config, document, {"seeds": 3}, quick=False).high == 1
    typo = written("experiment: edge\nquick:\n  hihg: 0.2\n")
    assert told(typo, "seeds=3") == ["lab.yaml:3: `hihg`: unknown key; did you mean `high`?"]


def test_an_error_survives_a_pickle() -> None:
    with pytest.raises(ConfigError) as caught:
        assignment("seeds")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.problems == caught.value.problems
    assert str(copy) == str(caught.value)


def test_config_imports_no_heavy_library() -> None:
    program = "import sys, convlab.config; print({'torch', 'numpy', 'sklearn'} & set(sys.modules))"
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()", done.stderr


def test_an_unknown_key_is_refused_by_a_model_that_would_let_it_pass(tmp_path: Path) -> None:
    class Careless(BaseModel):
        seeds: int = 1

    path = tmp_path / "careless.yaml"
    path.write_text("experiment: mine\nseedz: 3\n")
    with pytest.raises(ConfigError, match=r"`seedz`: unknown key; did you mean `seeds`"):
        build(Careless, read(path), quick=False)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("seeds: 3\n\ntrainig.steps: 5\ntrainig.lr: 1", "lab.yaml:4: `trainig`: unknown key"),
        ("training:\n  shape.side: 5", "lab.yaml:3: `training.shape`: unknown key"),
        ("seeds: 3\nquick:\n  trainig.steps: 5", "lab.yaml:4: `trainig`: unknown key"),
        ("seeds: 3\ntraining.steps.x: 5", "lab.yaml:3: `training.steps`: expected an integer"),
    ],
)
def test_a_problem_of_a_block_is_told_where_the_block_begins(
    written: Write, text: str, line: str
) -> None:
    (told_line,) = told(written(f"experiment: edge\n{text}\n"))
    assert told_line.startswith(line)
