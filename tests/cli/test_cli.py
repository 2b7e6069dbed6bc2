"""Tests of convlab.cli: what a user types, what is printed where, and the exit codes."""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from convlab import cli, lab
from convlab.lab import catalogue
from convlab.lab.neighbours import neighbours

LONG = "n" * 300  # more than any system takes as a name
FOUR_MISTAKES = """\
experiment: hadamard
seedz: 20
first: high
field_side: 2
offset: 1.0e-3
offset: 1.0e-4
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


def convlab(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def picture(name: str = "image.png") -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 16), dtype=np.uint8)
    Image.fromarray(pixels).save(name)
    return Path(name)


def test_edge_prints_tables_a_preview_and_where_the_run_is() -> None:
    result = convlab("edge", str(picture()), "--quick")
    assert result.exit_code == 0, result.stderr
    assert "image.png" in result.stdout and "run: runs/edge-001" in result.stdout
    assert list(Path("runs/edge-001").glob("*.png"))


def test_edge_writes_signed_differences_or_their_size() -> None:
    pixels = np.asarray(Image.open(picture()), dtype=np.float32) / 255
    expected = pixels[:, 1:] - pixels[:, :-1]
    for name in ("edges.npy", "edges.png"):
        assert convlab("edge", "image.png", "--quick", "--to", name).exit_code == 0
    signed = np.load("edges.npy")
    assert signed.dtype == np.float32 and signed.shape == (12, 15)
    np.testing.assert_allclose(signed, expected, atol=1e-7)
    size = np.asarray(Image.open("edges.png"))
    np.testing.assert_allclose(size, np.abs(expected) * 255, atol=0.51)


def test_json_is_one_document_and_nothing_else() -> None:
    result = convlab("edge", str(picture()), "--quick", "--json")
    document = json.loads(result.stdout)
    assert document["experiment"] == "edge" and document["run"] == "runs/edge-001"
    assert json.loads(Path("runs/edge-001/record.json").read_text()) == document


def test_csv_has_a_line_per_quantity() -> None:
    result = convlab("edge", str(picture()), "--quick", "--csv")
    header, *lines = result.stdout.splitlines()
    assert header.startswith("experiment,table,factors,quantity") and len(lines) > 5


def test_a_stored_run_is_shown_again_as_it_was_printed() -> None:
    printed = convlab("run", "edge", "--quick", "--quiet").stdout
    shown = convlab("show", "edge-001").stdout
    assert shown.startswith(printed) and "array: " in shown.removeprefix(printed)
    assert re.search(r"kernel +│ left-right", shown)
    assert "edge-001" in convlab("list", "runs").stdout


def test_four_mistakes_are_told_at_once_with_their_lines() -> None:
    Path("bad.yaml").write_text(FOUR_MISTAKES)
    for command in ("run", "validate"):
        result = convlab(command, "bad.yaml")
        assert result.exit_code == 2 and not result.stdout
        for line, words in {
            2: "did you mean `seeds`",
            3: "number",
            4: "at least 4",
            6: "again",
        }.items():
            assert any(
                f"bad.yaml:{line}: " in told and words in told
                for told in result.stderr.splitlines()
            )
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "hadamrd"], "did you mean `hadamard`"),
        (["run", "no.yaml"], "no.yaml: no such file"),
        (["run", "hadamard", "seeds"], "'seeds' is no setting; write key=value"),
        (["run", "hadamard", "--seeds", "0"], "expected a number of at least 1, found 0"),
        (["run", "hadamard", "--seeds", "-3"], "expected a number of at least 1, found -3"),
        (["run", "hadamard", "--device", "gpu"], "unknown device `gpu`"),
        (["compare", "cnn", "mlpp"], "did you mean `mlp`"),
        (
            ["compare", "cnn", "net.py"],
            "no model net.py; there are: linear, mlp",
        ),
        (["compare", "cnn", "net.py:small"], "no file net.py"),
        (["compare", "cnn", "mlp", "--data", "minst"], "minst"),
        (["compare", "cnn", "mlp", "--data", "folder:nowhere"], "nowhere"),
        (["edge", "no.png"], "no.png"),
        (["edge", "kernel=sobel"], "no image is named"),
        (["edge", "a\udcff.png"], r"a\udcff.png is not UTF-8 text"),
        (["edge", "a.png", "--to", "a\udcff.png"], "`to`: the value is not UTF-8 text"),
        (["compare", "cnn", "mlp", "--data", "folder:\udcff"], "`data`: the value is not UTF-8"),
        (["run", "edge", "--quick", "--out", "a\udcff"], r"a\udcff is not UTF-8 text; name an"),
        (["edge", "\x1b[31m.png"], r"no file \x1b[31m.png"),
        (["edge", "a.png", "b.png", "--to", "c.png"], "give it one"),
        (["edge", "a.png", "--kernel", "sobbel"], "did you mean"),
        (["show", "edge-007"], "edge-007"),
        (["list", "things"], "experiments, configs, models, runs"),
        (["cp", "nothing"], "no config `nothing`"),
        (["cp", "pooling", LONG], "File name too long"),
        (["validate", f"{LONG}.yaml"], "File name too long"),
        (["validate", f"{LONG}/y"], "File name too long"),
        (["run", LONG], "no config"),
        (["show", LONG], "is called"),
        (["show", f"{LONG}.yaml"], "File name too long"),
        (["show", "gradient-03"], "no run in runs, is called `gradient-03`; did you mean `gradi"),
        (["run", "mine.py"], "write a YAML with `experiment: ./mine.py` beside it"),
        (["validate", "hadamard", "--seeds", "0"], "expected a number of at least 1, found 0"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(words: list[str], message: str) -> None:
    result = convlab(*words)
    assert result.exit_code == 2, result.stderr
    assert message in result.stderr and len(result.stderr.splitlines()) == 1
    assert not result.stdout
    assert not Path("runs").exists()


def test_a_typo_in_a_command_names_the_nearest() -> None:
    result = convlab("rnu")
    assert result.exit_code == 2 and "run" in result.stderr


MINE = '''"""Does it {verb}?"""
from pydantic import BaseModel
from convlab.measure import Claim, Measurements, below, exactly

class Config(BaseModel):
    seeds: int = 1

def measure(config, workbench):
    {body}
    measurements = Measurements()
    measurements.add("t", {{}}, {{"value": exactly(3)}})
    return measurements

CLAIMS = (Claim("M1", "mine", "it is small", lambda m: m.get("value"), below(1)),)
'''


def mine(body: str) -> None:
    Path("mine.py").write_text(MINE.format(verb="work", body=body))
    Path("mine.yaml").write_text("experiment: ./mine.py\n")


def test_an_unexpected_verdict_is_an_error_only_where_it_is_asked_for() -> None:
    mine("pass")
    assert convlab("run", "mine.yaml").exit_code == 0
    assert convlab("run", "mine.yaml", "--check").exit_code == 1


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("1 / 0", 1, "ZeroDivisionError: division by zero; the run is kept in runs/mine-001"),
        ("raise KeyboardInterrupt", 130, "interrupted; the run is kept in runs/mine-001"),
    ],
)
def test_no_traceback_reaches_a_user_who_did_not_ask(body: str, code: int, message: str) -> None:
    mine(body)
    result = convlab("run", "mine.yaml")
    assert result.exit_code == code
    assert message in result.stderr and "Traceback" not in result.stderr
    assert "Traceback" in convlab("run", "mine.yaml", "--debug").stderr


@pytest.mark.long
def test_a_copy_runs(here: Path) -> None:
    assert convlab("cp", "edge", "copy").exit_code == 0
    result = convlab("run", "copy/edge.yaml", "--quick")
    assert result.exit_code == 0, result.stderr
    assert convlab("cp", "edge", "copy").exit_code == 2


def test_env_names_versions_and_the_device() -> None:
    words = convlab("env").stdout
    assert "torch" in words and "threads" in words and "device" in words


@pytest.mark.parametrize("name", sorted(catalogue.configs()))
def test_validate_and_show_speak_of_every_config(name: str) -> None:
    assert "is valid" in convlab("validate", name).stdout
    assert lab.plan(name).question in convlab("show", name).stdout.replace("\n", " ")


def test_validate_takes_the_small_version_and_seeds() -> None:
    lines = convlab("validate", "hadamard", "--quick", "--seeds", "7").stdout.splitlines()
    values = {
        cells[1].strip(): cells[2].strip() for line in lines if (cells := line.split("│"))[3:]
    }
    assert (values["seeds"], values["training.steps"], values["field_side"]) == ("7", "20", "16")


def test_a_run_or_a_config_of_nearly_that_name_is_named(here: Path) -> None:
    (here / "runs" / "gradient-003").mkdir(parents=True)
    (here / "runs" / "gradient-003" / "record.json").write_text("{}")
    assert "did you mean `gradient-003`?" in convlab("show", "gradient-03").stderr
    (here / "mine.yaml").write_text("experiment: pooling\n")
    assert "did you mean `mine.yaml`?" in convlab("run", "mine").stderr
    assert "did you mean `mine.yaml`?" in convlab("run", "mine.py").stderr


def test_a_copy_may_be_named(here: Path) -> None:
    told = convlab("cp", "pooling", "deep/my.yaml")
    assert "convlab run deep/my.yaml" in told.stdout
    copied = {path.name for path in (here / "deep").iterdir()}
    assert {"my.yaml", "pooling.py", "_windows.py"} <= copied
    assert lab.plan("deep/my.yaml").file == (here / "deep" / "pooling.py").resolve()
    (here / "folder.yaml").mkdir()
    assert convlab("cp", "pooling", "folder.yaml").exit_code == 0
    assert (here / "folder.yaml" / "pooling.yaml").is_file()


INTERRUPTED = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = ["convlab", "list"]
from convlab.__main__ import main
main()
"""


