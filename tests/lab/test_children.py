"""Runs in processes of their own: so many at once, those that measure times alone."""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest

from convlab import lab
from convlab.lab import Plan, children
from convlab.lab.children import Ended, run_all
from tests.lab import ledgers

# Writes when it began and ended; "long" waits for an interrupt.
PROGRAM = """
import sys, time
from pathlib import Path
name = sys.argv[1]
began = time.time()
try:
    time.sleep(60 if name == "long" else 0.4)
except KeyboardInterrupt:
    Path(name).write_text("interrupted")
    sys.exit(130)
Path(name).write_text(f"{began} {time.time()}")
if name == "bad":
    print("convlab: first\\nconvlab: it is bad", file=sys.stderr)
    sys.exit(1)
"""


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A plan, in the place of whose runs the program runs."""
    ledgers.make(tmp_path, monkeypatch)

    def command(planned: Plan, root: Path, first_seed: int) -> list[str]:
        return [sys.executable, "-c", PROGRAM, planned.name]

    monkeypatch.setattr(children, "command", command)
    return lab.plan("one")


def named(planned: Plan, *names: str) -> list[Plan]:
    return [replace(planned, name=name) for name in names]


def times(name: str) -> tuple[float, float]:
    began, ended = map(float, Path(name).read_text().split())
    return began, ended


def overlap(one: str, other: str) -> bool:
    return times(one)[0] < times(other)[1] and times(other)[0] < times(one)[1]


def test_so_many_run_at_once_and_no_more(planned: Plan) -> None:
    told: list[str] = []
    plans = named(planned, "a", "b", "c")
    ended = list(run_all(plans, Path("runs"), at_once=2, tell=told.append))
    assert told == ["a", "b", "c"] and sorted(each.name for each in ended) == told
    assert overlap("a", "b") and not (overlap("a", "c") and overlap("b", "c"))
    assert all(each.code == 0 and each.seconds > 0.3 for each in ended)


def test_what_measures_times_runs_alone_and_last(planned: Plan, tmp_path: Path) -> None:
    timed = tmp_path / "timed.py"
    timed.write_text(f"{ledgers.ONE}\nMEASURES_TIME = True\n")
    assert children.measures_time(timed) and not children.measures_time(planned.file)
    (alone,) = (replace(each, file=timed) for each in named(planned, "alone"))
    list(run_all([alone, *named(planned, "a", "b")], Path("runs"), at_once=3))
    assert overlap("a", "b") and not overlap("alone", "a") and not overlap("alone", "b")


def test_a_failure_is_told_with_its_last_line_and_the_others_go_on(planned: Plan) -> None:
    bad, good = run_all(named(planned, "bad", "a"), Path("runs"))
    assert (bad.code, bad.reason) == (1, "it is bad") and good.code == 0


def test_a_process_that_says_nothing_is_told_of_too() -> None:
    assert "ended with -9" in Ended("one", -9, 1.0, "").reason


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_is_passed_on_and_what_runs_is_waited_for(planned: Plan) -> None:
    Timer(2.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(run_all(named(planned, "a", "long", "b"), Path("runs")))
    assert time.monotonic() - started < 30
    assert Path("long").read_text() == "interrupted"
    assert Path("a").is_file() and not Path("b").exists()


def test_a_plan_is_run_as_a_user_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledgers.make(tmp_path, monkeypatch)
    planned = lab.plan("one", quick=True)
    _, *words = children.command(planned, Path("kept"), 7)
    assert words[:3] == ["-m", "convlab", "run"] and words[3].endswith("one.yaml")
    assert words[4:] == ["--out", "kept", "--quiet", "--quick", "--first-seed", "7"]
