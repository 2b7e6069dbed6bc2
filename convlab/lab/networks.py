"""The network that a user means: a model of convlab by its name, or one from a file of his own."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from ..errors import UsageError, did_you_mean
from ..models import MODELS
from .catalogue import load, package

Build = Callable[[], nn.Module]


def builder(model: str, shape: Sequence[int], classes: int, width: int) -> Build:
    """What builds the network anew at each call, but for an instance, which is returned as it is.

    `model` is one of MODELS, for images of that shape; or `FILE.py:NAME` or `PACKAGE.MODULE:NAME`,
    where NAME, which may have dots, is a function or a Module class that takes no arguments, or
    an instance. Raises UsageError.
    """
    if found := own(model):
        return found
    if model.endswith(".py"):
        offered = _offered(_load(model))
        raise UsageError(
            f"say which of {model}, as in {model}:NAME; there are: {', '.join(offered)}"
        )
    if model not in MODELS:
        raise UsageError(f"no model `{model}`{did_you_mean(model, [*MODELS, 'FILE.py:FUNCTION'])}")
    if len(shape) != 3:
        raise UsageError(
            f"{model} takes images, as in --input 3,32,32: channels, height, width; "
            f"not {len(shape)} numbers"
        )
    return partial(MODELS[model], (shape[0], shape[1], shape[2]), classes, width)


def own(model: str) -> Build | None:
    """What builds a network of the user's own, or None where that is not what is named."""
    place, colon, name = model.rpartition(":")
    return _of_module(place, name) if colon and name and _is_module(place) else None


def _is_module(place: str) -> bool:
    return place.endswith(".py") or all(map(str.isidentifier, place.split(".")))


def _of_module(file: str, name: str) -> Build:
    module = _load(file)
    try:
        found = attrgetter(name)(module)
    except AttributeError:
        near = did_you_mean(name, _offered(module))
        raise UsageError(f"{file} has no `{name}`{near}") from None
    if isinstance(found, nn.Module):
        return lambda: found
    if not callable(found):
        raise UsageError(
            f"{file}:{name} is of type {type(found).__name__}, not a network or what makes one"
        )
    _check_arguments(f"{file}:{name}", found)
    return partial(_make, f"{file}:{name}", found)


def _make(model: str, function: Callable[[], Any]) -> nn.Module:
    with _of_the_user(f"raised by {model}"):
        network = function()
    if not isinstance(network, nn.Module):
        raise UsageError(
            f"{model} returned a value of type {type(network).__name__}, not a torch.nn.Module"
        )
    return network


def _check_arguments(model: str, function: Callable[..., Any]) -> None:
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        raise UsageError(
            f"{model} should take no arguments ({error}): name a function that calls it with them"
        ) from None


def _load(place: str) -> ModuleType:
    path = Path(place)
    if place.endswith(".py") and not path.is_file():
        raise UsageError(f"no file {place}")
    with _of_the_user(f"raised while {place} was loaded"):
        return _file(path.resolve()) if place.endswith(".py") else _installed(place)


@contextmanager
def _of_the_user(note: str) -> Iterator[None]:
    """What the user's code raises within gets the note; to end the program is a failure too."""
    try:
        yield
    except UsageError:
        raise
    except SystemExit as end:
        error = RuntimeError(
            "it ends the program with sys.exit; what a script does, and no module, belongs below "
            '`if __name__ == "__main__":`'
        )
        error.add_note(note)
        raise error from end
    except Exception as error:
        error.add_note(note)
        raise


def _file(path: Path) -> ModuleType:
    """Of a file in a package as a part of that, so that it can import what lies around it."""
    top = _top(path)
    with _importing_from(path.parent, top):
        if top == path.parent:
            return load(path)
        parts = path.relative_to(top).with_suffix("").parts
        return import_module(".".join((package(top), *parts)))


def _top(path: Path) -> Path:
    """The folder around the packages that a file lies in, or that it imports from by dots."""
    imports = [each for each in ast.walk(ast.parse(path.read_bytes())) if hasattr(each, "level")]
    dots = max((each.level for each in imports), default=0)
    top = path.parent
    while (top / "__init__.py").is_file() or dots > 1:
        top, dots = top.parent, dots - 1
    return top


def _installed(name: str) -> ModuleType:
    with _importing_from(Path.cwd()):
        try:
            return import_module(name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{name}.".startswith(f"{error.name}."):
                raise
            raise UsageError(
                f"no module `{error.name}` here or installed: name it as Python imports it, or a "
                "file, as in FILE.py:NAME"
            ) from None


@contextmanager
def _importing_from(*folders: Path) -> Iterator[None]:
    """As for a script: what lies beside the file can be imported."""
    before = list(sys.path)
    sys.path[:0] = map(str, folders)
    try:
        yield
    finally:
        sys.path[:] = before


def _offered(module: ModuleType) -> list[str]:
    """The networks, and what may make one, that the file itself defines."""
    names = [name for name, found in vars(module).items() if _makes(found, module.__name__)]
    return names or ["no functions and no networks"]


def _makes(found: Any, module: str) -> bool:
    own = getattr(found, "__module__", None) == module
    return isinstance(found, nn.Module) or (own and callable(found))
