"""`python -m tests.benchmarks.gpu [PART]… [--small] [--json FILE]`: on whatever device there is.

Parts, in this order: `layers` and `steps`, timed; `right`, against float64 and against
themselves; `configs`, at full size with `--check`, as many as the time allows. Times are medians
of wall times.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

from convlab import timing
from tests.benchmarks import gpu_configs, gpu_layers, gpu_right, gpu_steps

SECONDS = 240.0  # in all
Rows = list[dict[str, Any]]
PARTS: dict[str, Callable[[str, bool, float], Rows]] = {
    "layers": gpu_layers.measure,
    "steps": gpu_steps.measure,
    "right": gpu_right.measure,
    "configs": gpu_configs.measure,
}


def main(words: list[str] | None = None) -> None:
    asked = _arguments(words)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    end = perf_counter() + asked.seconds
    found: dict[str, Any] = {"machine": _machine(device)}
    print(found["machine"], flush=True)
    for part in asked.parts or PARTS:
        begun = perf_counter()
        with timing.threads(1):
            rows = PARTS[part](device, asked.small, end)
        found[part] = rows
        _print(part, rows)
        print(f"-- {part}: {perf_counter() - begun:.0f} s", flush=True)
        if asked.json:
            asked.json.write_text(json.dumps(found, indent=1))


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gpu", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}")
    parser.add_argument("--small", action="store_true", help="sizes for a processor, 20 s")
    parser.add_argument("--json", type=Path, help="the file to write every row to")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="when to stop")
    asked = parser.parse_args(words)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    return asked


def _machine(device: str) -> str:
    name = torch.cuda.get_device_name() if device == "cuda" else "the processor"
    return f"{name}, torch {torch.__version__}"


def _print(part: str, rows: Rows) -> None:
    print(f"\n{part}")
    for row in rows:
        print("  " + " · ".join(f"{key} {_text(value)}" for key, value in row.items()))


def _text(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.0f}"


if __name__ == "__main__":
    main()
