"""Tests of convlab.files: a file is whole or not there, whoever else writes to its place."""

import os
from errno import ENOSPC
from pathlib import Path

import pytest

from convlab import files
from convlab.errors import UsageError


def test_two_processes_do_not_share_an_unfinished_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []

    def whole(path: Path) -> None:
        names.append(path)
        path.write_text("whole")

    for process in (1, 2):
        monkeypatch.setattr(os, "getpid", lambda process=process: process)
        files.write(tmp_path / "x", whole)
    assert names[0] != names[1] and (tmp_path / "x").read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_place_is_checked_without_a_trace(tmp_path: Path) -> None:
    files.check_place(tmp_path / "new")
    (tmp_path / "old").write_text("kept")
    files.check_place(tmp_path / "old")
    assert (tmp_path / "old").read_text() == "kept" and not (tmp_path / "new").exists()
    for place in (tmp_path, tmp_path / "none" / "x"):
        with pytest.raises(UsageError, match=r"cannot be written: .*choose another place"):
            files.check_place(place)


def test_a_full_disk_is_not_the_users_mistake(tmp_path: Path) -> None:
    def full(path: Path) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    with pytest.raises(OSError, match="No space left"):
        files.write(tmp_path / "x", full)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["n" * 5000, "a\0b", "none/x", ""])
def test_a_path_that_cannot_be_looked_for_is_of_nothing(tmp_path: Path, name: str) -> None:
    assert not files.is_file(tmp_path / name)
    assert not files.is_folder(tmp_path / "x" / name)
