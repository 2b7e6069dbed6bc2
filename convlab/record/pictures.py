"""The figures that a run keeps: PNG files of its own folder, whatever its record says."""

from __future__ import annotations

from pathlib import Path

from .. import files
from .record import Record

SUFFIX = ".png"


def there(record: Record) -> dict[str, Path]:
    """Those that are there, by name; a link is none, since it may lead out of the folder."""
    folder = Path(record.run or "")
    named = {name: folder / name for name in record.figures if files.is_name(name)}
    return {name: path for name, path in named.items() if record.run and _is_own(path)}


def _is_own(path: Path) -> bool:
    return path.suffix == SUFFIX and files.is_file(path) and not path.is_symlink()
