"""The command `count`: what a network costs, without training it."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from .. import report
from ..errors import UsageError
from ..record import as_json
from ..settings import MODEL_NAMES
from . import output
from .exit_codes import one_line_errors
from .options import Debug
from .output import show_all

LONGEST = 100  # letters of a number that is read as one
EXAMPLE = "3,32,32"
TYPES = ("float32", "float64", "bfloat16", "float16", "int64")


Model = Annotated[
    str, Argument(help=f"{', '.join(MODEL_NAMES)}; or FILE.py:FUNCTION, or PACKAGE.MODULE:NAME.")
]
Input = Annotated[str, Option("--input", help="The shape of one sample, without the batch.")]
Batch = Annotated[int, Option(help="Samples, for bytes and times.", min=1)]
Width = Annotated[int, Option(help="Of a named model.", min=1, max=65536)]
Classes = Annotated[int, Option(help="Of a named model.", min=1)]
Type = Annotated[str, Option(help=f"Of the input: {', '.join(TYPES)}.")]
Device = Annotated[
    str, Option(help="auto (nothing is allocated, if it can be), cpu, cuda or mps.")
]
Time = Annotated[bool, Option("--time", help="Measure times as well.")]
Threads = Annotated[int, Option(help="CPU threads, of times.", min=1, max=1024)]
Train = Annotated[
    bool, Option("--train", help="Count multiply-adds as it trains, not as it predicts.")
]
Against = Annotated[bool, Option("--against", help="What torchinfo and fvcore say, and why.")]
Json = Annotated[bool, Option("--json", help="Print one JSON document.")]


def count(
    model: Model,
    input_: Input = EXAMPLE,
    batch: Batch = 1,
    width: Width = 8,
    classes: Classes = 10,
    dtype: Type = TYPES[0],
    device: Device = "auto",
    time: Time = False,
    threads: Threads = 1,
    against: Against = False,
    train: Train = False,
    json_: Json = False,
    debug: Debug = False,
) -> None:
    """Count parameters, multiply-adds and bytes: `convlab count cnn --input 3,32,32`."""
    with one_line_errors(debug):
        shape = _shape(input_)
        _check_type(dtype)
        from ..lab import counting  # it imports torch, which `--help` does without

        timed = threads if time else None
        question = counting.Question(
            model, shape, batch, dtype, classes, width, timed, against, train
        )
        with output.printed_to_stderr():  # what the user's own code prints is no result
            answer = counting.count(question, device)
        if json_:
            output.print_document(as_json(answer.document(), ascii_only=output.ascii_only()))
        else:
            show_all(report.costs(answer.title, answer.cost, answer.peers, answer.notes))


def _check_type(dtype: str) -> None:
    if dtype not in TYPES:
        raise UsageError(f"no type `{dtype}`; there are: {', '.join(TYPES)}")


def _shape(text: str) -> tuple[int, ...]:
    parts = text.split(",")
    if not all(part.strip().isdecimal() and 0 < len(part) < LONGEST for part in parts) or (
        0 in map(int, parts)
    ):
        raise UsageError(
            f"--input {text} should be the numbers of one sample's shape, without the batch, "
            f"such as {EXAMPLE}"
        )
    return tuple(map(int, parts))
