"""Tests of convlab.lab.resuming and attempts: a run goes on in any process, or says why not."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from convlab import lab
from convlab.errors import UsageError
from convlab.lab import attempts, checkpoints, environment, lock, resuming, store
from convlab.lab.asked import ASKED, Asked
from convlab.record import Record, Status
from tests.lab import resumed


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return resumed.write(tmp_path)


def whole(mine: Path, **settings: Any) -> Record:
    """The record of a run that nothing stops."""
    return lab.run_in(resumed.asked_to(mine.parent, Path("whole"), **settings))


def interrupted(mine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run that was interrupted in its second training."""
    run = resumed.asked_to(mine.parent, Path("runs"))
    told = []

    def tell(progress: Any) -> None:
        told.append(progress.task)
        if progress.task == "arm (2)" and progress.done > 300:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as raised:
        lab.run_in(run, tell=tell)
    assert raised.value.__notes__ == [
        "the run is kept in runs/mine-001, with 1 training that had ended",
        "`convlab resume mine-001` goes on",
    ]
    return run


def same(one: Record, other: Record) -> None:
    assert resumed.without_times(one) == resumed.without_times(other)
    arrays, others = one.measurements.arrays, other.measurements.arrays
    assert arrays.keys() == others.keys() and len(arrays) == 3
    for name, array in arrays.items():
        assert array.tobytes() == others[name].tobytes()


