"""Tests of settings from elsewhere: any YAML and any words are valid, or one line on why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from convlab import cli, lab
from convlab.config.keys import fields
from convlab.lab import catalogue
from convlab.record.facts import leaves
from tests import hostile

NAMES = ("gradient", "edge", "compare", "hadamard", "translation", "cost", "count", "-x", "./x.py")
SAID = {"experiment": "gradient", "seeds": 3, "quick": {"side": 5}, "training.lr": 0.1}
SCRAPS = (
    *("&a ", "*a", "!!python/object/apply:os.system ['touch executed']", "!!python/name:os.abort"),
    *(
        "!!binary |",
        "!!set {a}",
        "!x ",
        "---\n",
        "...\n",
        "? ",
        ": ",
        "- ",
        "  ",
        "\n",
        "%YAML 9\n",
    ),
    *("[" * 3000, "{a: " * 3000, "<<: ", "|\n", ">-\n", "1e999", ".nan", "0x" + "f" * 5000),
    *("quick: ", "training: ", "side: ", "experiment: gradient\n", "experiment: ../../x.py\n"),
)
LAUGHS = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    return tmp_path


def check(here: Path, *words: str, codes: tuple[int, ...] = (0, 2)) -> str:
    """The command ends with such a code, harms no terminal and writes no more than `to`."""
    before = hostile.seen(here, but="/in/to/")
    result = CliRunner().invoke(cli.app, list(words))
    told = (words, result.exit_code, result.exception, result.output[-500:])
    assert result.exit_code in codes, told
    assert result.exception is None or isinstance(result.exception, SystemExit), told
    assert hostile.harmless(result.output) and "Traceback" not in result.output, told
    assert bool(result.stderr) == (result.exit_code == 2), told
    assert hostile.seen(here, but="/in/to/") == before, told
    return result.output


documents = (
    hostile.changed(SAID).map(lambda tree: yaml.safe_dump(tree, allow_unicode=True))
    | st.lists(st.sampled_from(SCRAPS) | hostile.texts, max_size=8).map("".join)
    | hostile.texts.map(lambda text: f"experiment: gradient\n{text}")
)


@pytest.mark.long
@hostile.fuzzed
def test_any_yaml_is_valid_or_refused(cases: int, here: Path) -> None:
    @hostile.of(cases)
    @given(text=documents, head=st.sampled_from(["", "experiment: gradient\n", "quick:\n"]))
    def holds(text: str, head: str) -> None:
        Path("any.yaml").write_bytes((head + text).encode("utf-8", "surrogatepass"))
        check(here, "validate", "any.yaml")
        check(here, "show", "./any.yaml")

    holds()


@pytest.mark.long
@hostile.fuzzed
def test_any_words_are_settings_or_refused(cases: int, here: Path) -> None:
    """Of commands that run nothing; a word that begins with a dash may be an option."""
    values = hostile.texts | hostile.numbers.map(str) | hostile.trees.map(repr)
    keys = st.sampled_from(["side", "seeds", "training.lr", "a.b", "", "-side"]) | hostile.texts
    words = st.builds("{}={}".format, keys, values) | hostile.texts

    @hostile.of(cases)
    @given(
        command=st.sampled_from(["validate", "show", "diff", "export", "cp", "count", "list"]),
        name=st.sampled_from(NAMES) | hostile.texts,
        said=st.lists(words, max_size=3),
    )
    def holds(command: str, name: str, said: list[str]) -> None:
        ends = ["--to", "to"] if command == "export" else []
        said = ["to"] if command == "cp" else said
        check(here, command, *ends, "--", name, *said)

    holds()


@pytest.mark.long
@hostile.fuzzed
def test_any_number_in_a_shipped_config_is_a_setting_or_refused(cases: int, here: Path) -> None:
    """At once, however large it is: a plan computes nothing that grows with it."""
    known = {name: lab.plan(name) for name in catalogue.configs()}
    keys = [
        (name, key)
        for name, planned in known.items()
        for key in fields(type(planned.settings))
        if key in dict(leaves(planned.settings.model_dump(mode="json")))
    ]

    @hostile.of(cases)
    @given(place=st.sampled_from(keys), value=hostile.scalars | st.lists(hostile.numbers))
    def holds(place: tuple[str, str], value: Any) -> None:
        name, key = place
        check(here, "validate", name, f"{key}={value}")

    holds()


@pytest.mark.long
@hostile.fuzzed
def test_a_network_of_any_size_is_counted_or_refused(
    cases: int, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine of a gigabyte, so that what does not fit is soon found."""
    monkeypatch.setattr("convlab.memory.physical", lambda: 1e9)
    sizes = st.sampled_from([1, 2, 3, 7, 32, 10**4, 2**31, 10**12, 2**62, 10**30]).map(str)
    shapes = st.lists(sizes, min_size=1, max_size=4).map(",".join) | hostile.texts
    numbers = sizes | hostile.numbers.map(str) | hostile.texts

    @hostile.of(cases)
    @given(
        model=st.sampled_from(["cnn", "mlp", "linear", "capsule", "cnn-gap", "./x.py:f"]),
        said=st.fixed_dictionaries(
            {"--input": st.just("3,8,8") | shapes},
            optional={
                **{"--batch": numbers, "--classes": numbers, "--width": numbers},
                **{"--device": st.sampled_from(["cpu", "auto", "mars"]), "--dtype": hostile.texts},
            },
        ),
    )
    def holds(model: str, said: dict[str, str]) -> None:
        check(here, "count", model, *(f"{name}={text}" for name, text in said.items()))

    holds()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LAUGHS.replace("*a0", "lol"), "too deep or too large"),
        ("side: !!python/object/apply:os.system ['touch executed']", "means nothing here"),
        ("side: !!python/name:os.abort", "means nothing here"),
        ("side: " + "[" * 10**5, "nested too deeply"),
        ("side: .nan", "found"),
        ("side: 1" + "0" * 5000, "cannot be read as `!!int`"),
        ("side: 9\nfile: ../../etc/passwd", "unknown key"),
    ],
    ids=range(7),
)
def test_what_would_act_is_refused_in_a_line(here: Path, text: str, message: str) -> None:
    Path("any.yaml").write_text(f"experiment: gradient\n{text}\n")
    assert message in check(here, "validate", "any.yaml", codes=(2,))


