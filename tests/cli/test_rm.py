"""Tests of the command `rm`: it asks first, removes whole runs, and nothing else."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from time import time

import pytest
from typer.testing import CliRunner, Result

from convlab import cli
from convlab.cli import output
from convlab.lab import lock, removing, store
from convlab.lab.asked import Asked
from convlab.record import Head, Record, Status

RUNS = Path("runs")


def keep(name: str, status: Status = Status.COMPLETED, root: Path = RUNS) -> Path:
    folder = store.reserve(root, name)
    record = Record(name, "Is it?", {}, started="2026-11-01T10:00:00+00:00", status=status)
    store.save(record, folder)
    store.save_head(Head.of(record), folder)
    return folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with three runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    keep("edge"), keep("edge", Status.DEAD), keep("gradient")


def convlab(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, list(words), input=answer)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is there to answer."""
    monkeypatch.setattr(output, "can_ask", lambda: True)


def left(root: Path = RUNS) -> list[str]:
    return sorted(path.name for path in root.iterdir())


def refused(*words: str) -> str:
    """Why nothing was removed, in one line."""
    before = sorted(Path().rglob("*"))
    result = convlab("rm", *words, "--yes")
    assert result.exit_code == 2 and not result.stdout and sorted(Path().rglob("*")) == before
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.usefixtures("asked")
def test_what_is_to_go_is_shown_and_asked_about_and_then_goes() -> None:
    (RUNS / "edge-002/checkpoints").mkdir()
    (RUNS / "edge-002/checkpoints/a.pt").write_bytes(b"0" * 2_500_000)
    result = convlab("rm", "edge-001", "edge-002", answer="y\n")
    shown = [line.split() for line in result.stderr.splitlines()]
    assert shown[0][:4] == ["edge-001", "2026-11-01", "10:00", "completed"]
    assert shown[1][3:] == ["dead", "3", "files,", "2.5", "MB"]
    assert "Remove 2 runs (5 files, 2.5 MB) for ever? [y/N]" in result.stderr
    assert result.exit_code == 0
    assert result.stdout.endswith("removed 2 runs (5 files, 2.5 MB)\n")
    assert left() == ["gradient-001"]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("answer", "code"), [("n\n", 2), ("\n", 2), ("", 130)])
def test_any_other_answer_leaves_all(answer: str, code: int) -> None:
    result = convlab("rm", "edge-001", answer=answer)
    assert result.exit_code == code and "removed" not in result.stdout and len(left()) == 3


def test_where_nobody_can_answer_yes_must_be_said() -> None:
    result = convlab("rm", "edge-001", answer="y\n")
    assert result.exit_code == 2 and len(left()) == 3
    assert "nobody is here to be asked about 1 run" in result.stderr and "--yes" in result.stderr
    assert convlab("rm", "edge-001", "-y").exit_code == 0 and len(left()) == 2


def test_all_are_checked_before_any_is_removed() -> None:
    assert "no run edge-03; did you mean edge-" in refused("edge-001", "edge-03")
    assert "name the runs, or choose them by" in refused()
    Path("runs/notes").mkdir()
    assert "no run notes" in refused("edge-001", "notes")


def test_a_run_that_is_named_twice_goes_once() -> None:
    result = convlab(
        "rm", "edge-001", "runs/edge-001", str(Path("runs/edge-001").absolute()), "-y"
    )
    assert result.exit_code == 0 and "removed 1 run (" in result.stdout


def test_runs_are_chosen_as_in_the_list() -> None:
    assert "of 3 runs none is such a one" in refused("--since", "2026-11-02")
    assert "of 1 runs none is such a one" in refused("edge-001", "--status", "dead")
    assert convlab("rm", "--status", "dead", "--experiment", "edge", "-y").exit_code == 0
    assert left() == ["edge-001", "gradient-001"]


def elsewhere(folder: Path, ago: float) -> None:
    """Another host has been at work on it, so many seconds ago."""
    store.save_head(Head("edge"), folder)
    (folder / lock.LOCK).write_text("another.host 12\n")
    os.utime(folder / lock.LOCK, (time() - ago,) * 2)


def test_a_run_at_work_stays_unless_it_is_forced() -> None:
    folder = RUNS / "edge-001"
    with lock.held(folder):  # though its head says that it ended
        assert "edge-001 is at work, or was within the last minutes" in refused("edge-001")
    elsewhere(folder, ago=10)
    assert "or say --force" in refused("edge-002", "edge-001")
    assert convlab("rm", "edge-001", "--yes", "--force").exit_code == 0
    assert left() == ["edge-002", "gradient-001"]


def test_a_run_that_another_host_left_long_ago_goes() -> None:
    elsewhere(RUNS / "edge-001", ago=10_000)
    assert convlab("rm", "edge-001", "--yes").exit_code == 0 and len(left()) == 2


