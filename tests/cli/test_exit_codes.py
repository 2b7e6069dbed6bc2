"""Tests of convlab.cli.exit_codes: each kind of end has its code, and its one line on stderr."""

from errno import ENOSPC

import pytest
import typer

from convlab.cli.exit_codes import one_line_errors
from convlab.config import ConfigError, Problem
from convlab.errors import UsageError
from convlab.memory import NotEnoughMemory


def full_disk() -> UsageError:
    error = UsageError("no room")
    error.__cause__ = OSError(ENOSPC, "full")
    return error


def of_a_run(error: BaseException) -> BaseException:
    vars(error)["kept_in"] = "runs/x-001"
    return error


ENDS: dict[str, tuple[BaseException, int, str]] = {
    "usage": (UsageError("no [such] thing"), 2, "convlab: no [such] thing"),
    "memory": (NotEnoughMemory("too large"), 2, "convlab: too large"),
    "config": (ConfigError(Problem("a.yaml:3", "x", "no")), 2, "convlab: a.yaml:3: `x`: no"),
    "interrupt": (KeyboardInterrupt(), 130, "convlab: interrupted"),
    "failure": (ValueError("oh"), 1, "convlab: ValueError: oh"),
    "full": (full_disk(), 1, "convlab: no room"),
    "kept": (of_a_run(UsageError("late")), 1, "convlab: late"),
    "kept exit": (of_a_run(typer.Exit(0)), 1, "convlab: Exit: 0"),
    "kept pipe": (of_a_run(BrokenPipeError("x")), 1, "convlab: BrokenPipeError: x"),
    "kept interrupt": (of_a_run(KeyboardInterrupt()), 130, "convlab: interrupted"),
    "many lines": (ValueError("a\n b"), 1, "convlab: ValueError: a b"),
    "controls": (ValueError("\x1b[31m[/x]"), 1, r"convlab: ValueError: \x1b[31m[/x]"),
    "lookup": (LookupError("2 rows"), 1, "convlab: LookupError: 2 rows"),
}


def ended(error: BaseException, *, debug: bool = False) -> int:
    with pytest.raises(typer.Exit) as caught, one_line_errors(debug):
        raise error
    return caught.value.exit_code


@pytest.mark.parametrize("name", ENDS)
def test_an_error_is_a_line_and_a_code(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    error, code, line = ENDS[name]
    assert ended(error) == code
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"{line}\n")


def test_notes_are_part_of_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    error = ValueError("oh")
    error.add_note("the run is kept in runs/x-001")
    ended(error)
    assert capsys.readouterr().err == "convlab: ValueError: oh; the run is kept in runs/x-001\n"


def test_only_debug_shows_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(ValueError("oh"), debug=True) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_exit_of_a_command_is_its_own() -> None:
    assert ended(typer.Exit(7)) == 7


def test_nothing_is_said_of_a_command_that_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    with one_line_errors(False):
        pass
    assert capsys.readouterr() == ("", "")
