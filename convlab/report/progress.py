"""How far a run has come: a live line in a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

from time import perf_counter

from rich.console import Console
from rich.live import Live

from ..numbers import number
from ..record import Progress
from .words import words

SILENT = 1.0  # seconds of a task before anything is said of it
REDRAWN = 0.2  # seconds between two live lines
REPEATED = 10.0  # seconds between two plain lines, which stay


class ProgressLine:
    """Tells a console of the tasks of a run; on leaving, a live line is wiped away."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.live = Live(console=console, auto_refresh=False, transient=True)
        self.task = ""
        self.started = self.last_shown = 0.0

    def __enter__(self) -> ProgressLine:
        if self.console.is_terminal:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def tell(self, progress: Progress) -> None:
        """Show the progress, if the task has lasted and the last word was long enough ago."""
        now = perf_counter()
        if progress.task != self.task:
            self.task, self.started, self.last_shown = progress.task, now, now
        pause = REDRAWN if self.console.is_terminal else REPEATED
        if now - self.started < SILENT or now - self.last_shown < pause:
            return
        self.last_shown = now
        line = words(progress_text(progress, now - self.started))
        line.overflow, line.no_wrap = "ellipsis", True
        if self.console.is_terminal:
            self.live.update(line, refresh=True)
        else:
            self.console.print(line, soft_wrap=True)


def progress_text(progress: Progress, seconds: float) -> str:
    """The task, how much of it is done, its loss, its rate and the time left, on one line."""
    rate = progress.done / seconds
    parts = [f"{progress.task} {_share(progress)}"]
    if progress.loss is not None:
        parts += [
            f"loss {progress.loss():.3g}",
            f"{progress.seeds} seed{'s' * (progress.seeds != 1)}",
        ]
        parts += [f"step {number(progress.done // progress.seeds)} of {number(_steps(progress))}"]
        parts += [f"{number(round(rate))} model steps/s"]
    if progress.total and rate:
        parts.append(f"{(progress.total - progress.done) / rate:.0f} s left")
    return " · ".join(parts)


def _share(progress: Progress) -> str:
    return f"{progress.done / progress.total:4.0%}" if progress.total else f"{progress.done}"


def _steps(progress: Progress) -> int:
    return progress.total // progress.seeds
