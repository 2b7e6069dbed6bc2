"""convlab checks what convolution buys you: `convlab.run("hadamard", seeds=8)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .record import Record

__all__ = ["run"]
__version__ = "0.1.0"


def run(config: str, *, quick: bool = False, device: str = "auto", **settings: Any) -> Record:
    """Run a config, shipped or a path, with these settings, and keep the run in `runs/`.

    Raises ConfigError or UsageError as the command line does. `Record.document()` is plain data.
    """
    from . import lab

    return lab.run(lab.plan(config, settings, quick=quick), device=device)
