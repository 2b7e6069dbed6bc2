"""Sweeps whose processes are killed at any moment: nothing is lost, and nothing is double."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from convlab.lab import store
from convlab.record import Status
from convlab.sweep.attempt import Policy
from convlab.sweep.local import local
from tests.lab import resumed
from tests.sweep.test_dask import Cluster

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

RATES = (0.1, 0.05, 0.01)
SWEEP = Path("runs/sweep-mine-001")
QUICKLY = """
import sys
from convlab.cli import main
main()
"""
# Each run keeps where it is 20 times a second, and waits for what kills it.
SLOWLY = """
    import time
    from convlab.lab import checkpoints
    from convlab.train.steps import PlainSteps

    def slowly(self, batch, step=PlainSteps.__call__):
        time.sleep(0.004)
        return step(self, batch)

    checkpoints.PAUSE = checkpoints.MOST = 0.05
    workbench.checkpoints("").store.due = 0.0
    PlainSteps.__call__ = slowly
"""  # within `measure`: to plan a run changes nothing of this process


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    yaml = resumed.write(tmp_path)
    begin = "def measure(config, workbench):"
    (tmp_path / "mine.py").write_text(resumed.MINE.replace(begin, begin + SLOWLY, 1))
    return yaml


def command(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", QUICKLY, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def begun(steps: int, *engine: str) -> subprocess.Popen[str]:
    """A process that sweeps, or goes on where the sweep is there already."""
    if (SWEEP / "sweep.json").exists():
        return command("resume", SWEEP.name, "--quiet", *engine)
    rates = ",".join(map(str, RATES))
    settings = (f"training.steps={steps}", "arms=1")
    over = ("--over", f"training.lr={rates}", "--quiet")
    return command("sweep", "mine.yaml", *settings, *over, *engine)


def kept() -> int:
    """How much there is to go on from, in all runs, their attempts and those that are done."""
    heads = [store.head(folder) for folder in store.folders(SWEEP)]
    done = sum(head.status is Status.COMPLETED for head in heads)
    return 100 * done + sum(head.kept + head.attempt for head in heads if head.kept)


def at_work() -> list[int]:
    """The processes of runs at work that have progressed: two losses without are too many."""
    heads = {folder: store.head(folder) for folder in store.folders(SWEEP)}
    running = (folder for folder, head in heads.items() if head.status is Status.RUNNING)
    return [resumed.pid_of(folder) for folder in running if heads[folder].kept]


def kill(process: int) -> None:
    """End it, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def killed_in(
    client: subprocess.Popen[str], victim: Callable[[], int | None], random: Random
) -> bool:
    """Kill somebody once the sweep has progressed; whether it goes on with this client."""
    before = kept()
    while client.poll() is None and kept() <= before:
        time.sleep(0.02)
    time.sleep(random.uniform(0, 0.2))
    if client.poll() is None and (process := victim()):
        kill(process)
        if process == client.pid:
            client.communicate()
    return client.poll() is None


def whole(steps: int) -> list[Any]:
    """What the runs by themselves come to."""
    settings = [{"training.lr": rate, "training.steps": steps, "arms": 1} for rate in RATES]
    folders = [resumed.asked_to(Path(), Path("alone"), **each) for each in settings]
    assert {ended.code for ended in local(folders, Policy(), jobs=2)} == {0}
    return [resumed.without_times(store.load(folder)) for folder in folders]


def swept() -> list[Any]:
    return [resumed.without_times(store.load(folder)) for folder in store.folders(SWEEP)]


@pytest.mark.parametrize(
    ("kills", "steps"),
    [
        pytest.param(5, 60, marks=pytest.mark.long),
        pytest.param(50, 1000, marks=pytest.mark.slow),
    ],
)
def test_a_sweep_whose_processes_are_killed_is_the_same(kills: int, steps: int) -> None:
    """Of two jobs: runs and the client."""
    random, client = Random(kills), begun(steps, "--jobs", "2")

    def anybody() -> int | None:
        return random.choice([client.pid, *at_work()])

    for _ in range(kills):
        if not killed_in(client, anybody, random):
            client.communicate()
            assert client.returncode in (-signal.SIGKILL, 0), client.communicate()
            client = begun(steps, "--jobs", "2")
    _, errors = client.communicate()
    assert client.returncode == 0, errors
    assert swept() == whole(steps)
    runs = json.loads(_shown())["runs"]
    assert [each["status"] for each in runs] == ["completed"] * len(RATES)


@pytest.mark.slow
def test_a_cluster_whose_parts_are_killed_does_the_same() -> None:
    """Of two workers: runs, workers, the scheduler, the client."""
    kills, steps, random, cluster = 50, 1000, Random(7), Cluster()
    scheduler, workers = cluster.scheduler(), [cluster.worker(), cluster.worker()]
    engine = ("--engine", "dask", "--address", cluster.address)
    client = begun(steps, *engine)
    try:
        for _ in range(kills):
            chosen = random.choice([client, scheduler, *workers, *workers, None])

            def victim(chosen: Any = chosen) -> int | None:
                return chosen.pid if chosen else next(iter(at_work()), None)

            alive = killed_in(client, victim, random)
            if chosen is scheduler or scheduler.poll() is not None:
                client.communicate()
                alive, scheduler = False, cluster.scheduler()
            workers = [each if each.poll() is None else cluster.worker() for each in workers]
            if not alive:
                client.communicate()
                client = begun(steps, *engine)
        client.communicate()
        while (client := begun(steps, *engine)).wait():
            client.communicate()
        assert swept() == whole(steps)
    finally:
        for process in cluster.processes:
            process.kill()


def _shown() -> str:
    shown = command("show", SWEEP.name, "--json")
    return shown.communicate()[0]
