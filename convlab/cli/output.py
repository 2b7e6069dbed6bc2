"""Where results go: to stdout, as wide as the terminal, or as one document and nothing else."""

from __future__ import annotations

import codecs
import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from io import TextIOWrapper

from rich.console import Console, RenderableType
from rich.text import Text

from ..foreign import printable
from .spelling import SPELLED, spelled

PIPED = 120  # columns of a table where no terminal sets them


def console() -> Console:
    """A console as wide as the terminal, also when its reader is `head` or `less`."""
    if sys.stdout is None:  # it is closed: nobody reads
        return Console(quiet=True)
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return Console(highlight=False)
    try:
        width = os.get_terminal_size(sys.__stderr__.fileno()).columns if sys.__stderr__ else PIPED
    except (OSError, ValueError):
        width = PIPED
    return Console(highlight=False, width=width)


def show_all(*parts: RenderableType) -> None:
    for part in parts:
        console().print(Text(printable(part)) if isinstance(part, str) else part)


def tell(text: str, *, quiet: bool = False) -> None:
    """A line on stderr, beside the results."""
    console = Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True)
    console.print(Text(printable(text)))


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())


@contextmanager
def printed_to_stderr(wanted: bool = True) -> Iterator[None]:
    """What an experiment prints within, from Python or from compiled code, goes to stderr."""
    if not wanted:
        yield
        return
    _flush()
    with _descriptor_as(1, 2), redirect_stdout(sys.stderr):
        yield


def print_document(text: str) -> None:
    """Print the one document; what the program prints after it goes to stderr."""
    if sys.stdout:
        sys.stdout.write(text + "\n")
    _flush()
    if sys.__stdout__ and sys.stdout is sys.__stdout__:
        with suppress(OSError, ValueError):
            os.dup2(2, sys.__stdout__.fileno())


def ascii_only() -> bool:
    """Whether stdout cannot take every letter."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return not encoding.lower().startswith("utf")


def never_fail_to_encode() -> None:
    """Let letters that stdout's encoding lacks be printed as others that say the same."""
    codecs.register_error(SPELLED, spelled)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors=SPELLED)


@contextmanager
def _descriptor_as(descriptor: int, other: int) -> Iterator[None]:
    try:
        kept = os.dup(descriptor)
    except OSError:  # it is closed: nothing is printed there
        yield
        return
    try:
        with suppress(OSError):
            os.dup2(other, descriptor)
        yield
        _flush()
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)


def _flush() -> None:
    """Send what Python and C have buffered on its way."""
    for stream in (sys.stdout, sys.__stdout__):
        if stream:
            stream.flush()
    with suppress(Exception):  # a system without this function
        ctypes.CDLL(None).fflush(None)
