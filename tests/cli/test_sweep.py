"""Tests of convlab.cli.sweep: many runs, one table, and what becomes of those that fail."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from convlab import cli
from convlab.cli import sweeping
from convlab.errors import UsageError
from convlab.lab import lock, run_in, store
from convlab.record import Status
from convlab.sweep.attempt import Ended, Policy

MINE = '''"""Does it do what it is asked to?"""
import time
from pathlib import Path
from pydantic import BaseModel
from convlab.errors import UsageError
from convlab.measure import Claim, Measurements, Sample, at, below, exactly

class Config(BaseModel):
    seeds: int = 6
    value: float = 3.0
    name: str = "a"

def measure(config, workbench):
    with Path("ran").open("a") as file:
        file.write(f"{config.value:g} ")
    if config.value == 13 and not Path("mended").exists():
        raise ValueError("it is 13")
    if config.value == 14:
        raise UsageError("no room for 14")
    if config.value > 50:
        time.sleep(config.value)
    m = Measurements()
    values = [config.value + seed for seed in range(config.seeds)]
    m.add("t", {}, {"error (%)": Sample(values, varies="weights")})
    m.add("u", {}, {"letters": exactly(len(config.name))})
    return m

CLAIMS = (
    Claim("M1", "mine", "it is small", at("error (%)"), below(50)),
    Claim("M2", "mine", "it is short", at("letters"), below(1.5), general=True),
)
'''
FINE = ("value=1,2",)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("mine.py").write_text(MINE)
    Path("mine.yaml").write_text("experiment: ./mine.py\n")


@pytest.fixture(autouse=True)
def policies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let runs be carried out in this process; what the engine was asked for."""
    asked: list[Any] = []

    def in_this_process(
        folders: Iterable[Path], policy: Policy, *, afresh: bool = False
    ) -> Iterator[Ended]:
        asked.append(policy)
        for folder in folders:
            try:
                run_in(folder, afresh=afresh)
            except UsageError as error:
                yield Ended(folder, 2, str(error))
            except Exception as error:
                yield Ended(folder, 1, str(error))
            else:
                yield Ended(folder, 0)

    def engine(name: str, **how: Any) -> Any:
        asked.append((name, how["jobs"], how["address"]))
        return in_this_process

    monkeypatch.setattr(sweeping, "engine", engine)
    return asked


