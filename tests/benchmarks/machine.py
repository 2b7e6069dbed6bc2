"""What the benchmarks ran on, and which peers are missing: the notes below the tables."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from convlab.lab.environment import environment

PEERS = {  # by the name under which each is imported; the extra `bench` installs them
    "jax": "JAX",
    "cv2": "OpenCV",
    "torchinfo": "torchinfo",
    "fvcore": "fvcore",
}


def machine() -> str:
    """Processor, threads, system and versions, in a line."""
    facts = environment("cpu")
    return (
        f"{_processor() or facts['processor']}, {facts['threads']} threads, {facts['system']}, "
        f"Python {facts['python']}, torch {facts['versions']['torch']}"
    )


def missing() -> list[str]:
    """The peers that are not installed."""
    return [name for module, name in PEERS.items() if not find_spec(module)]


def _processor() -> str:
    """The model and the caches that Linux names, where it does: other systems say less."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")
