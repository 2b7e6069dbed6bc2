"""What a run was asked for, kept in its folder: any process can plan it again from that."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from .. import files
from ..config import Override
from ..errors import UsageError

ASKED = "asked.json"
LARGEST = 2**24  # bytes that are read


@dataclass(frozen=True)
class Asked:
    """A config, the settings that were changed on top of it, and how to run it."""

    config: str  # the path of its YAML, or the name of one that ships
    overrides: tuple[Override, ...] = ()
    quick: bool = False
    device: str = "auto"
    threads: int = 1
    first_seed: int = 0
    folder: str = ""  # from where the paths in the settings lead; here if empty
    place: str = ""  # of the run's folder, so that a copy is known as one

    def save(self, folder: Path) -> None:
        """Write it to the folder of its run; UsageError where the system refuses."""
        here = replace(self, place=place(folder))
        text = json.dumps(to_jsonable_python(asdict(here), fallback=str))
        files.write(folder / ASKED, lambda path: path.write_text(text, encoding="utf-8"))

    @classmethod
    def load(cls, folder: Path) -> Asked:
        """What the run of that folder was asked for; UsageError where nothing readable says so."""
        try:
            return _reader().validate_json(files.read(folder / ASKED, LARGEST))
        except FileNotFoundError:
            why = f"it has no {ASKED}, as an older convlab kept none"
        except (OSError, ValueError) as error:  # anybody may have written that file
            why = f"its {ASKED} cannot be read: {' '.join(str(error).split())}"
        raise UsageError(f"{folder} cannot be resumed: {why}; run its config again") from None


def place(folder: Path) -> str:
    """Which folder it is, and of which host: another of the same name, or a copy, is another."""
    known = folder.stat()
    return f"{platform.node()} {known.st_dev} {known.st_ino}"


@cache
def _reader() -> TypeAdapter[Asked]:
    return TypeAdapter(Asked)
