"""Tests of what goes wrong around convlab: disks, folders, clocks, terminals, processes."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from convlab import files, lab
from convlab.lab import checkpoints, lock, store
from convlab.record import Status
from tests.lab import resumed

pytestmark = pytest.mark.long
RUN = [sys.executable, "-m", "convlab", "run", "mine.yaml", "training.steps=5", "--quiet"]


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    resumed.write(tmp_path)
    return tmp_path


def command(*words: str, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, **how)


def during(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch, mine: Path) -> Path:
    """The folder of a run in the middle of whose trainings something happens."""
    monkeypatch.setattr(checkpoints, "PAUSE", 0.0)
    monkeypatch.setattr(checkpoints, "MOST", 0.0)
    run = resumed.asked_to(mine, Path("runs"), **{"training.steps": 40, "arms": 2})
    acted: list[object] = []

    def tell(progress: Any) -> None:
        if progress.task == "arm (2)" and not acted:
            acted.append(act())

    assert lab.run_in(run, tell=tell).status is Status.COMPLETED and acted
    return run


def whole(mine: Path) -> Any:
    alone = resumed.asked_to(mine, Path("alone"), **{"training.steps": 40, "arms": 2})
    return resumed.without_times(lab.run_in(alone))


def test_a_disk_that_is_full_for_a_while_costs_no_number(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, write = whole(mine), files.write

    def full(path: Path, writer: Callable[[Path], object]) -> None:
        if checkpoints.FOLDER in path.parts:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        write(path, writer)

    run = during(lambda: monkeypatch.setattr(files, "write", full), monkeypatch, mine)
    found = resumed.without_times(store.load(run))
    (note,) = set(found["notes"]) - set(expected["notes"])
    assert note == "not all could be kept to go on from: [Errno 28] No space left on device"
    assert found | {"notes": []} == expected | {"notes": []}


def test_a_folder_that_is_deleted_under_a_run_is_made_again(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = whole(mine)
    run = during(lambda: shutil.rmtree("runs"), monkeypatch, mine)
    assert resumed.without_times(store.load(run)) == expected


def test_a_clock_that_is_set_back_changes_nothing(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, now = whole(mine), time.time
    back = lambda: monkeypatch.setattr(time, "time", lambda: now() - 1e6)  # noqa: E731
    run = during(back, monkeypatch, mine)
    assert resumed.without_times(store.load(run)) == expected
    assert store.load(run).seconds < 100


def test_runs_that_start_in_the_same_instant_have_folders_of_their_own() -> None:
    ready = threading.Barrier(16)

    def reserve(_: int) -> Path:
        ready.wait()
        return store.reserve(Path("runs"), "mine")

    with ThreadPoolExecutor(16) as threads:
        folders = list(threads.map(reserve, range(16)))
    assert len(set(folders)) == 16 and all(folder.is_dir() for folder in folders)


def test_of_two_that_go_on_with_a_run_at_once_one_is_told(mine: Path) -> None:
    run, began, results = resumed.asked_to(mine, Path("runs")), threading.Event(), []
    with lock.held(run):
        began.set()
        with pytest.raises(lock.Held):
            lab.run_in(run)
    results.append(lab.run_in(run).status)
    assert results == [Status.COMPLETED] and store.head(run).attempt == 1


def test_without_a_home_all_goes_on() -> None:
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    done = command(*RUN, env=known)
    assert done.returncode == 0 and "run: runs/mine-001" in done.stdout, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="other systems keep it")
def test_in_a_folder_that_is_gone_the_way_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    words = f'cd gone && rmdir ../gone && "{sys.executable}" -m convlab list; echo $?'
    done = command("sh", "-c", words)
    assert done.stdout == "2\n"
    assert done.stderr == "convlab: the current folder is gone; change to one that is there\n"


def test_a_closed_terminal_costs_no_run() -> None:
    done = command("sh", "-c", " ".join(f'"{word}"' for word in RUN) + " >&-; echo $? >&2")
    assert done.stderr == "0\n" and store.head(Path("runs/mine-001")).status is Status.COMPLETED


@pytest.mark.parametrize("root", ["/proc/runs", "file/runs", "/dev/null/runs"])
def test_where_nothing_can_be_written_nothing_is_run(root: str) -> None:
    Path("file").write_text("")
    planned = lab.plan("mine.yaml")
    with pytest.raises(Exception, match=r"cannot write runs to .*name another --out"):
        lab.run(planned, root=Path(root))
