"""What nobody should write, and anybody may: texts, numbers, documents and bytes for fuzzing."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

F = TypeVar("F", bound=Callable[..., Any])

QUICK, WHOLE = 25, 2000  # cases of a fuzzer, in the fast tests and in the slow ones
TEXTS = (
    "",
    "\x1b[2J\x1b]0;title\x07",
    "\x1b[31mred",
    "\x9b31m",
    "line\r\nline\x0b\x0c\x85\u2028",
    "\u202egnp.\u2066exe",
    "\ud800",
    "e\u0301\u0301\u0301 🏳️‍🌈 漢字 \U000e0041",
    "[red]x[/red] [/] [link=http://x]",
    "<script>alert(1)</script>&amp;",
    "$\\frac{$ \\input{/etc/passwd} {{7*7}} %s {0}",
    "| a | `b` ![x](y)\n# c",
    "=1+1",
    "-rf",
    "--help",
    "../../escaped",
    "/tmp/escaped",
    "~/escaped",
    "nul\0byte",
    "a=b=c",
    "1e999",
    "!!python/object/apply:os.system ['true']",
    "x" * 3000,
    "word " * 200,
)
NUMBERS = (
    *(0, -1, 2**31, 2**63, -(2**63), 10**30, 10**400, 1e308, -1e308, 5e-324, -0.0, 0.1, 1e16),
    *(float("nan"), float("inf"), float("-inf")),
)
EXTREMES = (bytes(4), b"\xff" * 4, b"\x7f" + b"\xff" * 3, b"\xff" * 3 + b"\x7f", b"\0\x01" * 2)
texts = st.sampled_from(TEXTS) | st.text(max_size=20) | st.text(st.characters(), max_size=20)
numbers = st.sampled_from(NUMBERS) | st.integers() | st.floats()
scalars = st.none() | st.booleans() | numbers | texts
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def fuzzed(test: F) -> F:
    """The test for few cases, and as a slow one for many: `cases` is its first argument."""
    return pytest.mark.parametrize(  # type: ignore[no-any-return]
        "cases", [QUICK, pytest.param(WHOLE, marks=pytest.mark.slow)]
    )(test)


def of(cases: int) -> settings:
    """So many cases, however long each takes."""
    return settings(
        max_examples=cases,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


@st.composite
def changed(draw: st.DrawFn, document: Any) -> Any:
    """A document of JSON in which up to three places hold something else, or nothing.

    Most of them hold another value of their kind, so that much of it still makes sense.
    """
    made = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 3))):
        above, key = draw(st.sampled_from(list(places(made)) or [([made], 0)]))
        what = draw(st.sampled_from(["alike"] * 20 + ["anything", "gone", "renamed", "again"]))
        if what == "gone":
            del above[key]
        elif what == "renamed" and isinstance(above, dict):
            above[draw(texts)] = above[key]
        elif what == "again" and isinstance(above, list):
            above.extend([above[key]] * draw(st.integers(1, 40)))
        else:
            above[key] = draw(trees if what == "anything" else alike(above[key]))
    return made


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in nested data: what holds it, and its key or number there."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in list(pairs):
        yield tree, key
        if isinstance(value, dict | list):
            yield from places(value)


def alike(value: Any) -> st.SearchStrategy[Any]:
    """Other values of its kind."""
    if isinstance(value, bool | None):
        return st.booleans()
    if isinstance(value, int | float):
        return numbers
    if isinstance(value, str):
        return texts
    inner = list(value.values() if isinstance(value, dict) else value)
    each = st.sampled_from(inner) if inner else trees
    return st.dictionaries(texts, each, max_size=3) if isinstance(value, dict) else st.lists(each)


@st.composite
def damaged(draw: st.DrawFn, *whole: bytes) -> bytes:
    """One of these files with some bytes changed, taken out, put in, or cut off."""
    data = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        stop = start + draw(st.integers(0, 8))
        what = draw(st.sampled_from(["flip"] * 4 + ["put", "take", "cut", "extreme"]))
        if what == "flip":
            data[start : start + 1] = bytes([draw(st.integers(0, 255))])
        elif what == "put":
            data[start:start] = draw(st.binary(max_size=20))
        elif what == "take":
            del data[start:stop]
        elif what == "cut":
            del data[start:]
        else:
            data[start : start + 4] = draw(st.sampled_from(EXTREMES))
    return bytes(data)


def seen(folder: Path, but: str = "\0") -> dict[str, tuple[int, int, bool]]:
    """What lies below the folder, but for one: its size, when it was changed, if it is a link."""
    return {
        str(path): (path.lstat().st_size, path.lstat().st_mtime_ns, path.is_symlink())
        for path in folder.rglob("*")
        if not path.is_dir() and but not in str(path)
    }


def harmless(text: str) -> bool:
    """Whether a terminal shows the text, and does nothing else: lines, and no control."""
    acting = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return not any(
        unicodedata.category(letter) in acting and letter not in "\n\u200c\u200d"
        for letter in text
    )


def as_bytes(document: Any) -> bytes:
    """JSON as a stranger writes it: NaN and halves of surrogates as they are."""
    return json.dumps(document).encode("utf-8", "surrogatepass")


def is_file_name(text: str) -> bool:
    """Whether a folder can hold a file of that name."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return bool(text) and not {"/", "\0"} & set(text) and text not in (".", "..")
