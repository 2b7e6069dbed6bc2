"""Tests of convlab.files: a file is whole or not there, whoever else writes to its place."""

import os
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


@pytest.mark.parametrize("name", ["n" * 5000, "a\0b", "none/x", ""])
def test_a_path_that_cannot_be_looked_for_is_of_nothing(tmp_path: Path, name: str) -> None:
    assert not files.is_file(tmp_path / name)
    assert not files.is_folder(tmp_path / "x" / name)


@pytest.mark.parametrize("there", [True, False])
def test_through_a_link_the_file_that_it_leads_to_is_written(tmp_path: Path, there: bool) -> None:
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far" / "x", tmp_path / "link"
    link.symlink_to(Path("far") / "x")
    if there:
        target.write_text("old")
    files.check_place(link)
    files.write(link, lambda path: path.write_text("new"))
    assert link.is_symlink() and target.read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["x"]


def test_neither_a_pipe_nor_a_circle_of_links_is_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for name in ("pipe", "round"):
        for act in (files.check_place, lambda path: files.write(path, Path.touch)):
            with pytest.raises(UsageError, match=f"{name} cannot be written: "):
                act(tmp_path / name)
    assert (tmp_path / "pipe").is_fifo() and (tmp_path / "round").is_symlink()
