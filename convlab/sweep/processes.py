"""A run in a process of its own, forked from a warm one: nothing of another run is in it.

Neither modules of users nor torch's global state pass from run to run, and what crashes or leaks
ends with its process. Where a system cannot fork from a server, a process starts cold instead.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from threading import Lock, Thread
from time import monotonic
from types import ModuleType
from typing import Any

from ..errors import UsageError
from ..lab import store
from ..lab.keeping import words
from ..lab.lock import Held

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130  # as the command's exit codes
LOST = -1  # it ended without a word
HELD = -2  # another process was at work on the run
POLL = 0.05  # seconds between two looks at whether it is to stop
STARTING = Lock()  # of one process at a time
GRACE = 30.0  # seconds to keep what it has, once it is told to end


@dataclass(frozen=True)
class Attempt:
    """How a process ended, in one of the codes, and its error in one line."""

    code: int
    error: str = ""


def attempt(
    folder: Path,
    *,
    deadline: float | None = None,
    is_to_stop: Callable[[], bool] = lambda: False,
    slot: int | None = None,
    **how: Any,
) -> Attempt:
    """Carry out the run of a folder in a new process, and wait for its end.

    It is told to end, and keeps what it has, at the deadline of `time.monotonic`, or when it is to
    stop. `slot` is the place among processes that share the accelerators of this machine; `how` is
    handed to `run_in`.
    """
    context = _context()
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_carry_out, args=(str(folder), sender, slot, how))
    with _without_main():
        process.start()
    sender.close()
    try:
        told = _wait(process, deadline, is_to_stop)
        return _said(receiver) or Attempt(INTERRUPTED if told else LOST)
    finally:
        _end(process)
        receiver.close()


@contextmanager
def _without_main() -> Iterator[None]:
    """Start no new process with the program of this one, as if it were a module of its own.

    That would take time, and execute once more what a user's script does.
    """
    with STARTING:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _wait(process: Any, deadline: float | None, is_to_stop: Callable[[], bool]) -> bool:
    """Whether the process was told to end before it did."""
    while process.is_alive():
        process.join(POLL)
        if is_to_stop() or (deadline is not None and monotonic() > deadline):
            _end(process)
            return True
    return False


def _end(process: Any) -> None:
    """Tell it to end, and make it, where it does not."""
    if process.is_alive():
        process.terminate()
        process.join(GRACE)
    if process.is_alive():
        process.kill()
        process.join()


def _said(receiver: Connection) -> Attempt | None:
    with suppress(EOFError, OSError):
        if receiver.poll():
            said: Attempt = receiver.recv()
            return said
    return None


@cache
def _context() -> ForkServerContext | SpawnContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.warm"])
    return context


def _carry_out(folder: str, sender: Connection, slot: int | None, how: dict[str, Any]) -> None:
    """What the process does."""
    _take_signals()
    Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    place = Path(folder)
    with suppress(OSError):
        _speak_into(place / store.LOG)
    if slot is not None:
        _pin(slot)
    ended = _ended(place, how)
    with suppress(OSError):  # nobody listens
        sender.send(ended)
    sys.exit(max(ended.code, 0))


def _ended(folder: Path, how: dict[str, Any]) -> Attempt:
    from ..lab.resuming import run_in

    try:
        run_in(folder, **how)
    except KeyboardInterrupt:
        return Attempt(INTERRUPTED, "interrupted")
    except Held as error:
        return Attempt(HELD, words(error))
    except UsageError as error:
        return Attempt(USAGE, words(error))
    except BaseException as error:  # the experiment's own, which is in its log
        return Attempt(FAILED, words(error))
    return Attempt(DONE)


def _take_signals() -> None:
    """A terminal sends SIGINT to all of its processes; who started this one decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("SIGTERM", "SIGUSR1", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.default_int_handler)


def _end_with_parent() -> None:
    """End as if told to, once the process that waits for this one is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _speak_into(path: Path) -> None:
    """Let whatever is printed, by Python or by compiled code, go to the end of that file."""
    with path.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)


def _pin(slot: int) -> None:
    """Show this process one accelerator of several."""
    import torch

    number = torch.cuda.device_count()  # which does not begin to use them
    if number > 1:
        seen = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
        names = seen if len(seen) == number else list(map(str, range(number)))
        os.environ["CUDA_VISIBLE_DEVICES"] = names[slot % number]