@pytest.mark.parametrize("name", [text for text in hostile.TEXTS if hostile.is_file_name(text)])
def test_a_yaml_of_any_name_is_read(here: Path, name: str) -> None:
    path = Path(f"{name[:100]}.yaml")
    path.write_text("experiment: gradient\n")
    check(here, "validate", "--", str(path), codes=(0,))


@pytest.mark.long
@pytest.mark.parametrize("name", [text for text in hostile.TEXTS if hostile.is_file_name(text)])
def test_an_image_of_any_name_is_measured_and_only_the_run_is_written(
    here: Path, name: str
) -> None:
    file = Path(f"{name[:100]}.png")
    Image.new("L", (9, 9)).save(file)
    before = hostile.seen(here, but="/in/runs/")
    result = CliRunner().invoke(cli.app, ["edge", "--quick", "--quiet", "--", str(file)])
    assert result.exit_code == 0, (result.stderr, result.exception)
    assert hostile.harmless(result.output)
    assert hostile.seen(here, but="/in/runs/") == before
    figures = list(Path("runs/edge-001").glob("*.png"))
    again = CliRunner().invoke(cli.app, ["export", "edge-001", "--to", "to"])
    assert figures and again.exit_code == 0 and hostile.harmless(again.output), again.output
    assert sorted(path.suffix for path in Path("to").iterdir()) == sorted(
        [".md", ".tex", ".csv", ".json", ".svg", ".pdf", ".png"]
    )
