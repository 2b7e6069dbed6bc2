"""Every example in a docstring or in the README is true."""

import doctest
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest
import torch

import convlab

README = Path(__file__).parents[1] / "README.md"
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(convlab.__path__, "convlab.")
    if module.name != "convlab.__main__"  # it runs the command
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name: str) -> None:
    tested = doctest.testmod(import_module(name), extraglobs={"torch": torch})
    assert tested.failed == 0


def test_the_python_of_the_readme() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "README", "README.md", 0)
    runner = doctest.DocTestRunner()
    assert runner.run(example).failed == 0


def test_the_readme_names_no_command_that_is_not_there() -> None:
    from convlab.cli import app

    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    named = set(re.findall(r"(?<!pip install )\bconvlab ([a-z]+)\b(?! is)", README.read_text()))
    assert named <= known | {"checks"}
