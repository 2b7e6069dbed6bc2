"""The shipped experiments at full size with `--check`, eight at a time, as time allows."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any

from convlab.lab import catalogue
from convlab.lab.outline import measures_time

TIMED = "hadamard"  # here; no other run beside it, nor beside those that measure time themselves
LAST = f"{TIMED} --seeds 1000"
AT_ONCE = 8
EXIT = {0: "as expected", 1: "not as expected, or failed", 124: "out of time"}


def measure(device: str, small: bool, end: float) -> list[dict[str, Any]]:
    """Each config's exit and seconds; what was not reached is listed."""
    if small:
        return [_run("growth --quick", "cpu", end)]
    files = catalogue.experiments()
    alone = [name for name, file in files.items() if name == TIMED or measures_time(file)]
    rows = [_run(name, device, end) for name in (LAST, *alone)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        others = [name for name in files if name not in alone]
        rows += pool.map(lambda name: _run(name, device, end), others)
    return rows


def _run(words: str, device: str, end: float) -> dict[str, Any]:
    left = end - perf_counter()
    if left < 2:
        return {"config": words, "exit": "not reached"}
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "convlab", "run", *words.split(), "--check"]
        command += ["--device", device, "--out", out, "--quiet"]
        begun = perf_counter()
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=left, check=False
            )
            code, said = done.returncode, done.stderr + done.stdout
        except subprocess.TimeoutExpired:
            code, said = 124, ""
        taken = perf_counter() - begun
    row = {"config": words, "exit": EXIT.get(code, str(code)), "seconds": taken}
    return row if code == 0 else row | {"said": " ".join(said.split())[-300:]}
