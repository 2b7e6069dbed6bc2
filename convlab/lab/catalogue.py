"""Where experiments and configs lie, those that ship and the user's own, and how one is loaded."""

from __future__ import annotations

import sys
from importlib import invalidate_caches
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType

from .. import files
from ..config import ConfigError, Document, Problem
from ..errors import UsageError, did_you_mean
from ..settings import place

_PACKAGE = Path(__file__).resolve().parents[1]
# A wheel carries experiments/ and configs/ inside the package; a clone has them next to it.
LAB = _PACKAGE / "_lab" if (_PACKAGE / "_lab").is_dir() else _PACKAGE.parent
SUFFIXES = (".yaml", ".yml")  # of a config's file
_serial = count()


def experiments() -> dict[str, Path]:
    """The files of the shipped experiments, by name."""
    return {path.stem: path for path in sorted((LAB / "experiments").glob("*/[!_]*.py"))}


def configs() -> dict[str, Path]:
    """The shipped YAML files, by name."""
    files = (LAB / "configs").iterdir()
    return {path.stem: path for path in sorted(files) if path.suffix in SUFFIXES}


def looks_like_path(name: str) -> bool:
    """Whether it is meant as the path of a file, not as the name of a shipped config."""
    return Path(name).suffix in (*SUFFIXES, ".py") or "/" in name or "\\" in name


def config_path(name: str) -> Path:
    """A path if it looks like one, else the shipped config of that name."""
    if Path(name).suffix == ".py":
        raise UsageError(f"{name} is Python, no YAML; {_named_by(place(name))}")
    if looks_like_path(name):
        path = place(name)
        if not files.is_file(path) and path.stem in configs():
            raise UsageError(f"no file {name}; the shipped config is named `{path.stem}`")
        return path
    if name in configs():
        return configs()[name]
    own = next(filter(files.is_file, (Path(f"{name}{suffix}") for suffix in SUFFIXES)), None)
    hint = f"; did you mean `{own}`?" if own else did_you_mean(name, configs())
    raise UsageError(f"no config `{name}`{hint}")


def _named_by(experiment: Path) -> str:
    """How to run an experiment's file: by a YAML."""
    beside = (experiment.with_suffix(suffix) for suffix in SUFFIXES)
    if config := next(filter(files.is_file, beside), None):
        return f"did you mean `{config}`?"
    return f"write a YAML with `experiment: ./{experiment.name}` beside it, and name that"


def experiment_path(document: Document) -> Path:
    """The shipped experiment of that name, or a file as seen from the folder of the YAML."""
    name = document.experiment
    if name.endswith(".py"):
        path = document.path.parent / place(name)
        problem = "" if files.is_file(path) else f"no file {path.absolute()}"
    else:
        path = experiments().get(name, Path())
        problem = "" if name in experiments() else f"no experiment `{name}`"
        problem += did_you_mean(name, experiments()) if problem else ""
    if problem:
        line = document.lines[()]
        raise ConfigError(Problem(f"{document.path}:{line}", "experiment", problem, line))
    return path.resolve()


def load(path: Path) -> ModuleType:
    """The module of an experiment's file, executed whole with what it imports beside it."""
    name = f"{package(path.parent)}.{path.stem.replace('.', '_')}"
    spec = spec_from_file_location(name, path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module  # pydantic looks its module up while it executes
    try:
        spec.loader.exec_module(module)
    except BaseException:
        forget(module.__package__ or name)
        raise
    return module


def package(folder: Path) -> str:
    """The name of a new package of the folder's files, so that one can import another.

    It is new each time, so that a file that was edited is read again.
    """
    invalidate_caches()
    made = ModuleType(f"_experiments_{next(_serial)}")
    made.__path__ = [str(folder)]
    sys.modules[made.__name__] = made
    return made.__name__


def forget(name: str) -> None:
    """Let a package of `package` and its modules go, as if nothing had been imported."""
    for module in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[module]
