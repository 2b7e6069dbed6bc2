"""The files that a run is made from, so that its record says what ran, also when they change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any

from pydantic import BaseModel

from .. import files
from ..settings import CONDITION, place
from .catalogue import LAB, SUFFIXES

PACKAGE = Path(__file__).resolve().parents[1]
LARGEST = 2**24  # bytes of a file of code
# Rooms that hand over, keep and show what others compute: a change of theirs changes no number.
WITHOUT_NUMBERS = {
    *("cli", "config", "errors", "figures", "files", "foreign", "interrupts", "lab", "numbers"),
    *("record", "report", "sweep", "__init__", "__main__", "_lab"),
}


def sources(files: Iterable[Path]) -> list[dict[str, str]]:
    """The `path` and `sha256` of each file, and the `text` of one that is the user's own."""
    return [_source(file.resolve()) for file in files]


def _source(file: Path) -> dict[str, str]:
    data = file.read_bytes()
    known = {"path": str(file), "sha256": sha256(data).hexdigest()}
    ships = any(file.is_relative_to(LAB / folder) for folder in ("experiments", "configs"))
    return known if ships else known | {"text": data.decode(errors="backslashreplace")}


def kept(environment: Mapping[str, Any]) -> list[dict[str, str]]:
    """The files that a stored run was made from; none if anything else stands in their place."""
    known = environment.get("sources")
    whole = isinstance(known, list) and all(_is_source(each) for each in known)
    return list(known) if whole and known else []


def _is_source(value: Any) -> bool:
    texts = (value.get("path"), value.get("sha256")) if isinstance(value, dict) else (None,)
    return all(isinstance(text, str) for text in texts)


def code(kept: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Those of the experiment; what its YAML says stands in the settings."""
    return [source for source in kept if PurePath(source["path"]).suffix not in SUFFIXES]


def are_own(kept: Sequence[Mapping[str, str]]) -> bool:
    """Whether the experiment is the user's own."""
    return any("text" in source for source in code(kept))


def name(source: Mapping[str, str]) -> str:
    """What a file is called for a reader, wherever convlab or the user's folder lies."""
    parts = PurePath(source["path"]).parts
    return "/".join(parts[-1:] if "text" in source else parts[-3:])


def changed(kept: Sequence[Mapping[str, str]]) -> str:
    """The experiment's first file that is no longer as it was, such as `code mine.py`."""
    for source in code(kept):
        path = Path(source["path"])
        if not _is_code(path) or _hash(path, "") != source["sha256"]:
            return f"code {name(source)}"
    return ""


def _is_code(path: Path) -> bool:
    """Whether it can have been an experiment's: a record may name a file that has no end."""
    return path.suffix == ".py" and files.is_file(path) and path.stat().st_size <= LARGEST


@cache
def rooms() -> dict[str, str]:
    """The hash of the files of each room of convlab that computes."""
    known = sorted(PACKAGE.glob("*.py")) + sorted(p.parent for p in PACKAGE.glob("*/__init__.py"))
    return {path.stem: _hash(path, "*.py") for path in known if path.stem not in WITHOUT_NUMBERS}


def inputs(settings: BaseModel) -> dict[str, str]:
    """The hash of each file or folder that a setting names, such as `photo.png` or `mnist:FOLDER`.

    Not of those that a run writes, which are no condition of it.
    """
    names = dict.fromkeys(name for text in _texts(settings) for name in _names(text))
    paths = {name: place(name) for name in names}
    return {
        name: _hash(path, "*")
        for name, path in paths.items()
        if files.is_file(path) or files.is_folder(path)
    }


def writes_files(settings: BaseModel) -> bool:
    """Whether a setting names a file that the run is to write, which is no condition of it."""
    return any(files_to_write(settings))


def files_to_write(settings: BaseModel) -> Iterator[Path]:
    """The files that settings name for the run to write."""
    for name, field in type(settings).model_fields.items():
        value, extra = getattr(settings, name), field.json_schema_extra
        if isinstance(value, BaseModel):
            yield from files_to_write(value)
        is_condition = not isinstance(extra, dict) or extra.get(CONDITION, True)
        if isinstance(value, Path) and not is_condition:
            yield value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            extra = field.json_schema_extra
            if not isinstance(extra, dict) or extra.get(CONDITION, True):
                yield from _texts(getattr(value, name))
    elif isinstance(value, str | Path):
        yield str(value)
    elif isinstance(value, Iterable):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _names(text: str) -> Iterator[str]:
    """Those of files in a setting; `digits` is none, whatever lies in the current folder."""
    for part in (text, text.rpartition(":")[0]):
        if PurePath(part).suffix or "/" in part or "\\" in part:
            yield part
    if folder := text.partition(":")[2]:
        yield folder


def _hash(path: Path, pattern: str) -> str:
    """Of a file's bytes, or of all in a folder that the pattern fits, with their names."""
    if path.is_file():
        return sha256(path.read_bytes()).hexdigest()
    inside = sorted(file for file in path.rglob(pattern) if file.is_file())
    told = (f"{file.relative_to(path).as_posix()} {_hash(file, '')}\n" for file in inside)
    return sha256("".join(told).encode()).hexdigest()
