"""The network that a user means: a model of convlab by its name, or one from a file of his own."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from ..errors import UsageError, did_you_mean
from ..models import MODELS
from .catalogue import load

Build = Callable[[], nn.Module]


def builder(model: str, shape: Sequence[int], classes: int, width: int) -> Build:
    """What builds the network anew at each call, but for an instance, which is returned as it is.

    `model` is one of MODELS, for images of that shape, or `FILE.py:NAME`, where NAME is a
    function or a Module class that takes no arguments, or an instance. Raises UsageError.
    """
    file, colon, name = model.rpartition(":")
    if colon and file.endswith(".py"):
        return _of_file(file, name)
    if model.endswith(".py"):
        offered = _names_of_networks(_load(model)) or ["no functions and no networks"]
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


def _of_file(file: str, name: str) -> Build:
    module = _load(file)
    if not hasattr(module, name):
        raise UsageError(f"{file} has no `{name}`{did_you_mean(name, _names_of_networks(module))}")
    found = getattr(module, name)
    if isinstance(found, nn.Module):
        return lambda: found
    if not callable(found):
        raise UsageError(
            f"{file}:{name} is of type {type(found).__name__}, not a network or what makes one"
        )
    _check_arguments(f"{file}:{name}", found)
    return partial(_make, f"{file}:{name}", found)


def _make(model: str, function: Callable[[], Any]) -> nn.Module:
    try:
        network = function()
    except Exception as error:
        error.add_note(f"raised by {model}")
        raise
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


def _load(file: str) -> ModuleType:
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"no file {file}")
    try:
        with _importing_from(path.resolve().parent):
            return load(path)
    except Exception as error:
        error.add_note(f"raised while {file} was loaded")
        raise


@contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """As for a script: what lies beside the file can be imported."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _names_of_networks(module: ModuleType) -> list[str]:
    """The networks, and what may make one, that the file itself defines."""
    return [name for name, found in vars(module).items() if _makes(found, module.__name__)]


def _makes(found: Any, module: str) -> bool:
    own = getattr(found, "__module__", None) == module
    return isinstance(found, nn.Module) or (own and callable(found))