@pytest.mark.parametrize(
    "name", ["convlab.cli", "typer", "rich.console", "pydantic", "yaml", "ast"]
)
def test_an_interrupt_while_the_command_starts_is_quiet(name: str) -> None:
    command = [sys.executable, "-c", INTERRUPTED.format(name=name)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=Path(cli.__file__).parents[2]
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "convlab: interrupted\n")


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "convlab", "list"], capture_output=True, text=True, check=True
    )
    assert "hadamard" in done.stdout


def test_experiments_are_listed_by_subject() -> None:
    lines = [line.rstrip() for line in convlab("list").stdout.splitlines()]
    subjects = [line for line in lines if not line.startswith(" ")]
    assert subjects == sorted(subjects) and {"cost", "edges", "product"} <= set(subjects)
    below = lines[lines.index("product") + 1 : lines.index("translation")]
    assert {"doubling", "drawings", "hadamard"} <= {line.split()[0] for line in below}
    listed = [line.split()[0] for line in lines if line.startswith(" ")]
    assert sorted(listed) == sorted(catalogue.experiments())


OWN = '''"""Is {number} one?"""
from pydantic import BaseModel, Field
from convlab.measure import Claim, Measurements, at, equal, exactly
from {helper} import LARGEST, measured
{more}

class Config(BaseModel):
    number: int = Field(1, le=LARGEST, description="that is one")

def measure(config, workbench):
    measurements = Measurements()
    measurements.add("numbers", {{}}, {{"number": measured(config.number)}})
    return measurements

CLAIMS = (Claim("M1", "me", "it is one", at("number"), equal(LARGEST - 8)),)
'''


