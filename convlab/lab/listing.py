"""What there is: experiments, configs, models and stored runs."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

from .. import config
from ..errors import UsageError, nearest
from ..record import Head, Record, Status
from ..settings import MODEL_NAMES
from . import catalogue, ledger, store
from .outline import question


def things(kind: str) -> dict[str, str]:
    """The names of one kind of thing and what each is; nothing is imported to know it."""
    if kind not in KINDS:
        known = ", ".join(["experiments", *KINDS, "runs"])
        raise UsageError(f"cannot list `{kind}`; there are: {known}")
    return KINDS[kind]()


def experiments() -> dict[str, dict[str, str]]:
    """The shipped experiments and their questions, by subject."""
    subjects: dict[str, dict[str, str]] = {}
    for name, path in catalogue.experiments().items():
        subjects.setdefault(path.parent.name, {})[name] = question(path)
    return subjects


def _configs() -> dict[str, str]:
    files = {name: config.read(path).experiment for name, path in catalogue.configs().items()}
    return {name: f"experiment: {experiment}" for name, experiment in files.items()}


def _models() -> dict[str, str]:
    source = Path(__file__).parents[1].joinpath("models.py").read_text(encoding="utf-8")
    functions = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
    docstrings = {function.name: ast.get_docstring(function) or "" for function in functions}
    said = {name: docstrings[name.replace("-", "_")] for name in MODEL_NAMES}
    return {name: docstring.partition("\n")[0] for name, docstring in said.items()}


KINDS = {"configs": _configs, "models": _models}


def heads(root: Path) -> list[Head]:
    """The heads of the runs and sweeps in `root`, the oldest first, and how to go on with each."""
    found = (store.head(folder) for folder in store.folders(root))
    known = (replace(head, resume=store.way_on(head)) for head in found)
    return sorted(known, key=lambda head: head.started)


def runs(root: Path) -> list[Record]:
    """The stored runs in `root`, the oldest first and without their arrays; no sweeps."""
    single = (folder for folder in store.folders(root) if not store.is_sweep(folder))
    return sorted(map(_run, single), key=lambda record: record.started)


def _run(folder: Path) -> Record:
    """The record of a run; of one that has none, or none to be read, what can be said of it."""
    try:
        return store.load(folder, arrays=False)
    except UsageError as error:
        head, none = store.head(folder), not store.has_record(folder)
        return Record(
            experiment=head.experiment if none else folder.name,
            question="",
            settings={},
            status=head.status if none else Status.UNREADABLE,
            quick=head.quick,
            started=head.started if none else "",
            error=str(error),
            run=str(folder),
            first_seed=head.first_seed,
            changed=head.changed,
        )


def check_known(name: str, root: Path) -> None:
    """Raise UsageError for a name, no path, of no config, claim, post or run."""
    known = [*catalogue.configs(), *ledger.posts()]
    if not catalogue.looks_like_path(name) and name not in known and not ledger.base(name):
        runs = [folder.name for folder in store.folders(root)]
        close = nearest(name, [*runs, *known, *ledger.entries()])
        hint = f"did you mean `{close}`?" if close else "`convlab list` and `list runs` show all"
        raise UsageError(f"no config, no claim, and no run in {root}, is called `{name}`; {hint}")


def is_run(name: str, root: Path) -> bool:
    """Whether a run has that path or name; a name of neither kind of thing is taken for a plan."""
    return any(map(store.is_run, (Path(name), root / name)))
