"""A run as bytes, for a worker that does not see its folder, and what came of it on the way back.

There go what was asked for and the user's own files, by their paths below the folder from which
the settings name them; what ships with convlab is on the worker. Back come the files of the run,
by their names alone, within bounds: whoever sends them can write nowhere else, nor fill a disk.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from .. import files
from ..errors import UsageError
from ..foreign import printable
from ..lab import catalogue, lock, sources, store
from ..lab.asked import ASKED, Asked
from ..lab.planning import Plan, plan
from ..settings import place

OWN, RUN = "files", "run"  # folders on the worker
MOST_THERE = 2**28  # bytes of the user's files
MOST_BACK = 2**30  # bytes of what a run keeps
STAYS = (ASKED, lock.LOCK)  # of a run's files, that do not come back


def pack(folder: Path) -> bytes:
    """What a worker needs to carry out the run of that folder.

    Raises UsageError for files that lie outside of the folder from which the settings name them,
    or are too large to be sent.
    """
    asked = Asked.load(folder)
    planned = plan(asked.config, asked.overrides, quick=asked.quick)
    base = Path(asked.folder).resolve()
    paths = {path: _below(path, base) for path in dict.fromkeys(_own_files(planned, base))}
    if sum(path.stat().st_size for path in paths) > MOST_THERE:
        raise UsageError(f"{folder} names files of more than {MOST_THERE // 2**20} MiB: {SHARE}")
    config = _config(asked, base)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr(ASKED, json.dumps({"config": config, "base": str(base)}))
        pack.write(folder / ASKED, f"{RUN}/{ASKED}")
        for path, name in paths.items():
            pack.write(path, f"{OWN}/{name}")
    return content.getvalue()


SHARE = "let the workers see it in a shared folder, and start there"


def unpack(content: bytes, to: Path) -> Path:
    """Lay what was packed into an empty folder; the folder of the run in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        pack.extractall(to)  # which lets no name lead out of it
        config = json.loads(pack.read(ASKED))["config"]
    (to / OWN).mkdir(exist_ok=True)
    run = to / RUN
    asked = Asked.load(run)
    there = str(to / OWN / config) if config.endswith(catalogue.SUFFIXES) else config
    replace(asked, config=there, folder=str(to / OWN)).save(run)
    return run


def pack_result(content: bytes, at: Path, run: Path) -> bytes:
    """What came of the run that was unpacked there, with the paths of who had packed it."""
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        base = json.loads(pack.read(ASKED))["base"]
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as pack:
        for path in sorted(run.iterdir() if run.is_dir() else ()):
            if path.is_file() and path.name not in STAYS and files.is_name(path.name):
                data = path.read_bytes()
                if path.name == store.RECORD:
                    data = _renamed(data, str(at / OWN), base)
                pack.writestr(path.name, data)
    return result.getvalue()


def unpack_result(content: bytes, folder: Path) -> None:
    """Lay what came of a run into its folder, the head last; UsageError for what is none of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            members = pack.infolist()
            _check(members)
            for member in sorted(members, key=lambda member: member.filename == store.HEAD):
                data = pack.read(member)
                files.write(folder / member.filename, partial(_write, data))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UsageError(f"what came back of {folder} cannot be read: {error}") from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        if not files.is_name(member.filename) or member.filename in STAYS:
            raise UsageError(f"a worker sent a file named {printable(member.filename)}")
    if sum(member.file_size for member in members) > MOST_BACK:
        raise UsageError(f"a worker sent files of more than {MOST_BACK // 2**20} MiB")


def _write(data: bytes, path: Path) -> None:
    path.write_bytes(data)


def _renamed(document: bytes, there: str, here: str) -> bytes:
    """The record with the user's folder in the place of the worker's."""
    return document.replace(json.dumps(there)[1:-1].encode(), json.dumps(here)[1:-1].encode())


def _own_files(planned: Plan, base: Path) -> Iterator[Path]:
    """The user's YAML, experiment and what lies beside it, and what the settings name."""
    yield from (Path(source["path"]) for source in planned.sources if "text" in source)
    for name in sources.inputs(planned.settings):
        path = base / place(name)
        yield from (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def _below(path: Path, base: Path) -> str:
    try:
        return path.resolve().relative_to(base).as_posix()
    except ValueError:
        raise UsageError(f"{printable(path)} lies outside of {printable(base)}: {SHARE}") from None


def _config(asked: Asked, base: Path) -> str:
    """The path of the user's YAML below that folder, or the name of one that ships."""
    path = Path(asked.config)
    shipped = {str(each): name for name, each in catalogue.configs().items()}
    return shipped.get(str(path)) or _below(path, base)
