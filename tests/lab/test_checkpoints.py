"""Tests of convlab.lab.checkpoints: what a process left of its trainings is found and sound."""

import errno
import pickle
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import torch

from convlab import files
from convlab.errors import UsageError
from convlab.lab import checkpoints
from convlab.lab.checkpoints import Store


def kept(step: int, of: int = 100) -> dict[str, Any]:
    return {"step": step, "steps": of, "losses": torch.full((step, 2), float(step))}


def steps(store: Store, training: str = "arm", group: str = "g") -> list[int]:
    return [found["step"] for found in store.of(training).find(group)]


def paths(folder: Path) -> list[Path]:
    return sorted((folder / checkpoints.FOLDER).iterdir())


def test_of_what_is_under_way_the_two_newest_states_are_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for step in (1, 2, 3, 4):
        store.of("arm").keep("g", kept(step), ended=False)
    assert steps(Store(tmp_path)) == [4, 3] and len(paths(tmp_path)) == 2
    assert steps(Store(tmp_path), group="other") == steps(Store(tmp_path), "other") == []
    more = Store(tmp_path)
    more.of("arm").keep("g", kept(5), ended=False)  # of a later process
    assert steps(Store(tmp_path)) == [5, 4]


def test_what_has_ended_is_written_together_once_it_is_time(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for name in ("a", "b", "c"):
        store.of(name).keep("g", kept(100), ended=True)
    assert not (tmp_path / checkpoints.FOLDER).exists()
    store.flush()
    assert len(paths(tmp_path)) == 1 and steps(Store(tmp_path), "b") == [100]
    store.of("d").keep("g", kept(100), ended=True)
    store.of("e").keep("g", kept(7), ended=False)  # which is written at once, and all before it
    assert [steps(Store(tmp_path), name) for name in "abcde"] == [[100]] * 4 + [[7]]
    store.due = 0.0
    store.of("f").keep("g", kept(100), ended=True)
    assert steps(Store(tmp_path), "f") == [100] and store.due > 0


def test_it_is_due_after_a_while_and_the_sooner_the_faster_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(checkpoints, "perf_counter", lambda: now[0])
    write = files.write
    took = [0.0]

    def slowly(*words: Any) -> None:
        now[0] += took[0]
        write(*words)

    monkeypatch.setattr(files, "write", slowly)
    store = Store(tmp_path)
    assert not store.of("a").is_due()
    for seconds, pause in ((0.01, checkpoints.PAUSE), (1.0, 20.0), (60.0, checkpoints.MOST)):
        took[0] = seconds
        store.of("a").keep("g", kept(1), ended=False)
        assert store.due - now[0] == pytest.approx(pause)
    now[0] += checkpoints.MOST + 1
    assert store.of("a").is_due() and checkpoints.MOST < 30  # seconds of training are lost at most


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "changed": lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"),
    "empty": lambda path: path.write_bytes(b""),
    "unreadable": lambda path: path.write_bytes(b"\0" * 1000),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_told_and_the_one_before_it_used(name: str, tmp_path: Path) -> None:
    store = Store(tmp_path)
    for step in (1, 2):
        store.of("arm").keep("g", kept(step), ended=False)
    DAMAGES[name](paths(tmp_path)[-1])
    again = Store(tmp_path)
    assert steps(again) == [1]
    (note,) = again.notes
    assert note.startswith(paths(tmp_path)[-1].name) and "damaged" in note and "\n" not in note


class Evil:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("executed"),)


def test_a_file_of_somebody_else_executes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps({("arm", "g"): Evil()})
    digest = sha256(content).hexdigest()[:16]
    (tmp_path / checkpoints.FOLDER).mkdir()
    (tmp_path / checkpoints.FOLDER / f"000001.now.{digest}.pt").write_bytes(content)
    torch.save({("arm", "g"): Evil()}, tmp_path / "x")
    content = (tmp_path / "x").read_bytes()
    digest = sha256(content).hexdigest()[:16]
    (tmp_path / checkpoints.FOLDER / f"000002.now.{digest}.pt").write_bytes(content)
    store = Store(tmp_path)
    assert steps(store) == [] and len(store.notes) == 2
    assert not Path("executed").exists()


def test_a_full_disk_stops_no_training_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise UsageError("x cannot be written") from OSError(errno.ENOSPC, "No space left")

    monkeypatch.setattr(files, "write", full)
    store, wrote = Store(tmp_path), []
    store.wrote = lambda: wrote.append(1)
    for step in (1, 2):
        store.of("arm").keep("g", kept(step), ended=False)
    assert len(store.notes) == 1 and "x cannot be written" in store.notes[0] and not wrote


def test_who_may_not_write_does_not(tmp_path: Path) -> None:
    def taken_over() -> None:
        raise KeyboardInterrupt

    store = Store(tmp_path, check=taken_over)
    with pytest.raises(KeyboardInterrupt):
        store.of("arm").keep("g", kept(1), ended=False)
    assert not (tmp_path / checkpoints.FOLDER).exists()


def test_what_was_being_written_when_its_process_was_killed_is_no_state(tmp_path: Path) -> None:
    Store(tmp_path).of("arm").keep("g", kept(3), ended=False)
    (whole,) = paths(tmp_path)
    half = whole.with_name(f".12-0123abcd-{whole.name}")
    half.write_bytes(whole.read_bytes()[:50])
    store = Store(tmp_path)
    assert steps(store) == [3]
    store.of("arm").keep("g", kept(4), ended=False)
    assert not store.notes and steps(Store(tmp_path)) == [4, 3]


def test_all_of_it_can_be_removed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.remove()
    store.of("arm").keep("g", kept(1), ended=False)
    store.remove()
    assert not (tmp_path / checkpoints.FOLDER).exists() and steps(Store(tmp_path)) == []