def convlab(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def sweep(*over: str, more: tuple[str, ...] = ()) -> Result:
    return convlab("sweep", "mine.yaml", *(f"--over={each}" for each in over), *more)


def ran() -> list[str]:
    return Path("ran").read_text().split() if Path("ran").exists() else []


def test_a_row_for_each_point_says_what_was_measured_and_judged() -> None:
    result = sweep("value=1,2", "name=a,bb")
    assert result.exit_code == 0 and ran() == ["1", "1", "2", "2"]
    lines = [line for line in result.stdout.splitlines() if line.startswith("0000")]
    assert [line.split()[:4] for line in lines] == [
        ["00000", "1", "a", "completed"],
        ["00001", "1", "bb", "completed"],
        ["00002", "2", "a", "completed"],
        ["00003", "2", "bb", "completed"],
    ]
    assert "3.5 [1.0–6.0]" in lines[0] and "✓ M2; 1 predicted for other settings" in lines[0]
    assert "✗ M2" in lines[1]
    assert "medians with 95 % intervals over 6 seeds, which vary weights" in result.stdout


def test_its_runs_lie_in_its_folder_and_are_runs_like_any() -> None:
    sweep(*FINE, more=("seeds=7", "--threads=2", "--first-seed=3"))
    record = store.load(Path("runs/sweep-mine-001/00001"))
    assert record.settings == {"seeds": 7, "value": 2.0, "name": "a"}
    assert record.first_seed == 3 and record.environment["threads"] == 2
    assert "it is small" in convlab("show", "runs/sweep-mine-001/00001").stdout
    assert "it is small" in convlab("show", "sweep-mine-001/00001").stdout
    head = store.head(Path("runs/sweep-mine-001"))
    assert (head.experiment, head.status, head.verdicts) == (
        "sweep of mine",
        Status.COMPLETED,
        4,
    )
    assert head.changed == {"seeds": 7, "value": [1, 2]}
    assert "sweep-mine-001" in convlab("list", "runs").stdout


def test_a_run_that_fails_is_told_with_its_error_and_log_and_the_others_go_on() -> None:
    result = sweep("value=13,14,1")
    assert result.exit_code == 1 and ran() == ["13", "14", "1"]
    assert result.stdout.count(" FAILED ") == 2
    flat = " ".join(result.stdout.split())
    assert "FAILED 00000 (value=13): ValueError: it is 13" in flat
    assert "log: runs/sweep-mine-001/00000/log" in flat
    assert "FAILED 00001 (value=14): no room for 14 figure" in flat  # it has no log
    assert "`convlab resume sweep-mine-001` runs what is missing" in flat
    head = store.head(Path("runs/sweep-mine-001"))
    assert (head.status, head.error) == (Status.FAILED, "2 of 3 runs failed")


def test_a_failure_ends_the_sweep_if_that_is_wanted(policies: list[Any]) -> None:
    more = ("--on-error=stop", "--retries=2", "--timeout=9", "--jobs=3")
    result = sweep("value=1,13,2", more=more)
    assert result.exit_code == 1 and ran() == ["1", "13"]
    assert "1 completed, 1 failed, 1 not begun" in result.stdout
    assert policies == [("local", 3, None), Policy(2, 9.0)]


def test_resume_runs_what_is_missing_and_nothing_twice(policies: list[Any]) -> None:
    sweep("value=1,13,2", more=("--on-error=stop",))
    Path("mended").touch()
    words = "--jobs=2", "--retries=1", "--quiet"
    result = convlab("resume", "sweep-mine-001", *words)
    assert result.exit_code == 0 and ran() == ["1", "13", "13", "2"]
    assert "3 runs: 3 completed" in result.stdout and "resume" not in result.stdout
    assert policies[2:] == [("local", 2, None), Policy(1)]
    assert store.head(Path("runs/sweep-mine-001")).status is Status.COMPLETED
    assert convlab("resume", "sweep-mine-001").exit_code == 0
    assert len(ran()) == 4


def test_what_only_sweeps_have_is_refused_of_a_run() -> None:
    convlab("run", "mine.yaml")
    result = convlab("resume", "mine-001", "--jobs", "2")
    assert result.exit_code == 2 and "is one run, no sweep" in result.stderr
    sweep(*FINE)
    assert convlab("resume", "sweep-mine-001", "--force").exit_code == 2


def test_a_sweep_that_is_at_work_is_not_carried_out_twice() -> None:
    sweep(*FINE)
    with lock.held(Path("runs/sweep-mine-001")):
        result = convlab("resume", "sweep-mine-001")
    assert result.exit_code == 2 and "at work" in result.stderr


def test_one_that_was_copied_runs_no_code_unasked() -> None:
    sweep("value=13")
    Path("runs/sweep-mine-001").rename("old")
    subprocess.run(["cp", "-r", "old", "copy"], check=True)
    result = convlab("resume", "copy")
    assert result.exit_code == 2 and "say --yes if you trust that" in result.stderr
    assert convlab("resume", "copy", "--yes").exit_code == 1 and len(ran()) == 2


def test_a_dry_run_lists_the_points_and_makes_nothing() -> None:
    result = sweep(*FINE, more=("--dry-run",))
    assert result.exit_code == 0 and "2 runs" in result.stdout and not ran()
    assert "not known: no run of mine is completed" in result.stdout
    assert not Path("runs").exists()
    convlab("run", "mine.yaml")
    assert "if each takes as long as mine-001" in sweep(*FINE, more=("--dry-run",)).stdout
    assert not Path("runs/sweep-mine-001").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--over=valu=1,2",), "did you mean `value`?"),
        (("--over=value=1,x",), "(at value=x)"),
        (("--over=value=1,1.0",), "are the same run"),
        ((), "nothing is swept"),
        (("--over=value=1", "--show=M7"), "no claim of that id"),
        (("--over=value=1", "--seeds=2", "--over=seeds=3"), "`seeds` is set twice"),
    ],
)
def test_all_is_checked_before_anything_runs(words: tuple[str, ...], told: str) -> None:
    result = convlab("sweep", "mine.yaml", *words)
    assert result.exit_code == 2 and told in result.stderr
    assert not Path("runs").exists()


def test_a_file_may_have_a_sweep_of_its_own() -> None:
    Path("mine.yaml").write_text("experiment: ./mine.py\nsweep: {value: [1, 2], name: [a, b]}\n")
    assert "valid at each of 4 points" in convlab("validate", "mine.yaml").stdout
    result = convlab("run", "mine.yaml")
    assert result.exit_code == 2 and "convlab sweep mine.yaml" in result.stderr
    assert not Path("runs").exists()
    assert convlab("sweep", "mine.yaml", "--over", "value=5").exit_code == 0
    assert ran() == ["5", "5"]


def test_check_is_about_the_verdicts_of_all_runs() -> None:
    assert sweep("name=a,b", more=("--check",)).exit_code == 0
    assert sweep("name=a,bb").exit_code == 0
    assert sweep("name=a,bb", more=("--check",)).exit_code == 1


def test_quick_and_quiet_reach_the_runs() -> None:
    Path("mine.yaml").write_text("experiment: ./mine.py\nquick: {seeds: 2}\n")
    result = sweep(*FINE, more=("--quick", "-q"))
    assert not result.stderr and "quick runs" in result.stdout
    record = store.load(Path("runs/sweep-mine-001/00000"))
    assert record.quick and record.settings["seeds"] == 2


def test_elsewhere_than_in_a_terminal_a_line_tells_of_each_run() -> None:
    lines = sweep("value=1,13").stderr.splitlines()
    assert lines[0].startswith("1 of 2 done: 00000 (value=1) completed")
    assert lines[1].startswith("1 of 2 done: 00001 (value=13) FAILED: ValueError: it is 13")


