"""Where experiments and configs lie: those that ship with the package, and the user's own."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from .config import ConfigError, Document, Problem
from .errors import UsageError

_PACKAGE = Path(__file__).resolve().parent
# A wheel carries experiments/ and configs/ inside the package; a clone has them next to it.
LAB = _PACKAGE / "_lab" if (_PACKAGE / "_lab").is_dir() else _PACKAGE.parent


def experiments() -> dict[str, Path]:
    """The files of the shipped experiments, by name."""
    return {path.stem: path for path in sorted((LAB / "experiments").glob("[!_]*.py"))}


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
        raise UsageError(f"no config `{name}`{nearest(name, configs())}") from None


def experiment_path(document: Document) -> Path:
    """The shipped experiment of that name, or a file as seen from the folder of the YAML."""
    name = document.experiment
    if name.endswith(".py"):
        path = (document.path.parent / name).resolve()
        problem = "" if path.is_file() else f"no file {path}"
    else:
        path = experiments().get(name, Path())
        problem = "" if name in experiments() else f"no experiment `{name}`"
        problem += nearest(name, experiments()) if problem else ""
    if problem:
        line = document.lines[()]
        place = f"{document.path}:{line}"
        raise ConfigError(Problem(place, "experiment", problem, line))
    return path


def nearest(name: str, known: Iterable[str]) -> str:
    """What to say of a name that is not there: the nearest one, or all that there are."""
    close = get_close_matches(name, known, n=1)
    return f"; did you mean `{close[0]}`?" if close else f"; there are: {', '.join(known)}"
