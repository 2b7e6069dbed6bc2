"""On what a run was made: versions, processor, threads, and the state of the source."""

from __future__ import annotations

import platform
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("convolution-lab", "torch", "numpy", "scipy", "scikit-learn", "pillow", "matplotlib")


def environment(device: str) -> dict[str, Any]:
    """What a reader needs to run the same again, or to report a bug. Imports torch."""
    import torch

    name = torch.cuda.get_device_name() if device == "cuda" else platform.processor()
    return {
        "python": platform.python_version(),
        "versions": versions(),
        "system": platform.platform(),
        "device": device,
        "processor": name or platform.machine(),
        "threads": torch.get_num_threads(),
        **(_card() if device == "cuda" else {}),
        "argv": sys.argv,
        **source(),
    }


def _card() -> dict[str, Any]:
    """What else decides the bits on a card."""
    from ..train.groups import CARD_BYTES

    return {"precision": "float32, not TF32; cudnn.deterministic", "group_bytes": CARD_BYTES}


def versions() -> dict[str, str]:
    """The version of each package of `PACKAGES`, which needs none of them to be imported."""
    return {package: _version(package) for package in PACKAGES}


def facts(device: str) -> dict[str, Any]:
    """What a bug report needs, flat. Imports torch."""
    from ..workbench import choose_device

    known = environment(choose_device(device))
    versions: dict[str, Any] = known.pop("versions")
    return versions | known


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@cache
def source() -> dict[str, Any]:
    """The commit of the clone that this package runs from, and whether it was changed since."""
    clone = Path(__file__).resolve().parents[2]
    if not (clone / ".git").exists():
        return {"commit": None, "dirty": None}

    def git(*words: str) -> str | None:
        command = ["git", "-C", str(clone), *words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.strip()

    changes = git("status", "--porcelain")
    return {
        "commit": git("rev-parse", "HEAD"),
        "dirty": None if changes is None else bool(changes),
    }
