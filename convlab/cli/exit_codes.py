"""How a command ends: every exception as one line on stderr and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from ..config import ConfigError
from ..errors import UsageError


@contextmanager
def one_line_errors(debug: bool) -> Iterator[None]:
    """Every exception as a message and an exit code; with `--debug` as a traceback too."""
    try:
        yield
    except typer.Exit:
        raise
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        sys.stderr.close()
        raise typer.Exit(0) from None
    except KeyboardInterrupt as error:
        _fail("interrupted", error, 130, debug)
    except (ConfigError, UsageError) as error:
        _fail(str(error), error, 2, debug)
    except Exception as error:
        _fail(f"{type(error).__name__}: {error}", error, 1, debug)


def _fail(message: str, error: BaseException, code: int, debug: bool) -> None:
    """One line on stderr, with what the error was noted with, such as where the run is kept."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    if debug:
        console.print_exception()
    notes = "".join(f"; {note}" for note in getattr(error, "__notes__", []))
    console.print(f"convlab: {message}{notes}", markup=False)
    raise typer.Exit(code) from None
