"""Tests of convlab.cli.output: how wide results are where no terminal says so."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from convlab.cli import output


def test_a_terminal_or_the_environment_sets_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")
    assert output.console().width == 77
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setattr(sys, "__stderr__", SimpleNamespace(fileno=lambda: 2))
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((91, 20)))
    assert output.console().width == 91


def test_a_pipe_is_120_columns_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: int) -> os.terminal_size:
        raise OSError

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", none)
    assert output.console().width == 120
    monkeypatch.setattr(sys, "__stderr__", None)
    assert output.console().width == 120


def test_text_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    output.show_all("one [bold]two[/]", "three")
    assert capsys.readouterr().out == "one [bold]two[/]\nthree\n"


MINE = '''"""Does it ‖ work?"""
import atexit, ctypes, logging, os, subprocess, sys, threading, time
from sys import stdout
from pydantic import BaseModel
from convlab.measure import Claim, Measurements, at, below, exactly

class Config(BaseModel):
    seeds: int = 1

def measure(config, workbench):
    BODY
    m = Measurements()
    m.add("t \u2016", {"arm": "√"}, {"value": exactly(12345)})
    return m

CLAIMS = (Claim("M1", "me", "it is small ≤ ‖x‖", at("value"), below(1)),)
'''
PRINTS = [
    "print('x')",
    "sys.stdout.write('x')",
    "stdout.write('x')",
    "sys.__stdout__.write('x')",
    "os.write(1, b'x')",
    "os.system('echo x')",
    "subprocess.run(['echo', 'x'])",
    "ctypes.CDLL(None).puts(b'x')",
    "logging.basicConfig(stream=stdout); logging.warning('x')",
    "atexit.register(print, 'x')",
    "atexit.register(stdout.write, 'x')",
    "threading.Thread(target=lambda: (time.sleep(0.5), os.write(1, b'x'))).start()",
]


def command(
    folder: Path, *words: str, body: str = "pass", encoding: str = "utf-8"
) -> subprocess.CompletedProcess[bytes]:
    (folder / "mine.py").write_text(MINE.replace("BODY", body), encoding="utf-8")
    (folder / "mine.yaml").write_text("experiment: ./mine.py\n")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    line = [sys.executable, "-m", "convlab", *words]
    return subprocess.run(line, cwd=folder, capture_output=True, env=environment, timeout=120)


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_whatever_an_experiment_prints_a_document_is_alone_on_stdout(
    form: str, tmp_path: Path
) -> None:
    quiet = command(tmp_path, "run", "mine.yaml", "-q", form)
    loud = command(tmp_path, "run", "mine.yaml", "-q", form, body="; ".join(PRINTS))
    assert (quiet.returncode, loud.returncode) == (0, 0) and quiet.stderr == b""
    assert loud.stderr.count(b"x") >= len(PRINTS)
    if form == "--csv":
        assert loud.stdout == quiet.stdout
    else:
        rows = [json.loads(each.stdout)["rows"] for each in (quiet, loud)]
        assert rows[0] == rows[1]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_an_encoding_that_lacks_letters_is_no_failure(encoding: str, tmp_path: Path) -> None:
    for words in (
        ["run", "mine.yaml", "-q"],
        ["run", "mine.yaml", "-q", "--csv"],
        ["run", "mine.yaml", "-q", "--json"],
        ["show", "mine-001"],
    ):
        done = command(tmp_path, *words, encoding=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        text = done.stdout.decode(encoding)
        assert "it is small" in text or "--csv" in words
        if not words[-1].startswith("--"):
            assert "12 345" in text.replace("\u202f", " ")
        if "--json" in words:
            assert json.loads(text)["question"] == "Does it ‖ work?"


@pytest.mark.parametrize("words", ["list", "--help", "--version", "run mine.yaml -q"])
def test_a_reader_that_leaves_is_no_failure(words: str, tmp_path: Path) -> None:
    command(tmp_path, "--version")
    line = f"{sys.executable} -m convlab {words} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_check_counts_whether_or_not_anybody_reads(tmp_path: Path) -> None:
    command(tmp_path, "--version")
    line = f"{sys.executable} -m convlab run mine.yaml -q --check | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "1\n"


def test_stdout_may_be_closed(tmp_path: Path) -> None:
    command(tmp_path, "--version")
    for words in ("run mine.yaml -q --json", "run mine.yaml -q", "list"):
        line = f"{sys.executable} -m convlab {words} >&-"
        assert subprocess.run(["bash", "-c", line], cwd=tmp_path).returncode == 0
