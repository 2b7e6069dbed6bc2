"""Tests of the package itself: runs from Python, as from the command line, and nothing heavy."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import convlab
from convlab.errors import UsageError
from convlab.lab import store
from convlab.record import Status

PROGRAM = """
import sys
import convlab

record = convlab.load("gradient-001")
assert "completed" in repr(record) and convlab.runs()[0].question == record.question
assert "</table>" in record._repr_html_()
print([name for name in ("torch", "matplotlib", "scipy", "sklearn") if name in sys.modules])
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    record = convlab.run("gradient", side=9, out=tmp_path / "runs", threads=2, first_seed=5)
    return Path(record.run or "")


def test_a_run_has_the_options_of_the_command_line(run: Path) -> None:
    record = convlab.load(run)
    assert run == Path.cwd() / "runs" / "gradient-001" and record.settings["side"] == 9
    assert record.environment["threads"] == 2 and record.first_seed == 5
    assert torch.get_num_threads() > 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threads": 0}, "threads=0 should be a whole number between 1 and 1024"),
        ({"threads": 10**6}, "threads=1000000 should be"),  # which torch would end Python with
        ({"first_seed": -1}, "first_seed=-1 should be a whole number between 0 and 4294967296"),
        ({"first_seed": "a"}, "first_seed='a' should be"),
        ({"first_seed": 1.0}, "first_seed=1.0 should be"),
        ({"quick": "yes"}, "quick='yes' should be True or False"),
    ],
)
def test_an_option_that_cannot_be_is_refused_before_a_run_is_kept(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        convlab.run("gradient", side=9, out=tmp_path, **options)
    assert not list(tmp_path.iterdir())


def test_a_run_is_loaded_by_its_name_or_its_path(run: Path) -> None:
    Path("runs").rename("elsewhere")
    for name, out in (("gradient-001", "elsewhere"), ("elsewhere/gradient-001", "runs")):
        record = convlab.load(name, out=out)
        assert record.status is Status.COMPLETED and record.measurements.arrays
    assert convlab.load(Path("elsewhere/gradient-001")).settings["side"] == 9
    with pytest.raises(UsageError, match="no run gradient-01; did you mean gradient-001"):
        convlab.load("gradient-01", out="elsewhere")


def test_a_name_alone_is_that_of_a_run_in_the_folder_that_is_named(run: Path) -> None:
    convlab.run("gradient", side=7, out="")
    sides = [convlab.load(name).settings["side"] for name in ("gradient-001", f"{run}")]
    assert sides == [9, 9] and convlab.load(Path.cwd() / "gradient-001").settings["side"] == 7


def test_a_run_is_resumed_by_its_name(run: Path) -> None:
    whole = convlab.load(run)
    head = store.head(run)
    store.save_head(replace(head, status=Status.INTERRUPTED), run)
    resumed = convlab.resume("gradient-001")
    assert resumed.status is Status.COMPLETED and resumed.verdicts == whole.verdicts
    assert store.head(run).attempt == 2 and convlab.resume(run).document()["run"] == str(run)


def test_runs_are_listed_without_their_arrays(run: Path) -> None:
    Path("runs/broken-001").mkdir()
    Path("runs/broken-001/record.json").write_text("no")
    broken, whole = convlab.runs()
    assert broken.status is Status.UNREADABLE and "record.json" in broken.error
    assert whole.experiment == "gradient" and not whole.measurements.arrays
    assert convlab.runs("nowhere") == []


def test_what_is_stored_is_shown_without_anything_heavy(run: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path.cwd(),
    )
    assert done.stdout == "[]\n", done.stderr