def test_a_run_that_was_interrupted_goes_on_to_the_same_record(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = interrupted(mine, monkeypatch)
    head = store.head(run)
    assert head.status is Status.INTERRUPTED and head.attempt == 1 and head.kept == 2
    names = sorted(path.name for path in (run / checkpoints.FOLDER).iterdir())
    assert [name.split(".")[1] for name in names] == ["ended", "now"]
    steps: list[str] = []
    record = lab.run_in(run, tell=lambda progress: steps.append(progress.task))
    same(store.load(run), whole(mine))
    assert record.run == "runs/mine-001" and steps.count("arm") == 1  # it had ended
    assert store.head(run).status is Status.COMPLETED and store.head(run).attempt == 2
    assert sorted(path.name for path in run.iterdir()) == [
        *("arrays.npz", ASKED, store.HEAD, lock.LOCK, store.LOG, store.RECORD)
    ]
    before = (run / store.RECORD).read_bytes()
    lab.run_in(run)  # once more: it is done
    assert (run / store.RECORD).read_bytes() == before


@pytest.mark.parametrize(
    ("kills", "number"),
    [
        pytest.param(5, signal.SIGKILL, marks=pytest.mark.long),
        pytest.param(1, signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(1, signal.SIGUSR1, marks=pytest.mark.slow),
        pytest.param(50, signal.SIGKILL, marks=pytest.mark.slow),
    ],
)
def test_a_run_that_is_killed_again_and_again_is_the_same(
    kills: int, number: int, mine: Path
) -> None:
    steps = {1: 120, 5: 300, 50: 3000}[kills]
    run = resumed.asked_to(mine.parent, Path("runs"), **{"training.steps": steps})
    random = Random(kills)
    for killed in range(kills):
        assert resumed.killed(run, random, number), f"it ended before kill {killed + 1}"
        ended = (Status.DEAD,) if number == signal.SIGKILL else (Status.INTERRUPTED,)
        assert store.head(run).status in ended and store.head(run).attempt == killed + 1
    with resumed.started(run) as process:
        out, err = process.communicate()
        assert process.returncode == 0, err
    assert "M1" in out
    same(store.load(run), whole(mine, **{"training.steps": steps}))
    assert not list(run.glob(".*"))  # nothing unfinished is left


def edit_code(mine: Path) -> str:
    mine.with_suffix(".py").write_text(resumed.MINE + "# more\n")
    return "code mine.py"


def edit_neighbour(mine: Path) -> str:
    (mine.parent / "_network.py").write_text(resumed.NETWORK + "# more\n")
    return "code _network.py"


def edit_settings(mine: Path) -> str:
    mine.write_text("experiment: ./mine.py\nseeds: 4\n")
    return "settings seeds"


def edit_prediction(mine: Path) -> str:
    mine.with_suffix(".py").write_text(resumed.MINE.replace("below(5)", "below(6)"))
    return "the prediction changed"


def edit_threads(mine: Path) -> str:
    run = Path("runs/mine-001")
    replace(Asked.load(run), threads=2).save(run)
    return "threads"


@pytest.mark.parametrize(
    "edit", [edit_code, edit_neighbour, edit_settings, edit_prediction, edit_threads]
)
def test_what_has_changed_is_named_and_nothing_is_run(
    edit: Callable[[Path], str], mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = interrupted(mine, monkeypatch)
    before = (run / store.RECORD).read_bytes()
    changed = edit(mine)
    with pytest.raises(UsageError, match=f"^runs/mine-001 cannot be resumed.*{changed}"):
        lab.run_in(run)
    assert (run / store.RECORD).read_bytes() == before


def test_a_change_of_versions_is_named(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = interrupted(mine, monkeypatch)
    known = environment.versions()
    monkeypatch.setattr("convlab.lab.identity.versions", lambda: known | {"torch": "9.9"})
    with pytest.raises(UsageError, match="versions torch"):
        lab.run_in(run)


def test_a_run_at_work_is_left_alone(mine: Path) -> None:
    run = resumed.asked_to(mine.parent, Path("runs"))
    with lock.held(run), pytest.raises(lock.Held, match="is at work"):
        lab.run_in(run)
    record = Record("mine", "?", {}, status=Status.RUNNING)
    with attempts.begun(run, record), pytest.raises(lock.Held, match="wait for it"):
        lab.run_in(run)


def test_of_another_host_the_last_beat_tells(mine: Path) -> None:
    run = resumed.asked_to(mine.parent, Path("runs"))
    with attempts.begun(run, Record("mine", "?", {}, status=Status.RUNNING)):
        pass
    path = run / lock.LOCK
    path.write_text("another.host 1\n")
    assert store.head(run).status is Status.RUNNING
    with pytest.raises(lock.Held, match="at work elsewhere"):
        lab.run_in(run)
    ahead = time.time() + 10 * lock.SILENT  # a clock was set back
    os.utime(path, (ahead, ahead))
    assert store.head(run).status is Status.RUNNING
    old = time.time() - 2 * lock.SILENT
    os.utime(path, (old, old))
    assert store.head(run).status is Status.DEAD
    path.write_text("another.host 1\n")
    assert lab.run_in(run, force=True).status is Status.COMPLETED


def test_a_process_that_was_taken_for_dead_writes_no_more(mine: Path) -> None:
    run = resumed.asked_to(mine.parent, Path("runs"))
    record = Record("mine", "?", {}, status=Status.RUNNING)
    with attempts.begun(run, record) as attempt:
        attempt.save(record)
        store.save_head(replace(attempt.head, attempt=2), run)  # another has begun
        before = (run / store.RECORD).read_bytes()
        for write in (lambda: attempt.save(record), attempt.check, attempt.checkpoints.check):
            with pytest.raises(attempts.TakenOver) as raised:
                write()
        assert "taken runs/mine-001 over" in raised.value.__notes__[0]
    assert (run / store.RECORD).read_bytes() == before and store.head(run).attempt == 2


def test_attempts_that_are_lost_without_progress_are_counted(mine: Path) -> None:
    run, record = resumed.asked_to(mine.parent, Path("runs")), Record("mine", "?", {})
    lost = replace(record, status=Status.RUNNING)
    idle = []
    for progress in (False, False, True, False):
        with attempts.begun(run, lost) as attempt:
            idle.append(attempt.head.idle)
            if progress:
                attempt.progressed()
    with attempts.begun(run, lost, afresh=True) as attempt:
        assert idle == [0, 1, 2, 0] and attempt.head.idle == 0


def test_a_copy_of_a_run_is_not_ours(mine: Path) -> None:
    run = resumed.asked_to(mine.parent, Path("runs"))
    lab.run_in(run)
    assert resuming.is_ours(run)
    shutil.copytree(run, "runs/copy")
    assert not resuming.is_ours(Path("runs/copy"))


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"config": 3}', "[" * 9999])
def test_a_folder_that_does_not_say_what_was_asked_for_is_refused(
    content: str | None, mine: Path
) -> None:
    run = resumed.asked_to(mine.parent, Path("runs"))
    (run / ASKED).unlink()
    if content is not None:
        (run / ASKED).write_text(content)
    with pytest.raises(UsageError, match="runs/mine-001 cannot be resumed: it") as raised:
        lab.run_in(run)
    assert "\n" not in str(raised.value)


def test_it_goes_on_from_the_folder_where_it_began(mine: Path, tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(np.eye(9, dtype=np.uint8) * 255).save("photo.png")
    planned = lab.plan("edge", {"images": ["photo.png"]})
    asked = lab.asked_for(planned, device="cpu", threads=1, first_seed=0)
    run = Path("runs/edge-001").absolute()
    run.mkdir(parents=True)
    asked.save(run)
    (tmp_path / "elsewhere").mkdir()
    os.chdir("elsewhere")
    assert lab.run_in(run).status is Status.COMPLETED
    assert Path.cwd() == tmp_path / "elsewhere"


def test_what_was_asked_for_is_kept_as_it_was_typed(mine: Path) -> None:
    from convlab.config import assignment

    asked = Asked("mine.yaml", (assignment("training.lr=1e-3"), assignment("a=[1, x]")), True)
    asked.save(Path())
    assert replace(Asked.load(Path()), place="") == asked
    assert json.loads(Path(ASKED).read_text())["quick"] is True