@pytest.mark.parametrize("helper", ["._helper", ".helper"])
def test_a_users_experiment_may_import_what_lies_beside_it(here: Path, helper: str) -> None:
    (here / "own.yaml").write_text("experiment: ./own.py\n")
    (here / "own.py").write_text(OWN.format(number=1, helper=helper, more="import torch"))
    beside = here / f"{helper[1:]}.py"
    beside.write_text(
        "from .deeper import LARGEST\nfrom convlab.measure import exactly\nmeasured = exactly\n"
    )
    (here / "deeper.py").write_text("LARGEST = 9\n")
    assert "is valid" in convlab("validate", "own.yaml").stdout
    assert "at most 9" in convlab("validate", "own.yaml", "number=10").stderr
    assert "exactly 1" in convlab("show", "own.yaml").stdout
    assert convlab("run", "own.yaml", "--check").exit_code == 0
    assert convlab("cp", "own.yaml", "copy").exit_code == 0
    names = {path.name for path in (here / "copy").iterdir()}
    assert names == {"own.yaml", "own.py", beside.name, "deeper.py"}
    beside.write_text("raise RuntimeError('not the copy')")
    (here / "copy" / "deeper.py").write_text("LARGEST = 10\n")
    assert convlab("run", "copy/own.yaml", "number=2", "--check").exit_code == 0


def test_a_copy_takes_along_what_its_experiment_imports(here: Path) -> None:
    assert convlab("cp", "hadamard", "copy").exit_code == 0
    names = {path.name for path in (here / "copy").iterdir()}
    beside = {path.name for path in neighbours(catalogue.experiments()["hadamard"])}
    assert {"_networks.py", "_scenes.py"} < beside
    assert names == {"hadamard.yaml", "hadamard.py", *beside}
    result = convlab("cp", "doubling", "copy")  # it shares both, which stay as they are
    assert result.exit_code == 0 and "_scenes" not in result.stdout
    (here / "copy" / "_scenes.py").write_text("changed = True\n")
    (here / "copy" / "drawings.txt").write_text("")
    refused = convlab("cp", "drawings", "copy")
    assert refused.exit_code == 2 and "_scenes.py exists already" in refused.stderr
    assert not (here / "copy" / "drawings.py").exists()
    assert (here / "copy" / "_scenes.py").read_text() == "changed = True\n"


def test_the_version_is_that_of_the_package() -> None:
    assert convlab("--version").stdout == f"convlab {version('convolution-lab')}\n"
