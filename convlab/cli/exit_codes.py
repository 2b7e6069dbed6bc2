"""How a command ends: every exception as one line on stderr and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EIO, ENOSPC
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from ..config import ConfigError
from ..errors import UsageError
from ..foreign import printable

FULL = (ENOSPC, EDQUOT, EIO)  # a disk, or broken: nothing that was asked for is wrong


@contextmanager
def one_line_errors(debug: bool) -> Iterator[None]:
    """Every exception as a message and an exit code; with `--debug` as a traceback too.

    130 for an interrupt, 1 for a run that failed and is kept, or a full disk, 2 for what a user
    can put right, and 1 for all else.
    """
    try:
        _check_folder()
        yield
    except (KeyboardInterrupt, typer.Abort) as error:  # the latter at a question
        _fail("interrupted", error, 130, debug)
    except (ConfigError, UsageError) as error:
        _fail(str(error), error, 1 if _is_kept(error) or _is_full(error) else 2, debug)
    except Exception as error:
        if isinstance(error, typer.Exit | BrokenPipeError) and not _is_kept(error):
            raise  # the end of a command, or of who reads what it prints
        _fail(" ".join(f"{type(error).__name__}: {error}".split()), error, 1, debug)


class Commands(TyperGroup):
    """The commands; what typer says of words that it does not know acts on no terminal."""

    def make_context(self, *words: Any, **more: Any) -> Any:
        with _printable_words():
            return super().make_context(*words, **more)

    def invoke(self, ctx: Any) -> Any:
        with _printable_words():
            return super().invoke(ctx)


@contextmanager
def _printable_words() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if isinstance(message := getattr(error, "message", None), str):  # typer's own, of usage
            error.message = printable(message)  # type: ignore[attr-defined]
        raise


@contextmanager
def readers_may_leave() -> Iterator[None]:
    """Exit with 0 where the reader of what is printed, `head` for one, has seen enough."""
    try:
        yield
        if sys.stdout:  # it may be closed
            sys.stdout.flush()
    except BrokenPipeError:
        _end_without_reader()
    except SystemExit as end:  # what rich and click make of it
        if isinstance(end.__context__, BrokenPipeError):
            _end_without_reader()
        raise


def _check_folder() -> None:
    """Raise UsageError where the current folder is gone: there torch ends the program."""
    try:
        Path.cwd()
    except OSError:
        raise UsageError("the current folder is gone; change to one that is there") from None


def _end_without_reader() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is left to print
    raise SystemExit(0) from None


def _is_kept(error: BaseException) -> bool:
    """Whether it comes from a run that had begun, and is kept as failed."""
    return hasattr(error, "kept_in")


def _is_full(error: BaseException) -> bool:
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in FULL


def _fail(message: str, error: BaseException, code: int, debug: bool) -> None:
    """Its lines on stderr, with what the error was noted with, such as where the run is kept."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if debug:
        console.print_exception()
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", []))
    whole = f"convlab: {message}{notes}"
    # A line for each problem of settings; in any other, a line end is one in a file's name.
    for line in whole.split("\n") if isinstance(error, ConfigError) else [whole]:
        console.print(Text(printable(line)))
    raise typer.Exit(code) from None
