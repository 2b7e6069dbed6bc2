"""Tests of convlab.sweep.local, attempt and processes: every run is done, once, by itself."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from convlab import lab
from convlab.config import Override
from convlab.lab import lock, store
from convlab.lab.running import asked_for, prepare
from convlab.record import Status
from convlab.sweep.attempt import VANISHED, Ended, Policy, until_done
from convlab.sweep.local import local
from tests.lab import resumed

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]

MINE = '''"""What does it do?"""
import os, signal, sys, time
from pathlib import Path
import torch
from pydantic import BaseModel
from convlab.errors import UsageError
from convlab.measure import Claim, Measurements, at, below, exactly

class Config(BaseModel):
    seeds: int = 1
    body: str = "pass"

def measure(config, workbench):
    m = Measurements()
    exec(config.body)
    m.add("t", {}, {"value": exactly(config.seeds)})
    return m

CLAIMS = (Claim("M1", "me", "it is small", at("value"), below(500)),)
'''


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE)
    Path("mine.yaml").write_text("experiment: ./mine.py\n")
    return tmp_path


def asked(*bodies: str, seeds: int = 1) -> Iterator[Path]:
    """The folders of runs that do these things, each made when it is asked for."""
    for body in bodies:
        planned = lab.plan("mine.yaml", [Override("body", body), Override("seeds", seeds)])
        asked = asked_for(planned, device="cpu", threads=1, first_seed=0)
        yield prepare(asked, Path("runs"), "mine")


def carried_out(*bodies: str, policy: Policy | None = None, jobs: int = 1) -> list[Ended]:
    return list(local(asked(*bodies), policy or Policy(), jobs=jobs))


def test_many_runs_are_carried_out_and_each_is_whole() -> None:
    ended = carried_out(*["pass"] * 12, jobs=2)
    assert {each.code for each in ended} == {0} and len({each.folder for each in ended}) == 12
    assert all(store.head(each.folder).status is Status.COMPLETED for each in ended)
    assert all(store.head(each.folder).attempt == 1 for each in ended)


def test_a_folder_is_asked_for_when_there_is_room() -> None:
    made: list[Path] = []

    def folders() -> Iterator[Path]:
        for folder in asked(*["pass"] * 5):
            made.append(folder)
            yield folder

    ending = local(folders(), Policy(), jobs=2)
    next(ending)
    assert len(made) <= 3
    assert isinstance(ending, Generator)
    ending.close()


STATES = """
import convlab
traces = [torch.initial_seed() == 7, torch.get_default_dtype() == torch.float64]
traces += ["LEFT" in os.environ, hasattr(convlab, "left"), "mine_left" in sys.modules]
assert not any(traces), traces
torch.manual_seed(7); torch.set_default_dtype(torch.float64)
os.environ["LEFT"] = "x"; convlab.left = 1; sys.modules["mine_left"] = sys; os.chdir("/")
"""


def test_nothing_that_a_run_leaves_behind_is_in_the_next() -> None:
    assert [each.error for each in carried_out(*[STATES] * 3)] == [""] * 3


def test_a_failure_is_told_in_a_line_and_its_words_are_in_the_log() -> None:
    bad, good = carried_out("print('said'); raise ValueError('it is\\nbad')", "pass")
    assert (bad.code, bad.error) == (1, "ValueError: it is bad") and good.code == 0
    assert store.head(bad.folder).status is Status.FAILED
    log = (bad.folder / store.LOG).read_text()
    assert "said" in log and "Traceback" in log


@pytest.mark.parametrize(
    "body",
    ["raise UsageError('no such thing')", "raise MemoryError('too large')"],
)
def test_usage_and_memory_are_never_tried_again(body: str) -> None:
    body = f"Path('tries').open('a').write('x'); {body}"
    (ended,) = carried_out(body, policy=Policy(retries=3))
    assert ended.code == 2 and ("no such thing" in ended.error or "too large" in ended.error)
    assert Path("tries").read_text() == "x"
    assert not ended.folder.exists()  # it never began


def test_a_failure_is_tried_again_as_often_as_allowed() -> None:
    body = "Path('tries').open('a').write('x'); assert len(Path('tries').read_text()) > 2, 'no'"
    (ended,) = carried_out(body, policy=Policy(retries=2))
    assert ended == Ended(ended.folder, 0) and store.head(ended.folder).attempt == 3
    Path("tries").unlink()
    (ended,) = carried_out(body, policy=Policy(retries=1))
    assert ended.code == 1 and "no" in ended.error


KILLED = "os.kill(os.getpid(), signal.SIGKILL)"


def test_a_process_that_vanishes_is_tried_again_and_given_up_the_second_time() -> None:
    once = f"Path('once').exists() or (Path('once').touch(), {KILLED})"
    good, bad = carried_out(once, KILLED)
    assert good.code == 0 and store.head(good.folder).attempt == 2
    assert (bad.code, bad.error) == (1, VANISHED)
    head = store.head(bad.folder)
    assert head.status is Status.FAILED and head.error == VANISHED and head.attempt == 2
    assert store.load(bad.folder).status is Status.FAILED
    again = until_done(bad.folder, Policy(), afresh=True)
    assert again.code == 1 and store.head(bad.folder).attempt == 4


def test_what_makes_progress_is_never_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed five times, each time after it has kept something."""
    for file in ("mine.py", "mine.yaml"):
        Path(file).unlink()
    resumed.write(Path())
    run = resumed.asked_to(Path(), Path("runs"), **{"training.steps": 20, "arms": 1})
    body = Path("mine.py").read_text()
    begin = "def measure(config, workbench):\n"
    keep = (
        "    from convlab.lab import checkpoints; checkpoints.PAUSE = checkpoints.MOST = 0.0\n"
        "    workbench.checkpoints('').store.due = 0.0\n"
    )
    kill = (
        "import os, signal; from pathlib import Path; p = Path('kills'); "
        "n = len(p.read_text()) if p.exists() else 0\n"
        "def counted(x, y, seen=[0]):\n"
        "    seen[0] += 1\n"
        "    if n < 5 and seen[0] > 9:\n"
        "        p.open('a').write('x'); os.kill(os.getpid(), 9)\n"
        "    return mse_loss(x, y)\n"
    )
    body = body.replace("class Config", kill + "class Config", 1).replace(begin, begin + keep)
    Path("mine.py").write_text(body.replace("draw, mse_loss,", "draw, counted,"))
    run = resumed.asked_to(Path(), Path("runs"), **{"training.steps": 60, "arms": 1, "seeds": 1})
    ended = until_done(run, Policy())
    assert ended == Ended(run, 0) and store.head(run).attempt == 6


