"""Tests of convlab.cli.output: how wide results are where no terminal says so."""

import os
import sys
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
