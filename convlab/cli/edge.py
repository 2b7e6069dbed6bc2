"""What the command `edge` takes, and the previews that it prints below the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

from rich.console import RenderableType
from typer import Argument, Option

from ..config import Override, assignment
from ..errors import UsageError
from ..foreign import printable
from ..record import Record
from ..report.preview import preview
from ..report.words import words
from .output import console

PREVIEWS = 4  # of one run: more would push all else out of sight
EDGES = "edges of "  # how the arrays are named that hold them

Images = Annotated[
    list[str],
    Argument(
        metavar="IMAGE | KEY=VALUE",
        help="Images of any kind that Pillow opens, read as grey; and settings to change.",
    ),
]
KernelOption = Annotated[
    str | None,
    Option(
        help="left-right, up-down, sobel (its horizontal derivative), laplacian, "
        "or such as '[[0,1],[2,3]]'."
    ),
]
To = Annotated[
    str | None,
    Option(
        metavar="PATH",
        help="Write |edge| as an 8-bit image, white from 1 on (a step from black to white), "
        "or signed float32 as .npy.",
    ),
]


def settings(typed: Iterable[str], kernel: str | None, to: str | None) -> list[Override]:
    """The images, the options and the other settings; UsageError without a sound image's name."""
    given = list(typed)
    images = [word for word in given if "=" not in word or Path(word).exists()]
    changes = [assignment(word) for word in given if word not in images]
    if not images and not any(change.key == "images" for change in changes):
        raise UsageError("no image is named; write `convlab edge image.png`")
    for image in images:
        _check_is_text(image)
    options = {"kernel": kernel, "to": to}
    return [
        *([Override("images", images)] if images else []),
        *(assignment(f"{key}={text}") for key, text in options.items() if text is not None),
        *changes,
    ]


def found(record: Record) -> Iterator[RenderableType]:
    """Where the edges were written, and the edges of the first few images."""
    if to := record.settings["to"]:
        yield words(f"wrote {to}")
    yield from _previews(record)


def _previews(record: Record) -> Iterator[RenderableType]:
    """By name where there are several."""
    arrays = record.measurements.arrays
    names = [name for name in arrays if name.startswith(EDGES)]
    for name in names[:PREVIEWS]:
        if len(names) > 1:
            yield words(name)
        yield preview(arrays[name], console())
    if len(names) > PREVIEWS:
        yield words(f"{len(names) - PREVIEWS} more: see the figures")


def _check_is_text(name: str) -> None:
    """A name that is no UTF-8 can stand in no record."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{printable(name)} is not UTF-8 text; rename the file") from None
