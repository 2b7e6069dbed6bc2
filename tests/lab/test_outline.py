"""Tests of convlab.lab.outline."""

import subprocess
import sys
from collections.abc import Callable
from math import pi, tau
from pathlib import Path
from textwrap import dedent

import pytest

from convlab.lab.outline import OutlineError, docstring, outline, question

Write = Callable[[str], Path]

EXPERIMENT = '''
"""Does a bias shift the output?

It does.
"""

from __future__ import annotations

import math, torch
from dataclasses import dataclass
from torch import Tensor, nn
from pydantic import BaseModel, ConfigDict, Field, field_validator

LOW, HIGH = 1, 64
TABLE = {"odd": (3, 5)}
FROZEN = ConfigDict(frozen=True, extra="forbid")


class Config(BaseModel):
    model_config = FROZEN
    seeds: int = Field(default=8, ge=LOW, le=HIGH)
    training: Training = Field(default_factory=lambda: Training())
    width: int = 3

    @field_validator("width")
    @classmethod
    def _width(cls, width: int) -> int:
        return checked(width)


class Training(BaseModel):
    model_config = FROZEN
    steps: int = 20


def checked(width: int) -> int:
    if width not in TABLE["odd"]:
        raise ValueError("width is odd")
    return math.isqrt(width * width)


class Net(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x + 1


@dataclass(frozen=True)
class Claim:
    sentence: str
    check: object


BIAS = torch.zeros(1)


def measure(config: Config) -> Tensor:
    return Net()(BIAS)


CLAIMS = (Claim("it shifts", lambda numbers: max(numbers) < HIGH),)
CLAIMS += (Claim("it scales", lambda numbers: False),)
'''


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "experiment.py"
        path.write_text(dedent(text).lstrip())
        return path

    return write


def test_a_config_is_at_hand_without_torch(written: Write) -> None:
    path = written(EXPERIMENT)
    program = f"""
    import sys
    from pathlib import Path
    from convlab.lab.outline import outline, question

    path = Path({str(path)!r})
    assert question(path) == "Does a bias shift the output?"
    found = outline(path, "Config", "CLAIMS")
    config = found["Config"](width=5, training={{"steps": 3}})
    assert (config.seeds, config.width, config.training.steps) == (8, 5, 3)
    for wrong in ({{"seeds": 65}}, {{"width": 4}}, {{"sedes": 1}}):
        try:
            found["Config"](**wrong)
        except ValueError:
            continue
        raise SystemExit(f"{{wrong}} passed")
    first, second = found["CLAIMS"]
    assert first.check([63]) and not first.check([64]) and not second.check([])
    assert not {{"torch", "sklearn", "matplotlib"}} & set(sys.modules)
    """
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", dedent(program)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_only_what_a_name_needs_is_executed(written: Write) -> None:
    path = written("""
        import sys, nowhere_to_be_found
        from math import tau as turn, not_there
        raised = 1 / 0
        half = turn / 2
        def area(radius): return half * radius ** 2
        class Unused(undefined): pass
        CLAIMS = [area(1)]
        CLAIMS += [2]
        """)
    (first, second) = outline(path, "CLAIMS")["CLAIMS"]
    assert (round(first, 4), second) == (3.1416, 2)


