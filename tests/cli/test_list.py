"""Tests of the command `list`: the runs that are asked for, as lines, JSON or CSV."""

import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from convlab import cli
from convlab.config import Override
from convlab.lab import store
from convlab.lab.asked import Asked
from convlab.record import Head, Record, Status


def keep(experiment: str, status: Status, day: int) -> Path:
    folder = store.reserve(Path("runs"), experiment)
    Asked(f"{experiment}.yaml").save(folder)
    started = f"2026-11-{day:02}T10:00:00+00:00"
    store.save(Record(experiment, "Is it?", {}, started=started, status=status), folder)
    store.save_head(Head(experiment, status, started=started, as_expected=1, verdicts=2), folder)
    return folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with five runs: one ended, one failed, two were stopped, and one never began."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    keep("edge", Status.COMPLETED, 1)
    keep("edge", Status.INTERRUPTED, 3)
    keep("hadamard", Status.DEAD, 2)
    keep("hadamard", Status.FAILED, 4)
    folder = store.reserve(Path("runs"), "gradient")
    Asked("gradient", (Override("side", 9),)).save(folder)


def convlab(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def names(*words: str) -> list[str]:
    result = convlab("list", "runs", "--json", *words)
    assert result.exit_code == 0, result.stderr
    return [Path(run["run"]).name for run in json.loads(result.stdout)]


def test_all_runs_are_listed_by_when_they_began_with_the_way_on() -> None:
    lines = [line.rstrip() for line in convlab("list", "runs").stdout.splitlines()]
    first = [line.split()[0] for line in lines[2:] if not line.startswith(" ")]
    assert first == ["edge-001", "hadamard-001", "edge-002", "hadamard-002", "gradient-001"]
    for name in ("hadamard-001", "edge-002", "gradient-001"):
        (place,) = (place for place, line in enumerate(lines) if line.startswith(name))
        assert lines[place + 1] == f"  `convlab resume {name}` goes on with it"
    assert "side=9" in lines[-2] and " dead " in lines[-2]
    assert sum("goes on" in line for line in lines) == 3


def test_filters_narrow_the_list_and_may_be_given_again() -> None:
    assert names("--experiment", "edge") == ["edge-001", "edge-002"]
    assert names("--status", "dead", "--status", "failed", "--experiment", "hadamard") == [
        *("hadamard-001", "hadamard-002")
    ]
    assert names("--since", "2026-11-03", "--status=failed") == ["hadamard-002"]
    assert names("--status", "running") == []
    lines = convlab("list", "runs", "--status", "dead").stdout.splitlines()
    assert [line.split()[0] for line in lines[2::2]] == ["hadamard-001", "gradient-001"]


def test_where_nothing_is_chosen_that_is_said() -> None:
    told = convlab("list", "runs", "--experiment", "hadamrd").stdout
    assert told == "of 5 runs none is such a one; did you mean hadamard?\n"
    assert convlab("list", "runs", "--out", "none").stdout.startswith("no runs yet")
    assert convlab("list", "runs", "--out", "none", "--json").stdout == "[]\n"


def test_json_says_all_of_each_run() -> None:
    first = json.loads(convlab("list", "runs", "--json").stdout)[1]
    assert first == {
        **{"run": "runs/hadamard-001", "experiment": "hadamard", "status": "dead"},
        **{"started": "2026-11-02T10:00:00+00:00", "seconds": 0.0, "quick": False},
        **{"first_seed": 0, "changed": {}, "verdicts": 2, "as_expected": 1, "open": 0},
        **{"error": "", "resume": "convlab resume hadamard-001", "key": ""},
    }


def test_csv_is_a_line_for_each_run() -> None:
    rows = list(csv.DictReader(StringIO(convlab("list", "runs", "--csv").stdout)))
    assert [row["run"] for row in rows][:2] == ["runs/edge-001", "runs/hadamard-001"]
    assert rows[-1]["changed"] == "side=9" and rows[-1]["status"] == "dead"


def test_runs_elsewhere_are_gone_on_with_by_their_paths() -> None:
    Path("runs").rename("else where")
    shown = convlab("list", "runs", "--out", "else where").stdout
    assert "`convlab resume 'else where/edge-002'` goes on with it" in shown


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["runs", "--status", "ded"], "no run has the status `ded`; did you mean `dead`?"),
        (["runs", "--since", "soon"], "--since soon: neither a date"),
        (["runs", "--json", "--csv"], "name one of them"),
        (["models", "--json"], "are for `convlab list runs`"),
        (["--status", "dead"], "are for `convlab list runs`"),
        (["things"], "experiments, configs, models, runs"),
    ],
)
def test_what_cannot_be_listed_is_told(words: list[str], message: str) -> None:
    result = convlab("list", *words)
    assert result.exit_code == 2 and message in result.stderr and not result.stdout


@pytest.mark.parametrize("command", ["show", "diff", "export"])
def test_a_run_without_a_record_says_so_in_a_line_with_the_way_on(command: str) -> None:
    words = {"show": [], "diff": ["gradient-001"], "export": ["--to", "paper"]}[command]
    result = convlab(command, "gradient-001", *words)
    assert result.exit_code == 2 and not result.stdout
    assert result.stderr == (
        "convlab: gradient-001 has no record: it was stopped before it kept one; "
        "`convlab resume gradient-001` goes on with it\n"
    )


def test_of_many_runs_each_head_is_read_once_and_no_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    open_ = Path.open

    def spied(path: Path, *arguments: object, **options: object) -> object:
        opened.append(path.name)
        return open_(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", spied)
    assert convlab("list", "runs").exit_code == 0
    runs = [name for name in opened if name.endswith(".json")]
    assert sorted(runs) == ["asked.json", *["head.json"] * 4]


COMPLETED = {
    "show edge-": {"edge-001", "edge-002"},
    "show hadama": {"hadamard-001", "hadamard-002", "hadamard"},
    "resume ": {"edge-002", "hadamard-001", "gradient-001"},
    "rm hadamard-": {"hadamard-001", "hadamard-002"},
    "export edge-001 grad": {"gradient-001"},
    "diff edge-001 edge-": {"edge-001", "edge-002"},
    "rm --out else ": {"other-001"},
    "list ru": {"runs"},
    "list runs --status in": {"interrupted"},
}


COMPLETE = """
import sys
from convlab.cli import main
try:
    main()
finally:
    print("torch" in sys.modules)
"""


@pytest.mark.long
@pytest.mark.parametrize("typed", COMPLETED)
def test_a_shell_completes_names_without_torch(typed: str) -> None:
    store.save(Record("other", "?", {}), Path("else/other-001"))
    typed_words = ["convlab", *typed.split(" ")]
    completion = {
        "_CONVLAB_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(typed_words),
        "COMP_CWORD": str(len(typed_words) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE],
        capture_output=True,
        text=True,
        env=os.environ | completion | {"PYTHONPATH": str(Path(cli.__file__).parents[2])},
    )
    *found, torch = done.stdout.split()
    assert torch == "False" and set(found) == COMPLETED[typed]
