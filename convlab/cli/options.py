"""The options that every command which runs something has, written down once."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from ..lab import how
from ..settings import place

Out = Annotated[Path, Option(help="The folder that keeps the runs.", callback=place)]
Seeds = Annotated[int | None, Option(help="Networks per arm.")]
FirstSeed = Annotated[
    int, Option(help="The seeds are this one and those after it.", min=0, max=how.LAST_SEED)
]
Quick = Annotated[bool, Option("--quick", help="The small version; it decides what is exact.")]
Jobs = Annotated[int, Option(help="Runs at once; one that measures times runs alone.", min=1)]
EngineName = Annotated[str, Option("--engine", help="local, or dask: a cluster.")]
Address = Annotated[
    str | None, Option(help="Of a Dask scheduler; without, one is started here.", metavar="URL")
]
Show = Annotated[
    list[str] | None,
    Option(
        "--show",
        metavar="NAME",
        help="A quantity for the table, such as 'accuracy (%), cnn', or a claim: C213.",
    ),
]
Retries = Annotated[int, Option(help="How often a run that fails is tried again.", min=0)]
Timeout = Annotated[
    float | None, Option(help="Seconds that a run may take.", min=0.001, metavar="SECONDS")
]


class OnError(StrEnum):
    """What becomes of a sweep when a run of it fails."""

    CONTINUE = "continue"
    STOP = "stop"


WhenFailed = Annotated[OnError, Option(help="What to do when a run fails.")]
THREADS = "CPU threads; more rarely pay. As many give the same bits again, on one machine."
Tables = Annotated[bool, Option("--tables", help="Show all tables, however many.")]
Debug = Annotated[bool, Option("--debug", help="Show the traceback of an error.")]


@dataclass(frozen=True)
class Options:
    """How to run, and what to print of it."""

    seeds: Seeds = None
    first_seed: FirstSeed = 0
    quick: Quick = False
    device: Annotated[str, Option(help="auto, cpu, cuda or mps.")] = "auto"
    threads: Annotated[int, Option(help=THREADS, min=1, max=how.MOST_THREADS)] = 1
    out: Out = Path("runs")
    tables: Tables = False
    json: Annotated[bool, Option("--json", help="Print one JSON document.")] = False
    csv: Annotated[bool, Option("--csv", help="Print one CSV line per quantity.")] = False
    quiet: Annotated[bool, Option("--quiet", "-q", help="No progress on stderr.")] = False
    again: Annotated[bool, Option("--again", help="Run anew what has been run already.")] = False
    check: Annotated[bool, Option("--check", help="Exit with 1 on an unexpected verdict.")] = False
    debug: Debug = False


def with_options(function: Callable[..., None]) -> Callable[..., None]:
    """`function(..., options)` as a command whose options are the fields of `Options`."""
    return with_options_but()(function)


def with_options_but(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """As `with_options`, without the options that the command has no use for."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(function, eval_str=True).parameters.values()
        shared = [
            inspect.Parameter(
                f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=f.type
            )
            for f in fields(Options)
            if f.name not in left_out
        ]

        @wraps(function)
        def command(**arguments: Any) -> None:
            options = Options(
                **{parameter.name: arguments.pop(parameter.name) for parameter in shared}
            )
            function(**arguments, options=options)

        parameters = [*(p for p in own if p.name != "options"), *shared]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in parameters}
        return command

    return decorate