def test_a_run_that_takes_too_long_is_ended_and_failed() -> None:
    carried_out("pass")  # the first starts cold
    bodies = ("time.sleep(600)", "pass")
    ended = carried_out(*bodies, policy=Policy(timeout=6), jobs=2)
    good, long = sorted(ended, key=lambda each: each.code)
    assert good.code == 0
    assert (long.code, long.error) == (1, "it took longer than 6 s")
    assert store.head(long.folder).status is Status.FAILED


def test_an_interrupt_ends_what_runs_which_is_kept_and_nothing_else_begins() -> None:
    begun = Path("begun")
    threading.Thread(target=_interrupt_once, args=(begun,)).start()
    with pytest.raises(KeyboardInterrupt):
        carried_out("Path('begun').touch(); time.sleep(60)", "Path('next').touch()")
    heads = [store.head(folder) for folder in store.folders(Path("runs"))]
    assert [head.status for head in heads] == [Status.INTERRUPTED]
    assert not Path("next").exists()


def _interrupt_once(path: Path) -> None:
    while not path.exists():
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)


def test_a_run_ends_with_the_process_that_asked_for_it() -> None:
    script = Path("client.py")
    script.write_text(
        "import sys; from pathlib import Path\n"
        "from convlab.sweep.attempt import Policy, until_done\n"
        "if __name__ == '__main__':\n"
        "    until_done(Path(sys.argv[1]), Policy())\n"
    )
    (folder,) = asked("Path('begun').touch(); time.sleep(60)")
    with subprocess.Popen([sys.executable, str(script), str(folder)]) as client:
        while not Path("begun").exists():
            time.sleep(0.05)
        client.kill()
    for _ in range(200):
        if store.head(folder).status is not Status.RUNNING:
            break
        time.sleep(0.05)
    assert store.head(folder).status is Status.INTERRUPTED


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.long)])
def test_numbers_are_those_of_a_run_by_itself(jobs: int, here: Path) -> None:
    for file in ("mine.py", "mine.yaml"):
        Path(file).unlink()
    resumed.write(here)
    settings: list[dict[str, Any]] = [{"training.steps": n, "arms": 2} for n in (20, 30)]
    folders = [resumed.asked_to(here, Path("runs"), **each) for each in settings]
    assert {each.code for each in local(folders, Policy(), jobs=jobs)} == {0}
    for folder, each in zip(folders, settings, strict=True):
        alone = lab.run_in(resumed.asked_to(here, Path("alone"), **each))
        assert resumed.without_times(store.load(folder)) == resumed.without_times(alone)


def test_a_run_at_work_elsewhere_is_not_carried_out_twice() -> None:
    (folder,) = asked("Path('x').touch()")
    with lock.held(folder):
        ended = until_done(folder, Policy())
    assert ended.code == 2 and "at work" in ended.error and not Path("x").exists()
