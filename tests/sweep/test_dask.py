"""Tests of convlab.sweep.on_dask: a cluster carries out the same runs, whatever it loses."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from convlab import lab
from convlab.errors import UsageError
from convlab.lab import store
from convlab.record import Status
from convlab.sweep import on_dask
from convlab.sweep.attempt import Ended, Policy
from tests.lab import resumed
from tests.sweep.test_local import MINE, asked

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE)
    Path("mine.yaml").write_text("experiment: ./mine.py\n")
    return tmp_path


class Cluster:
    """A scheduler and workers as processes, which can be killed."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"DASK_CONFIG": str(on_dask.SETTINGS)}
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self.processes.append(process)
        return process

    def scheduler(self) -> subprocess.Popen[bytes]:
        port = self.address.rpartition(":")[2]
        return self.start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"
        )

    def worker(self) -> subprocess.Popen[bytes]:
        how = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")
        return self.start("dask_worker", self.address, *how)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    yield made
    for process in made.processes:
        process.kill()
    for process in made.processes:
        process.wait()


def carried_out(folders: Iterator[Path] | list[Path], address: str, **more: Any) -> list[Ended]:
    return sorted(
        on_dask.dask(folders, more.pop("policy", Policy()), address=address, **more),
        key=lambda ended: ended.folder.name,
    )


def test_a_cluster_of_this_machine_carries_out_the_same_runs(here: Path) -> None:
    told: list[str] = []
    bodies = ["pass", "raise ValueError('it is bad')", "raise UsageError('no such thing')", "pass"]
    ended = sorted(
        on_dask.dask(asked(*bodies), Policy(), jobs=2, tell=told.append),
        key=lambda each: each.folder.name,
    )
    assert [each.code for each in ended] == [0, 1, 2, 0] and not told
    assert ended[1].error == "ValueError: it is bad" and "no such thing" in ended[2].error
    assert [each.folder.parent for each in ended] == [Path("runs")] * 4
    (alone,) = asked("pass")
    one, other = lab.run_in(alone), store.load(ended[0].folder)
    assert resumed.without_times(one) == resumed.without_times(other)


def test_what_a_worker_does_not_see_is_sent_and_comes_back(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    cluster.scheduler()
    cluster.worker()
    Path("mine.py").unlink()
    resumed.write(here)
    monkeypatch.setattr(on_dask, "Task", elsewhere)
    folders = [resumed.asked_to(here, Path("runs"), **{"training.steps": n}) for n in (5, 9)]
    ended = carried_out(folders, cluster.address)
    assert [each.code for each in ended] == [0, 0]
    for folder, steps in zip(folders, (5, 9), strict=True):
        alone = resumed.asked_to(here, Path("alone"), **{"training.steps": steps})
        one, other = lab.run_in(alone), store.load(folder)
        assert resumed.without_times(one) == resumed.without_times(other)
        assert one.environment["sources"] == other.environment["sources"]
        assert len(other.measurements.arrays) == 3


TASK = on_dask.Task


def elsewhere(folder: str, *rest: Any) -> on_dask.Task:
    """A task whose folder no worker sees."""
    return TASK(f"/not/there{folder}", *rest)


def when(condition: Callable[[], bool], act: Callable[[], object]) -> threading.Thread:
    """Act once the condition holds, meanwhile."""

    def wait() -> None:
        while not condition():
            time.sleep(0.02)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_a_worker_that_is_lost_costs_no_run(cluster: Cluster) -> None:
    cluster.scheduler()
    workers = [cluster.worker(), cluster.worker()]
    slow = "Path('begun').open('a').write('x'); time.sleep(2.0)"
    killing = when(Path("begun").exists, workers[0].kill)
    ended = carried_out(list(asked(*[slow] * 4)), cluster.address)
    killing.join()
    assert [each.code for each in ended] == [0] * 4
    assert all(store.head(each.folder).status is Status.COMPLETED for each in ended)
    assert len(Path("begun").read_text()) in (4, 5)  # one at most was begun again


def test_a_scheduler_that_is_lost_is_told(cluster: Cluster) -> None:
    scheduler = cluster.scheduler()
    cluster.worker()
    slow = "Path('begun').touch(); time.sleep(3.0)"
    killing = when(Path("begun").exists, scheduler.kill)
    with pytest.raises(UsageError, match="the scheduler is lost"):
        carried_out(list(asked(slow, slow)), cluster.address)
    killing.join()


def test_workers_of_other_versions_are_refused(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.scheduler()
    cluster.worker()
    known = on_dask._versions()
    monkeypatch.setattr(on_dask, "_versions", lambda: known | {"torch": "9.9"})
    with pytest.raises(UsageError, match=r"has torch .*, not 9\.9: let them be equal"):
        carried_out(list(asked("pass")), cluster.address)


def test_settings_that_are_not_as_shipped_are_told(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.scheduler()
    cluster.worker()
    wanted = on_dask.settings() | {"distributed.scheduler.allowed-failures": 7}
    monkeypatch.setattr(on_dask, "settings", lambda: wanted)
    told: list[str] = []
    carried_out(list(asked("pass")), cluster.address, tell=told.append)
    assert told == [
        "the scheduler has distributed.scheduler.allowed-failures 10, not 7: see docs/cluster.md"
    ]


def test_no_scheduler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "TIMEOUT", 1)
    with pytest.raises(UsageError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1"):
        carried_out(list(asked("pass")), "tcp://127.0.0.1:1")
