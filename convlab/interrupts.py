"""Interrupts that wait: what is being saved is saved first, and a step is made whole."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from threading import current_thread, main_thread

# The third comes when a terminal is closed; the last before a cluster takes its machine back.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1")
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))


@contextmanager
def held_back(most: float = inf) -> Iterator[list[int]]:
    """An interrupt that comes within is raised at the end, as KeyboardInterrupt.

    What came is in the list, for who can end earlier. One more than `most` is raised at once.
    """
    came = list[int]()

    def take(number: int, _: object) -> None:
        came.append(number)
        if len(came) > most:
            raise KeyboardInterrupt

    if current_thread() is not main_thread():  # no other thread gets any
        yield came
        return
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    waiting = [number for number, handler in handlers.items() if callable(handler)]
    for number in waiting:
        signal.signal(number, take)
    try:
        yield came
    finally:
        for number in waiting:
            signal.signal(number, handlers[number])
    if came:
        raise KeyboardInterrupt