def test_json_is_the_whole_of_it() -> None:
    document = json.loads(sweep("value=1,13", more=("--json", "--show=error (%)")).stdout)
    assert document == json.loads(convlab("show", "sweep-mine-001", "--json").stdout)
    assert document["keys"] == ["value"] and document["experiment"] == "mine"
    good, bad = document["runs"]
    assert good["settings"] == {"value": 1} and good["status"] == "completed"
    assert good["quantities"]["error (%)"]["values"] == [1, 2, 3, 4, 5, 6]
    assert [each["id"] for each in good["verdicts"]] == ["M1", "M2"]
    assert bad["status"] == "failed" and "it is 13" in bad["error"]
    assert Path(bad["log"]).is_file() and document["figures"] == ["error-by-value.png"]


def test_csv_has_a_line_for_each_quantity_and_for_what_failed() -> None:
    header, *lines = sweep("value=1,13", more=("--csv",)).stdout.splitlines()
    assert header == "run,value,status,quantity,statistic,center,low,high,values"
    assert lines == [
        "00000,1,completed,error (%),median,3.5,1.0,6.0,1.0 2.0 3.0 4.0 5.0 6.0",
        "00000,1,completed,letters,exact,1.0,1.0,1.0,1.0",
        "00001,13,failed,,,,,,",
    ]


def test_a_sweep_is_shown_again_with_other_quantities() -> None:
    printed = sweep(*FINE).stdout
    assert convlab("show", "sweep-mine-001").stdout == printed
    shown = convlab("show", "sweep-mine-001", "--show", "letters").stdout
    assert "letters" in shown and "error (%)\n" not in shown
    result = convlab("show", "sweep-mine-001", "--show", "leters", "--csv")
    assert result.exit_code == 2 and "did you mean `letters`?" in result.stderr
    assert "| 00000 | 1 | completed |" in convlab("show", "sweep-mine-001", "--markdown").stdout


def test_a_quantity_that_no_run_has_costs_no_run() -> None:
    result = sweep(*FINE, more=("--show=leters", "--show=letters", "--csv"))
    assert result.exit_code == 0 and "did you mean `letters`?" in result.stderr
    assert "00001,2,completed,letters," in result.stdout


def test_more_runs_than_a_screen_holds_are_shown_if_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convlab.sweep.table.SCREEN", 2)
    assert sweep("value=1,2,3", more=("--dry-run",)).stdout.count("\n000") == 3
    assert sweep("value=1,2,3", more=("--tables",)).stdout.count("\n000") == 3
    shown = convlab("show", "sweep-mine-001").stdout
    assert shown.count("\n000") == 2
    assert "1 more run: `convlab show sweep-mine-001 --tables` shows all" in shown


def test_the_current_folder_stays_and_nothing_else_is_written(tmp_path: Path) -> None:
    sweep("value=13,1")
    assert Path.cwd() == tmp_path
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["mine.py", "mine.yaml", "ran", "runs"]


def test_a_figure_that_fails_costs_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise ValueError("no font")

    monkeypatch.setattr("convlab.sweep.drawing.keep", failing)
    result = sweep(*FINE)
    assert result.exit_code == 0 and "2 runs: 2 completed" in result.stdout
    assert "not all figures could be drawn: ValueError: no font" in result.stderr


def test_an_experiment_that_measures_times_runs_alone_and_here(policies: list[Any]) -> None:
    Path("mine.py").write_text(MINE.replace("import time", "import time\nMEASURES_TIME = True"))
    assert sweep(*FINE, more=("--engine=dask",)).exit_code == 2
    result = sweep(*FINE, more=("--jobs=4",))
    assert result.exit_code == 0 and "one by one" in result.stderr
    assert policies[0] == ("local", 1, None)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.long
def test_an_interrupt_keeps_what_is_done_and_resume_goes_on() -> None:
    words = [sys.executable, "-m", "convlab", "sweep", "mine.yaml", "--over", "value=1,60,2"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while "60" not in ran():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate()
    assert process.returncode == 130
    assert b"1 of 3 runs are done; `convlab resume sweep-mine-001` goes on" in error
    assert b"1 completed, 1 interrupted, 1 not begun" in out
    assert store.head(Path("runs/sweep-mine-001")).status is Status.INTERRUPTED
    assert store.head(Path("runs/sweep-mine-001/00001")).status is Status.INTERRUPTED


def test_a_sweep_is_exported_with_runs_beside_it() -> None:
    convlab("run", "mine.yaml")
    sweep("value=1,2")
    result = convlab(
        "export", "sweep-mine-001", "mine-001", "--to=paper", "--format=md,tex,csv,json,svg"
    )
    assert result.exit_code == 0
    names = {path.name for path in Path("paper").iterdir()}
    documents = {f"sweep-mine-001.{kind}" for kind in ("md", "tex", "csv", "json")}
    assert documents | {"mine-001.md", "sweep-mine-001-error-by-value.svg"} <= names
    assert "(sweep-mine-001-error-by-value.svg)" in Path("paper/sweep-mine-001.md").read_text()
    again = convlab("export", "sweep-mine-001", "--to=paper", "--format=md")
    assert again.exit_code == 2 and "there already" in again.stderr