@pytest.mark.parametrize(
    "change",
    [
        "CLAIMS.append(2)",
        "CLAIMS[len(CLAIMS):] = [2]",
        "if True: CLAIMS = [1, 2]",
        "for two in (2,): CLAIMS.append(two)",
        "def add(function): CLAIMS.append(function())\n@add\ndef two(): return 2",
        "def add():\n    CLAIMS.append(2)\nadd()",
        "from operator import *\nCLAIMS = concat(CLAIMS, [2])",
        "try: from none import CLAIMS\nexcept ImportError: CLAIMS.append(2)",
        "CLAIMS, _ = [1, 2], 3",
        "_ = CLAIMS.append(2)",
        "_: object = CLAIMS.append(2)",
        "_ = [CLAIMS.append(two) for two in [2]]",
        "def f(x=CLAIMS.append(2)): pass",
        "class C: x = CLAIMS.append(2)",
        "class C: pass\nC.x: int = CLAIMS.append(2)",
        "import os.path\nCLAIMS = [1, len(os.path.sep) + 1]",
        "_ = [CLAIMS := [1, 2]]",
        "def add():\n    global CLAIMS\n    CLAIMS = [1, 2]\n_ = add()",
        "import sys\n_ = setattr(sys.modules[__name__], 'CLAIMS', [1, 2])",
        "_ = globals().update(CLAIMS=[1, 2])",
        "_ = exec('CLAIMS = [1, 2]')",
        "_ = list.append(CLAIMS, 2)",
        "import operator\n_ = operator.iadd(CLAIMS, [2])",
        "alias = CLAIMS\nalias += [2]",
        "alias = CLAIMS\n_ = alias.append(2)",
        "from functools import partial\nadd = partial(CLAIMS.append)\n_ = add(2)",
        "add = lambda: CLAIMS.append(2)\n_ = add()",
        "def add(x): CLAIMS.append(x)\n_ = list(map(add, [2]))",
        "def add():\n    yield CLAIMS.append(2)\na, *b = add()",
        "class M(type):\n    def __init__(cls, *_): CLAIMS.append(2)\nclass C(metaclass=M): pass",
        "class B:\n    def __init_subclass__(cls): CLAIMS.append(2)\nclass C(B): pass",
        "class D:\n    def __set_name__(self, *_): CLAIMS.append(2)\nclass C:\n    x = D()",
        "class K:\n    def __add__(self, x): CLAIMS.append(2)\nk = K() + 1",
        "class K:\n    @property\n    def p(self): CLAIMS.append(2)\nk = K().p",
    ],
)
def test_whatever_changes_a_name_is_executed(written: Write, change: str) -> None:
    assert outline(written(f"CLAIMS = [1]\n{change}"), "CLAIMS")["CLAIMS"] == [1, 2]


def test_an_error_is_told_where_it_is(written: Write, tmp_path: Path) -> None:
    (tmp_path / "h.py").write_text("\nx = (")
    with pytest.raises(OutlineError, match=r"h\.py:2: .*never closed"):
        outline(written("from .h import x\nConfig = x"), "Config")
    deep = "def a(): return 1 / 0\n\ndef b(): return a()\n\nConfig = b()"
    with pytest.raises(OutlineError, match=r"experiment\.py:1: ZeroDivisionError"):
        outline(written(deep), "Config")
    with pytest.raises(OutlineError, match=r"is no Python: .*too deeply"):
        outline(written(f"Config = {'-' * 100_000}1"), "Config")


def test_a_file_may_have_dots_in_its_name(written: Write) -> None:
    path = written("from .h import x\nclass Config: x = x")
    (path.parent / "h.py").write_text("x = 3")
    dotted = path.rename(path.parent / "mine.v2.py")
    assert outline(dotted, "Config")["Config"].x == 3


def test_what_lies_beside_the_file_can_be_imported(written: Write, tmp_path: Path) -> None:
    (tmp_path / "_sizes.py").write_text("from .deeper import TWO\nONE = 1\n")
    (tmp_path / "deeper.py").write_text("TWO = 2\n")
    path = written(
        "from ._sizes import ONE, TWO\nfrom . import deeper\nCLAIMS = ONE, deeper.TWO, TWO"
    )
    assert outline(path, "CLAIMS")["CLAIMS"] == (1, 2, 2)
    (tmp_path / "deeper.py").write_text("TWO = 'two'\n")  # an edited file is read again
    assert outline(path, "CLAIMS")["CLAIMS"] == (1, "two", "two")


def test_two_outlines_share_nothing(written: Write) -> None:
    path = written("seen = []\nseen.append(1)\nclass Config: all = seen")
    first, second = (outline(path, "Config")["Config"] for _ in range(2))
    assert first is not second
    assert first.all == second.all == [1]
    assert first.__module__ != second.__module__


def test_a_name_is_found_whatever_was_asked_for_before(written: Write) -> None:
    path = written('"""Why?"""\nfrom math import pi, tau\nConfig = pi\nCLAIMS = tau\n')
    assert [outline(path, name)[name] for name in ("Config", "CLAIMS", "Config")] == [pi, tau, pi]


def test_a_file_that_was_changed_is_read_anew(written: Write) -> None:
    assert outline(written('"""Why?"""\nConfig = 1\n'), "Config") == {"Config": 1}
    assert outline(written('"""Why?"""\nConfig = 2\n'), "Config") == {"Config": 2}


def test_a_failure_leaves_no_module_behind(written: Write) -> None:
    before = set(sys.modules)
    with pytest.raises(OutlineError):
        outline(written("Config = 1 / 0"), "Config")
    assert set(sys.modules) == before


