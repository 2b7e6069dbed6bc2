"""Tests of convlab.config on files that are no settings, and on the scalars of YAML 1.2."""

import math
from pathlib import Path

import pytest

from convlab.config import ConfigError, nodes, read

LAUGHS = "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert problem.place.startswith(str(path))
    assert "\n" not in str(problem)
    return str(problem).removeprefix(str(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: expected settings such as `experiment: edge`, found an empty file"),
        ("# nothing\n", ":1: expected settings such as `experiment: edge`, found an empty file"),
        ("- edge", ":1: expected settings such as `experiment: edge`, found ['edge']"),
        ("edge", ":1: expected settings such as `experiment: edge`, found 'edge'"),
        ("seeds: 3", ":1: names no experiment; add a line such as `experiment: edge`"),
        ("a: 1\nexperiment: 3", ":2: `experiment`: expected the name of an experiment, found 3"),
        ("experiment: e\nquick: 3", ":2: `quick`: expected a mapping such as {seeds: 2}, found 3"),
        ("experiment: e\nx: [1,", ":2: not YAML: while parsing a flow node"),
        ("experiment: e\n\tx: 1", ":2: not YAML: a tab begins the line or a word; write spaces"),
        ("experiment: e\nx: *a", ":2: not YAML: found undefined alias 'a'"),
        (
            "experiment: e\n---\nx: 1",
            ":2: not YAML: a second document begins here; keep one in a file",
        ),
        ("experiment: e\nx: \a", ":2: not YAML: a character that YAML does not allow"),
        ("experiment: e\nx: &a [*a]", ":2: `x`: too deep or too large"),
        ("experiment: e\nx: &a {b: *a}", ":2: `x`: too deep or too large"),
        ("experiment: e\nx: " + "[" * 5000, ":1: not YAML: nested too deeply"),
        ("experiment: e\na0: &a0 [1]\n" + LAUGHS, ": too deep or too large"),
    ],
)
def test_a_file_that_is_no_settings_is_told_why(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(text)
    assert message in refusal(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    binary = tmp_path / "image.png"
    binary.write_bytes(b"experiment: e\n\x89PNG")
    assert refusal(binary) == ":2: byte 0x89 is not UTF-8; save the file as UTF-8 text"
    assert refusal(tmp_path / "absent.yaml") == ": no such file"
    assert refusal(tmp_path) == ": a folder; name a file in it"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x: !!python/object/apply:os.abort []", "`x`: the tag `!!python/object/apply:os.abort`"),
        ("x: !mine 3", "`x`: the tag `!mine` means nothing here; write a plain value"),
        ("x: !!int three", "`x`: 'three' cannot be read as `!!int`"),
        ("1: x", "expected text as a key, found 1; put it in quotes"),
        ("? [a]\n: x", "expected text as a key, found a collection"),
        ("x: {a: 1, a: 2}", "`x.a`: stands here again, first in line 2; keep one of them"),
        ("x: &a {b: 1, b: 2}\ny: [*a, *a]", "`x.b`: stands here again, first in line 2"),
        ("experiment: f", "`experiment`: stands here again, first in line 1"),
    ],
)
def test_a_value_that_is_none_is_a_problem_of_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(f"experiment: e\n{text}\n")
    (problem,) = read(path).problems
    assert str(problem).startswith(f"{path}:2: {message}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100000.0),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("-.INF", -math.inf),
        ("007", 7),
        ("-12", -12),
        ("0o17", 15),
        ("0x1F", 31),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("!!str 007", "007"),
        ("!!float 3", 3.0),
        ("!!int '3'", 3),
        *((text, text) for text in ("yes", "No", "on", "OFF", "y", "2001-01-01", "1:30", "1_000")),
        *((f"'{text}'", text) for text in ("1", "true", "null", "1e-3")),
        *((text, text) for text in ("nan", "inf", "tRue", "0b1", "1e", "=", "0x")),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(f"experiment: e\nx: {text}\n<<: {{y: 1}}\n")
    document = read(path)
    assert document.settings == {"x": value, "<<": {"y": 1}}
    assert type(document.settings["x"]) is type(value)
    assert document.problems == ()


def test_not_a_number_is_one(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text("experiment: e\nx: .NaN\n")
    assert math.isnan(read(path).settings["x"])


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.yaml", tmp_path / "marked.yaml"
    plain.write_bytes("experiment: é\nx: 1\n".encode())
    marked.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes())
    assert read(marked).experiment == read(plain).experiment == "é"
    assert (read(marked).settings, read(marked).lines) == (read(plain).settings, read(plain).lines)


def nested(levels: int) -> str:
    return "experiment: e\nx: " + "{a: " * (levels - 1) + "1" + "}" * (levels - 1) + "\n"


def test_settings_nest_to_32_levels(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(nested(32))
    value, levels = read(path).settings["x"], 1
    while isinstance(value, dict):
        value, levels = value["a"], levels + 1
    assert (value, levels) == (1, 32)
    path.write_text(nested(33))
    assert "`x`: too deep or too large" in refusal(path)


def test_a_file_may_be_long_but_aliases_may_not_multiply_it(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(f"experiment: e\nx: {[0] * 20_000}\n")
    assert read(path).settings["x"] == [0] * 20_000
    repeats = ["*a"] * nodes.MOST
    path.write_text(f"experiment: e\nx: [&a 1, {', '.join(repeats)}]\n")
    assert read(path).settings["x"] == [1] * (nodes.MOST + 1)
    path.write_text(f"experiment: e\nx: [&a 1, {', '.join([*repeats, '*a'])}]\n")
    assert "`x`: too deep or too large" in refusal(path)


def test_an_anchor_may_be_used_again(tmp_path: Path) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text("experiment: e\nx: &a {b: [1, 2]}\ny: *a\nz.w: 3\nz.v: 4\n")
    document = read(path)
    same = {"b": [1, 2]}
    assert document.settings == {"x": same, "y": same, "z": {"w": 3, "v": 4}}
    assert document.lines["z", "v"] == 5 and document.problems == ()


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("training: {lr: 3}\ntraining.steps: 5", {"training": {"lr": 3, "steps": 5}}),
        ("training.steps: 5\ntraining: {lr: 3}", {"training": {"lr": 3, "steps": 5}}),
        ("a.b: {c: 1}\na: {d: 2}\na.b.e: 3", {"a": {"b": {"c": 1, "e": 3}, "d": 2}}),
        ("t: &t {a: 1}\nu: *t\nu.b: 2", {"t": {"a": 1}, "u": {"a": 1, "b": 2}}),
        ("t: {}\nt.a: 1", {"t": {"a": 1}}),
    ],
)
def test_a_block_and_dotted_keys_share_a_place(
    tmp_path: Path, text: str, settings: object
) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(f"experiment: e\n{text}\n")
    assert (read(path).settings, read(path).problems) == (settings, ())


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: 1}\na.b: 2",
        "a.b: 1\na: {b: 2}",
        "a: 1\na.b: 2",
        "a: null\na.b: 2",
        "a.b: 2\na: null",
        "a.b.c: 2\na.b: [1]",
        "a.b.c: 1\na: {b: 2}",
        "a: {b: 1}\na.b.c: 2",
        "a: {b: 1}\na: {c: 2}",
        "a.b: {c: 1}\na: {b: {d: 2}}",
        "t: &t {a: 1}\nt.a: 2",
    ],
)
def test_no_value_is_given_twice(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(f"experiment: e\n{text}\n")
    (problem,) = read(path).problems
    assert problem.line == 3
    assert problem.message == "stands here again, first in line 2; keep one of them"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (r'x: "\ud83d\ude00"', {"x": "😀"}),
        (r'x: {"\ud83d\ude00": 1}', {"x": {"😀": 1}}),
        ('x: {"a.b": 1}', {"x": {"a.b": 1}}),
        ("x: {'a.b': 1, a.c: 2}", {"x": {"a.b": 1, "a": {"c": 2}}}),
        ('"x.a": 1', {"x": {"a": 1}}),  # no setting has a dot in its name
    ],
)
def test_a_name_in_quotes_is_read_as_in_json(tmp_path: Path, text: str, settings: object) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(f"experiment: e\n{text}\nquick: {{{text.replace(': ', ' : ')}}}\n")
    document = read(path)
    assert (document.settings, document.quick, document.problems) == (settings, settings, ())


@pytest.mark.parametrize("text", [r'"\ud83d": 1', r'x: "\ude00"', r'x: {"\ud83d": 1}'])
def test_half_a_character_is_no_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lab.yaml"
    path.write_text(f"experiment: e\n{text}\n")
    (problem,) = read(path).problems
    assert problem.line == 2 and str(problem).isprintable()
