"""What an experiment file says of itself, without executing the rest of it."""

from __future__ import annotations

import ast
import sys
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from types import ModuleType
from typing import Any

from ..errors import UsageError, nearest
from .catalogue import forget, package
from .statements import names_bound, needed

MEASURES_TIME = "MEASURES_TIME"  # what an experiment sets to True whose times decide something
_MUST = "an experiment defines `Config`, `measure` and `CLAIMS`"


class OutlineError(UsageError):
    """The file is no experiment, or cannot say what it is; one line."""


def question(path: Path) -> str:
    """The first line of the docstring; OutlineError without one."""
    return docstring(path).partition("\n")[0]


def docstring(path: Path) -> str:
    """The docstring, unindented; OutlineError without one."""
    text = ast.get_docstring(parse(path))
    if not text:
        message = "has no docstring; its first line must be the experiment's question"
        raise OutlineError(f"{path}: {message}")
    return text


def outline(path: Path, *names: str, **optional: Any) -> dict[str, Any]:
    """The values of top-level names, from the statements that they need and no others.

    So a `Config` is at hand without the `import torch` above it. `optional` names have a value
    where the file defines none. OutlineError if another name is not defined, or if a statement
    that one needs fails.
    """
    namespace = _execute(path, needed(parse(path).body, [*names, *optional]))
    for name in names:
        if name not in namespace:
            raise OutlineError(f"{path}: defines no `{name}`; {_MUST}")
    return optional | {name: namespace[name] for name in (*names, *optional) if name in namespace}


def check_defines(path: Path, name: str) -> None:
    """Raise OutlineError unless the file may bind the name, wherever it does so."""
    tree = parse(path)
    if not names_bound(tree) & {name, "*"}:
        functions = [each.name for each in tree.body if isinstance(each, ast.FunctionDef)]
        meant = nearest(name, functions)
        hint = f"did you mean `{name}` by `{meant}`?" if meant else _MUST
        raise OutlineError(f"{path}: defines no `{name}`; {hint}")


def check_takes(path: Path, name: str, arguments: str) -> None:
    """Raise OutlineError, with the line, where the function of that name cannot take these.

    `arguments` are names, as in `config, workbench`. Nothing is said of what is no plain function.
    """
    for each in parse(path).body:
        if isinstance(each, ast.FunctionDef) and each.name == name and not each.decorator_list:
            given, wanted = each.args, len(arguments.split(","))
            most = len(given.posonlyargs) + len(given.args)
            least = most - len(given.defaults)
            needs_more = any(default is None for default in given.kw_defaults)
            if least > wanted or (most < wanted and not given.vararg) or needs_more:
                raise OutlineError(
                    f"{path}:{each.lineno}: `{name}` should take ({arguments}), "
                    f"not ({ast.unparse(given)})"
                )
        elif isinstance(getattr(each, "value", None), ast.Constant) and name in names_bound(each):
            raise OutlineError(f"{path}:{each.lineno}: `{name}` should be a function")


def parse(path: Path) -> ast.Module:
    """The syntax tree of the file; OutlineError, with the line, if it is no Python.

    As long as the file says the same it is the same tree: not to be changed.
    """
    try:
        return _parsed(path, path.read_bytes())
    except OSError as error:
        raise OutlineError(f"{path}: cannot be read: {error.strerror}") from error
    except SyntaxError as error:
        raise OutlineError(f"{path}:{error.lineno or 1}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise OutlineError(f"{path}: is no Python: {str(error) or 'nested too deeply'}") from error


@lru_cache(maxsize=1024)  # more files than ship
def _parsed(path: Path, text: bytes) -> ast.Module:
    return ast.parse(text, str(path))


def _execute(path: Path, statements: list[ast.stmt]) -> dict[str, Any]:
    module = ModuleType(f"{package(path.parent)}.{path.stem.replace('.', '_')}")
    module.__file__, module.__package__ = str(path), module.__name__.rpartition(".")[0]
    sys.modules[module.__name__] = module  # where pydantic looks names up, when first used too
    try:
        tree = ast.Module(statements, type_ignores=[])
        exec(compile(tree, str(path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        forget(module.__package__)
        raise OutlineError(account(path, error)) from error
    return module.__dict__


def account(path: Path, error: BaseException, near: int = 1) -> str:
    """What went wrong while code of the file was executed, with its line, in one line.

    `near` is a line to name where the error is in no code of the file.
    """
    if isinstance(error, SyntaxError):  # of the file's own, or of one that it imports
        return f"{error.filename or path}:{error.lineno or 1}: {error.msg}"
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = frames[-1].lineno if frames else near or 1
    return f"{path}:{line}: {type(error).__name__}: {' '.join(str(error).split())}"


def measures_time(file: Path) -> bool:
    """Whether the experiment says that its verdicts hang on times."""
    said = (node for node in parse(file).body if isinstance(node, ast.Assign))
    return f"{MEASURES_TIME} = True" in map(ast.unparse, said)
