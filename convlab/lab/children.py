"""Runs in processes of their own, several at once; those that measure times, alone."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, sleep
from typing import IO

from .outline import parse
from .planning import Plan

MEASURES_TIME = "MEASURES_TIME"  # what an experiment sets to True whose times decide something
INTERRUPT = signal.SIGINT if os.name == "posix" else signal.SIGTERM  # what can be sent there
PAUSE = 0.05  # seconds between two looks at the processes


@dataclass(frozen=True)
class Ended:
    """A run that ended: its experiment, the exit code, how long it took and its last line."""

    name: str
    code: int
    seconds: float
    last_line: str

    @property
    def reason(self) -> str:
        """Why it failed, in its own words if it had any."""
        silent = f"its process ended with {self.code} and no word; `convlab list runs` shows it"
        return self.last_line.removeprefix("convlab: ") or silent


@dataclass
class _Child:
    planned: Plan
    process: subprocess.Popen[bytes]
    said: IO[bytes]
    started: float = field(default_factory=perf_counter)

    def ended(self) -> Ended:
        self.said.seek(0)
        lines = self.said.read().decode(errors="replace").strip().splitlines()
        self.said.close()
        seconds = perf_counter() - self.started
        return Ended(
            self.planned.name, self.process.returncode, seconds, lines[-1] if lines else ""
        )


def run_all(
    plans: Sequence[Plan],
    root: Path,
    *,
    first_seed: int = 0,
    at_once: int = 1,
    tell: Callable[[str], None] = lambda name: None,
) -> Iterator[Ended]:
    """Run the plans by `convlab run`, so many at once, and give each as it ends.

    `tell` is called with the name of each that starts. Where the caller stops early, or is
    interrupted, those that run are interrupted too, keep what they have, and are waited for.
    """
    most = {each.name: 1 if measures_time(each.file) else at_once for each in plans}
    waiting = sorted(plans, key=lambda planned: measures_time(planned.file))
    running: list[_Child] = []
    try:
        while waiting or running:
            while waiting and len(running) < most[waiting[0].name]:
                running.append(_start(waiting.pop(0), root, first_seed))
                tell(running[-1].planned.name)
            for child in [each for each in running if each.process.poll() is not None]:
                running.remove(child)
                yield child.ended()
            sleep(PAUSE)
    finally:
        for child in running:
            child.process.send_signal(INTERRUPT)
        for child in running:
            child.process.wait()
            child.said.close()


def measures_time(file: Path) -> bool:
    """Whether the experiment says that its verdicts hang on times."""
    said = (node for node in parse(file).body if isinstance(node, ast.Assign))
    return f"{MEASURES_TIME} = True" in map(ast.unparse, said)


def _start(planned: Plan, root: Path, first_seed: int) -> _Child:
    said = tempfile.TemporaryFile()  # noqa: SIM115 - it is read and closed when the child ends
    process = subprocess.Popen(
        command(planned, root, first_seed),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
        process_group=0,  # an interrupt at the terminal is passed on once, not twice
    )
    return _Child(planned, process, said)


def command(planned: Plan, root: Path, first_seed: int) -> list[str]:
    """What runs the plan of a config, as a user would."""
    words = ["run", str(planned.document.path), "--out", str(root), "--quiet"]
    words += ["--quick"] * planned.quick + ["--first-seed", str(first_seed)]
    return [sys.executable, "-m", "convlab", *words]