@pytest.mark.usefixtures("asked")
def test_a_run_that_began_to_work_while_one_was_asked_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(*_: object, **__: object) -> bool:
        store.save_head(Head("edge"), RUNS / "edge-002")
        return True

    monkeypatch.setattr("typer.confirm", answer)
    result = convlab("rm", "edge-001", "edge-002", "gradient-001")
    assert result.exit_code == 2 and left() == ["edge-002", "gradient-001"]
    assert "removed 1 run (" in result.stdout and "edge-002 is at work" in result.stderr


def sweep() -> Path:
    folder = store.reserve(RUNS, "sweep-edge")
    (folder / store.SWEEP).write_text("{}")
    store.save_head(Head("sweep of edge", Status.COMPLETED), folder)
    for name in ("00000", "00001"):
        (folder / name).mkdir()
        Asked("edge").save(folder / name)
        store.save_head(Head("edge", Status.COMPLETED), folder / name)
    return folder


def test_a_sweep_goes_whole_and_no_part_of_it_alone() -> None:
    folder = sweep()
    told = refused("sweep-edge-001/00000")
    assert "is a part of a sweep; `convlab rm sweep-edge-001` removes it all" in told
    store.save_head(Head("edge", Status.RUNNING), folder / "00001")
    assert "sweep-edge-001 is at work" in refused("sweep-edge-001")
    store.save_head(Head("edge", Status.FAILED), folder / "00001")
    result = convlab("rm", "sweep-edge-001", "--yes")
    assert result.exit_code == 0 and len(left()) == 3


def test_of_a_link_only_the_link_goes_and_nothing_that_a_link_leads_to() -> None:
    outside = keep("outside", root=Path("else"))
    Path("treasure").mkdir()
    Path("treasure/gold").write_text("")
    (RUNS / "link").symlink_to(outside.absolute())
    (RUNS / "edge-001/inside").symlink_to(Path("treasure").absolute())
    assert convlab("rm", "link", "edge-001", "--yes").exit_code == 0
    assert left() == ["edge-002", "gradient-001"]
    assert (outside / store.RECORD).exists() and Path("treasure/gold").exists()


def around() -> Path:
    """A folder with other runs in it, and a file that a run has."""
    (RUNS / store.RECORD).write_text("{}")
    return RUNS


def project() -> Path:
    """Somebody's own folder, with a file whose name a run has as well."""
    Path("project").mkdir()
    Path("project/sweep.json").write_text("{}")
    return Path("project")


@pytest.mark.parametrize(
    ("make", "why"),
    [(project, "may be no run, as nothing readable"), (around, "may be no run")],
)
def test_a_folder_that_may_be_no_run_stays(make: Callable[[], Path], why: str) -> None:
    assert why in refused(str(make()))


def test_a_folder_with_runs_of_its_own_stays() -> None:
    store.save_head(Head("edge", Status.COMPLETED), RUNS)
    assert "holds other runs; name those" in refused("./runs")


def test_the_current_folder_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    place = (RUNS / "edge-001").absolute()
    (place / "deep").mkdir()
    monkeypatch.chdir(place / "deep")
    result = convlab("rm", str(place), "--yes")
    assert result.exit_code == 2 and "is where you are" in result.stderr and place.exists()


@pytest.mark.parametrize("content", ["{", "fifo"])
def test_an_unreadable_run_can_be_removed(content: str) -> None:
    (folder := RUNS / "bad-001").mkdir()
    if content == "fifo":
        os.mkfifo(folder / store.HEAD)
        os.mkfifo(folder / lock.LOCK)
    else:
        (folder / store.RECORD).write_text(content)
    assert convlab("rm", "bad-001", "--yes").exit_code == 0 and len(left()) == 3


def test_a_run_whose_removal_was_killed_is_not_listed_and_the_next_finishes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", kill)
        with pytest.raises(Killed):
            removing.remove(RUNS / "edge-001")
    hidden, *others = left()
    assert removing.HIDDEN.fullmatch(hidden) and others == ["edge-002", "gradient-001"]
    assert "edge-001" not in convlab("list", "runs").stdout
    (RUNS / ".removed-by-me").mkdir()  # not ours
    removing.remove(RUNS / "edge-002")
    assert left() == [".removed-by-me", "gradient-001"]


def test_what_the_system_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse)
        assert "edge-001 cannot be removed: Permission denied" in refused("edge-001")
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    result = convlab("rm", "edge-001", "--yes")
    assert result.exit_code == 2 and "not all of it can be deleted" in result.stderr


@pytest.mark.usefixtures("asked")
def test_names_act_on_no_terminal_and_many_are_counted() -> None:
    (RUNS / "gradient-001").rename(RUNS / "\x1b[31m[red]")
    for _ in range(30):
        keep("edge")
    result = convlab("rm", "--since", "2026-11-01", answer="n\n")
    assert "\x1b" not in result.stderr and r"\x1b[31m[red]" in result.stderr
    assert "and 13 more" in result.stderr and len(result.stderr.splitlines()) == 22
