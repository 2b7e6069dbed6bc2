"""Every promise of docs/promises.md is held by a test that is there and can be found."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = [
    line
    for line in (ROOT / "docs/promises.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\d+\. ", line)
]


def test_there_are_ten() -> None:
    assert [line.partition(".")[0] for line in LINES] == [str(place) for place in range(1, 11)]


@pytest.mark.parametrize("line", LINES)
def test_a_promise_names_the_test_that_holds_it(line: str) -> None:
    (path, name) = re.fullmatch(r".*: `(tests/[\w/]+\.py)::(\w+)`", line).groups()  # type: ignore[union-attr]
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
