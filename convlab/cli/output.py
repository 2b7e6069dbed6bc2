"""Where results go: to stdout, as wide as the terminal."""

from __future__ import annotations

import os
import sys

from rich.console import Console, RenderableType
from rich.text import Text

PIPED = 120  # columns of a table where no terminal sets them


def console() -> Console:
    """A console as wide as the terminal, also when its reader is `head` or `less`."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return Console(highlight=False)
    try:
        width = os.get_terminal_size(sys.__stderr__.fileno()).columns if sys.__stderr__ else PIPED
    except (OSError, ValueError):
        width = PIPED
    return Console(highlight=False, width=width)


def show_all(*parts: RenderableType) -> None:
    for part in parts:
        console().print(Text(part) if isinstance(part, str) else part)
