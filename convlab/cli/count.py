"""The command `count`: what a network costs, without training it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .. import report
from ..errors import UsageError
from .endings import one_line_errors
from .options import Debug
from .output import show_all

EXAMPLE = "3,32,32"
TYPES = ("float32", "float64", "bfloat16", "float16", "int64")


def count(
    model: Annotated[str, typer.Argument(help="cnn, mlp, linear, local; or FILE.py:FUNCTION.")],
    input_: Annotated[
        str, typer.Option("--input", help="The shape of one sample, without the batch.")
    ] = EXAMPLE,
    batch: Annotated[int, typer.Option(help="Samples, for bytes and times.", min=1)] = 1,
    width: Annotated[int, typer.Option(help="Of a named model.", min=1, max=65536)] = 8,
    classes: Annotated[int, typer.Option(help="Of a named model.", min=1)] = 10,
    dtype: Annotated[str, typer.Option(help=f"Of the input: {', '.join(TYPES)}.")] = TYPES[0],
    device: Annotated[
        str, typer.Option(help="auto (nothing is allocated, if it can be), cpu, cuda or mps.")
    ] = "auto",
    time: Annotated[bool, typer.Option("--time", help="Measure times as well.")] = False,
    threads: Annotated[int, typer.Option(help="CPU threads, of times.", min=1, max=1024)] = 1,
    against: Annotated[
        bool, typer.Option("--against", help="What torchinfo and fvcore say, and why.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    debug: Debug = False,
) -> None:
    """Count parameters, multiply-adds and bytes: `convlab count cnn --input 3,32,32`."""
    with one_line_errors(debug):
        shape = _shape(input_)
        if dtype not in TYPES:
            raise UsageError(f"no type `{dtype}`; there are: {', '.join(TYPES)}")
        from ..counting import Question
        from ..counting import count as answer
        from ..probes.settings import Timing

        timing = Timing(threads=threads) if time else None
        question = Question(model, shape, batch, dtype, classes, width, timing, against)
        counted = answer(question, device)
        if json_:
            typer.echo(json.dumps(counted.document(), indent=2, ensure_ascii=False))
        else:
            title = f"{model} on a batch {(batch, *shape)} of {dtype}"
            show_all(report.costs(title, counted.cost, counted.peers, counted.notes))


def _shape(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.strip().isdecimal() and int(part) for part in parts):
        raise UsageError(
            f"--input {text} should be the numbers of one sample's shape, without the batch, "
            f"such as {EXAMPLE}"
        )
    return tuple(map(int, parts))