def test_a_model_may_name_one_that_stands_below_it(written: Write) -> None:
    path = written("""
        from __future__ import annotations
        from pydantic import BaseModel
        class Config(BaseModel):
            training: Training
        class Training(BaseModel):
            steps: int
        """)
    config = outline(path, "Config")["Config"](training={"steps": 3})
    assert config.training.steps == 3


@pytest.mark.parametrize(
    "annotation",
    [
        '"Training"',
        '"Training | None"',
        'list["Training"]',
        'Annotated["Training", "it is no"]',
        'Annotated[Training | Literal["torch"], Field(description="nowhere")]',
    ],
)
@pytest.mark.parametrize("first", ["Config", "Training"])
def test_an_annotation_may_stand_in_quotes(written: Write, annotation: str, first: str) -> None:
    config = f"class Config(BaseModel):\n    training: {annotation} = None\n"
    training = "class Training(BaseModel):\n    steps: 'Steps'\n"
    below = (
        training + config
        if first == "Training" or annotation.endswith(")]")
        else config + training
    )
    path = written(
        "from typing import Annotated, Literal\nimport torch, nowhere\n"
        f"from pydantic import BaseModel, Field\n{below}Steps = int\n"
    )
    known = outline(path, "Config")["Config"]
    given = [{"steps": 3}] if annotation.startswith("list") else {"steps": 3}
    built = known(training=given)
    assert built.model_dump() == {"training": given}


@pytest.mark.parametrize(
    ("imports", "annotation"),
    [
        ("from typing import Literal", 'Literal["a", "torch"]'),
        ("import typing", 'typing.Literal["a"]'),
        ("from typing import Literal as L", 'L["a"]'),
        ("from typing import Annotated, Literal", 'Annotated[Literal["a"], "it is one"]'),
        ("from typing import Literal", "\"Literal['a'] | None\""),
    ],
)
@pytest.mark.parametrize("first", ["", "from __future__ import annotations\n"])
def test_a_setting_may_be_one_of_some_words(
    written: Write, first: str, imports: str, annotation: str
) -> None:
    path = written(
        f"{first}import torch\nfrom pydantic import BaseModel\n{imports}\n"
        f"class Config(BaseModel):\n    kind: {annotation} = 'a'\n"
    )
    assert outline(path, "Config")["Config"]().model_dump() == {"kind": "a"}


def test_future_imports_are_those_of_the_file(written: Write) -> None:
    body = "def Config() -> 1 + 1: ...\n"
    assert outline(written(body), "Config")["Config"].__annotations__["return"] == 2
    path = written("from __future__ import annotations\n" + body)
    assert outline(path, "Config")["Config"].__annotations__["return"] == "1 + 1"


def test_the_docstring_is_read_and_unindented(written: Write) -> None:
    path = written('"""Why?\n\n    Because.\n    """\n1 / 0\n')
    assert question(path) == "Why?"
    assert docstring(path) == "Why?\n\nBecause."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CLAIMS = ()", "defines no `Config`; an experiment defines `Config`, `measure`"),
        ("import math\n\nConfig = math.sqrt(\n    -1)", ":3: ValueError: math domain error"),
        ("import not_there\nConfig = not_there", ":1: ModuleNotFoundError: No module named"),
        ("x = 1\nConfig = [", ":2: '[' was never closed"),
        ("Config = 1\nif Config:\n    return (Config := 2)", ":3: 'return' outside function"),
        ("Config = raised()\ndef raised(): pass", ":1: NameError: name 'raised' is not defined"),
        ("import sys\nConfig = sys.exit('no\\nmore')", ":2: SystemExit: no more"),
    ],
)
def test_a_file_that_cannot_say_is_told_in_one_line(
    written: Write, text: str, message: str
) -> None:
    path = written(text)
    with pytest.raises(OutlineError) as caught:
        outline(path, "Config")
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "x = 1", '""', "'  '\n", "f'a question?'"])
def test_a_question_is_required(written: Write, text: str) -> None:
    with pytest.raises(OutlineError, match="docstring; its first line must be the experiment's"):
        question(written(text))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "null.py").write_bytes(b"x = '\0'")
    for name in ("absent.py", ".", "null.py"):
        with pytest.raises(OutlineError, match=str(tmp_path)):
            question(tmp_path / name)


def test_a_star_may_bind_any_name(tmp_path: Path) -> None:
    path = tmp_path / "starred.py"
    path.write_text('"""Is it?"""\nfrom math import *\nConfig = floor(pi)\n')
    assert outline(path, "Config") == {"Config": 3}
