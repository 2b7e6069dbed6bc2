"""Interrupts that wait: what is being saved is saved first."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def held_back() -> Iterator[None]:
    """An interrupt that comes within is raised at the end, as KeyboardInterrupt."""
    if current_thread() is not main_thread():  # no other thread gets any
        yield
        return
    came = list[int]()
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    waiting = [number for number, handler in handlers.items() if callable(handler)]
    for number in waiting:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number in waiting:
            signal.signal(number, handlers[number])
    if came:
        raise KeyboardInterrupt
