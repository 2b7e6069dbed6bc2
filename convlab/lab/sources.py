"""The files that a run is made from, so that its record says what ran, also when they change."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from .catalogue import LAB


def sources(files: Iterable[Path]) -> list[dict[str, str]]:
    """The `path` and `sha256` of each file, and the `text` of one that is the user's own."""
    return [_source(file.resolve()) for file in files]


def _source(file: Path) -> dict[str, str]:
    data = file.read_bytes()
    known = {"path": str(file), "sha256": sha256(data).hexdigest()}
    ships = any(file.is_relative_to(LAB / folder) for folder in ("experiments", "configs"))
    return known if ships else known | {"text": data.decode(errors="backslashreplace")}
