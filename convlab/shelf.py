"""What is on the shelves: experiments, configs, models, runs; copies of them to change."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from . import catalogue, config, lab, store
from .errors import UsageError
from .outline import question
from .record import Record, Status
from .settings import Model


def listed(kind: str) -> dict[str, str]:
    """The names of one kind of thing and what each is; nothing is imported to know it."""
    if kind not in KINDS:
        raise UsageError(f"cannot list `{kind}`; there are: {', '.join([*KINDS, 'runs'])}")
    return KINDS[kind]()


def _experiments() -> dict[str, str]:
    return {name: question(path) for name, path in catalogue.experiments().items()}


def _configs() -> dict[str, str]:
    files = {name: config.read(path).experiment for name, path in catalogue.configs().items()}
    return {name: f"experiment: {experiment}" for name, experiment in files.items()}


def _models() -> dict[str, str]:
    source = Path(__file__).with_name("models.py").read_text(encoding="utf-8")
    functions = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
    said = {function.name: ast.get_docstring(function) or "" for function in functions}
    return {name: said[name].partition("\n")[0] for name in get_args(Model)}


KINDS = {"experiments": _experiments, "configs": _configs, "models": _models}


def runs(root: Path) -> list[Record]:
    """The stored runs below `root`, the oldest first and without their arrays."""
    return sorted(map(_run, store.folders(root)), key=lambda record: record.started)


def _run(folder: Path) -> Record:
    """The record of a run; of one that cannot be read, what can be said of it."""
    try:
        return store.load(folder, arrays=False)
    except UsageError as error:
        lost = Record(folder.name, question="", settings={}, status=Status.FAILED)
        return replace(lost, error=str(error), run=str(folder))


def is_run(name: str, root: Path) -> bool:
    """Whether a run has that path or name; a name of neither kind of thing is taken for a plan."""
    return any((folder / store.RECORD).is_file() for folder in (Path(name), root / name))


def copy(name: str, folder: Path) -> list[Path]:
    """A shipped config and its experiment, written to `folder`; existing files stay as they are.

    The copy of the config names the copy of the experiment.
    """
    plan = lab.plan(name)
    text = plan.document.path.read_text(encoding="utf-8")
    copies = {
        folder / plan.document.path.name: text.replace(
            f"experiment: {plan.name}", f"experiment: ./{plan.file.name}", 1
        ),
        folder / plan.file.name: plan.file.read_text(encoding="utf-8"),
    }
    _write_new(copies)
    return list(copies)


def _write_new(files: dict[Path, str]) -> None:
    for path in files:
        if path.exists():
            raise UsageError(f"{path} exists already; name another folder")
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"cannot write to {path.parent}: {error.strerror}") from None
        store.write(path, partial(_write_text, text))


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def facts(device: str) -> dict[str, Any]:
    """What a bug report needs, flat. Imports torch."""
    from .environment import environment
    from .workbench import resolved

    known = environment(resolved(device))
    versions: dict[str, Any] = known.pop("versions")
    return versions | known
