"""Where experiments and configs lie, those that ship and the user's own, and how one is loaded."""

from __future__ import annotations

import sys
from importlib import invalidate_caches
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType

from ..config import ConfigError, Document, Problem
from ..errors import UsageError, did_you_mean

_PACKAGE = Path(__file__).resolve().parents[1]
# A wheel carries experiments/ and configs/ inside the package; a clone has them next to it.
LAB = _PACKAGE / "_lab" if (_PACKAGE / "_lab").is_dir() else _PACKAGE.parent
_serial = count()


def experiments() -> dict[str, Path]:
    """The files of the shipped experiments, by name."""
    return {path.stem: path for path in sorted((LAB / "experiments").glob("*/[!_]*.py"))}


def configs() -> dict[str, Path]:
    """The shipped YAML files, by name."""
    return {path.stem: path for path in sorted((LAB / "configs").glob("*.yaml"))}


def config_path(name: str) -> Path:
    """A path if it looks like one, else the shipped config of that name."""
    if Path(name).suffix in (".yaml", ".yml") or "/" in name or "\\" in name:
        path = Path(name)
        if not path.exists() and path.stem in configs():
            raise UsageError(f"no file {name}; the shipped config is named `{path.stem}`")
        return path
    try:
        return configs()[name]
    except KeyError:
        raise UsageError(f"no config `{name}`{did_you_mean(name, configs())}") from None


def experiment_path(document: Document) -> Path:
    """The shipped experiment of that name, or a file as seen from the folder of the YAML."""
    name = document.experiment
    if name.endswith(".py"):
        path = (document.path.parent / name).resolve()
        problem = "" if path.is_file() else f"no file {path}"
    else:
        path = experiments().get(name, Path())
        problem = "" if name in experiments() else f"no experiment `{name}`"
        problem += did_you_mean(name, experiments()) if problem else ""
    if problem:
        line = document.lines[()]
        place = f"{document.path}:{line}"
        raise ConfigError(Problem(place, "experiment", problem, line))
    return path


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
