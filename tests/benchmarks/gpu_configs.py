"""The shipped configs at full size with `--check`, eight at a time, as many as the time allows."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

CONFIGS = Path(__file__).parents[2] / "configs"
ALONE = "growth", "speed", "hadamard"  # those that measure time, and the one that is timed here
LAST = "hadamard --seeds 1000"
AT_ONCE = 8
EXIT = {0: "as expected", 1: "not as expected, or failed", 124: "out of time"}


def measure(device: str, small: bool, end: float) -> list[dict[str, Any]]:
    """Each config's exit and seconds; what was not reached is listed."""
    names = sorted(path.stem for path in CONFIGS.glob("*.yaml"))
    if small:
        return [_run("growth --quick", "cpu", end)]
    rows = [_run(name, device, end) for name in (LAST, *ALONE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        others = [name for name in names if name not in ALONE]
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
