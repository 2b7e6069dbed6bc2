"""A config file as it was read: nothing in it is checked against a model yet."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .nodes import Key, Values, compose, leaves
from .problem import ConfigError, Problem, brief

SWEEP = "sweep"  # the key of the settings that `convlab sweep` varies


@dataclass(frozen=True)
class Document:
    """The settings of one experiment, as its file gives them."""

    path: Path
    experiment: str
    settings: dict[str, Any]
    quick: dict[str, Any]  # what the small version changes
    lines: Mapping[Key, int]  # from 1; () is `experiment:`, keys of `quick:` begin with "quick"
    sweep: Mapping[str, list[Any]] = field(default_factory=dict)  # values to try, by dotted keys
    problems: tuple[Problem, ...] = ()  # keys that stand twice, and values that are none


def read(path: Path) -> Document:
    """The file at `path`; ConfigError unless it is a mapping that names its experiment."""
    values = Values(str(path))
    settings = values.of(compose(_text(path), values.source))
    if not isinstance(settings, dict):
        found = "an empty file" if settings is None else brief(settings)
        message = f"expected settings such as `experiment: edge`, found {found}"
        raise ConfigError(*values.problems, values.problem(1, (), message))
    experiment, quick = settings.pop("experiment", None), settings.pop("quick", {})
    sweep = settings.pop(SWEEP, {})
    values.lines[()] = values.lines.get(("experiment",), 1)
    problems = [*values.problems, *_problems(values, experiment, quick)]
    problems += _problems_of_sweep(values, sweep)
    if not isinstance(experiment, str) or not isinstance(quick, dict):
        raise ConfigError(*sorted(problems, key=lambda problem: problem.line))
    swept = _swept(sweep) if isinstance(sweep, dict) else {}
    return Document(path, experiment, settings, quick, values.lines, swept, tuple(problems))


def with_experiment(path: Path, name: str) -> str:
    """The text of the file, which is sound, with another experiment named in the same place."""
    text = _text(path).removeprefix("\ufeff")
    root = compose(text, str(path))
    assert isinstance(root, yaml.MappingNode)
    (value,) = (v for k, v in root.value if k.value == "experiment")
    start, end = value.start_mark.index, value.end_mark.index
    plain = re.fullmatch(r"[\w./-]+", name) is not None
    line_end = "\n" if text[start:end].endswith("\n") else ""  # of a block, which ends below it
    return f"{text[:start]}{name if plain else json.dumps(name)}{line_end}{text[end:]}"


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        message = "no such file"
    except IsADirectoryError:
        message = "a folder; name a file in it"
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    else:
        return _decode(data, path)
    raise ConfigError(Problem(str(path), "", message))


def _decode(data: bytes, path: Path) -> str:
    try:
        return data.decode()  # YAML skips a byte-order mark
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8 text"
        raise ConfigError(Problem(f"{path}:{line}", "", message, line)) from None


def _problems(values: Values, experiment: Any, quick: Any) -> list[Problem]:
    problems = []
    if ("experiment",) not in values.lines:
        message = "names no experiment; add a line such as `experiment: edge`"
        problems.append(values.problem(1, (), message))
    elif not isinstance(experiment, str):
        message = f"expected the name of an experiment, found {brief(experiment)}"
        problems.append(values.problem(values.lines[()], ("experiment",), message))
    if not isinstance(quick, dict):
        message = f"expected a mapping such as {{seeds: 2}}, found {brief(quick)}"
        problems.append(values.problem(values.lines["quick",], ("quick",), message))
    return problems


def _swept(sweep: dict[str, Any], *above: str) -> dict[str, list[Any]]:
    """The lists of values by their dotted keys."""
    found: dict[str, list[Any]] = {}
    for name, value in sweep.items():
        if isinstance(value, dict):
            found |= _swept(value, *above, name)
        elif isinstance(value, list):
            found[".".join([*above, name])] = value
    return found


def _problems_of_sweep(values: Values, sweep: Any) -> list[Problem]:
    """What is wrong with the block of the values to try: each key should have a list of some."""
    wanted = "expected a list of values such as [0.1, 0.01]"
    if not isinstance(sweep, dict):
        message = f"expected a mapping such as {{seeds: [2, 4]}}, found {brief(sweep)}"
        return [values.problem(values.lines[SWEEP,], (SWEEP,), message)]
    found = []
    for key in leaves(sweep):
        value: Any = sweep
        for name in key:
            value = value[name]
        if not (isinstance(value, list) and value):
            line = values.lines.get((SWEEP, *key), values.lines[SWEEP,])
            found.append(values.problem(line, (SWEEP, *key), f"{wanted}, found {brief(value)}"))
    return found
