"""Tests of convlab.lab.environment: a record says from which source it comes, and if changed."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from convlab import timing
from convlab.lab import environment


def git(folder: Path, *words: str) -> str:
    name = "-c", "user.name=a", "-c", "user.email=a@b.c"
    command = ["git", "-C", str(folder), *name, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the package seems to run from."""
    file = tmp_path / "convlab" / "lab" / "environment.py"
    file.parent.mkdir(parents=True)
    file.write_text("")
    monkeypatch.setattr(environment, "__file__", str(file))
    return tmp_path


def source() -> tuple[object, object]:
    environment.source.cache_clear()
    known = environment.environment("cpu")
    return known["commit"], known["dirty"]


def test_the_commit_is_named_and_whether_the_source_was_changed_since(clone: Path) -> None:
    git(clone, "init", "--quiet")
    git(clone, "add", "convlab")
    git(clone, "commit", "--quiet", "-m", "one")
    commit = git(clone, "rev-parse", "HEAD")
    assert source() == (commit, False)
    (clone / "convlab" / "lab" / "environment.py").write_text("changed")
    assert source() == (commit, True)
    git(clone, "commit", "--quiet", "--all", "-m", "two")
    assert source() == (git(clone, "rev-parse", "HEAD"), False)
    (clone / "new.py").write_text("")
    assert source()[1] is True


def test_outside_a_clone_or_without_git_nothing_is_claimed(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert source() == (None, None)
    git(clone, "init", "--quiet")
    assert source() == (None, True)  # there is no commit yet
    monkeypatch.setenv("PATH", str(clone))
    assert source() == (None, None)


def test_versions_device_threads_and_arguments_are_those_of_this_process() -> None:
    with timing.threads(3):
        known = environment.environment("cpu")
    assert known["threads"] == 3 and known["device"] == "cpu" and known["argv"] == sys.argv
    assert known["versions"]["torch"].partition("+")[0] == torch.__version__.partition("+")[0]
    assert known["python"] == ".".join(map(str, sys.version_info[:3]))


def test_of_a_card_it_says_what_else_decides_the_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.get_device_name", lambda: "a card")
    known = environment.environment("cuda")
    assert known["processor"] == "a card" and "not TF32" in known["precision"]
    assert known["group_bytes"] == 8_000_000_000
    assert "group_bytes" not in environment.environment("cpu")


def test_facts_are_flat_and_of_a_device_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)
    monkeypatch.setattr(environment, "PACKAGES", ("torch", "no-such-package"))
    known = environment.facts("auto")
    assert known["device"] == "cpu" and known["no-such-package"] == "not installed"
    assert "versions" not in known and {"torch", "python", "threads"} <= known.keys()
