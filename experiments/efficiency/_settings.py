"""What a user may choose to compare, models and images, checked without torch."""

from typing import Annotated

from pydantic import AfterValidator

from convlab.settings import Model

SOURCES = "digits, shapes, mnist:FOLDER or folder:PATH"


def _named(source: str) -> str:
    kind, colon, folder = source.partition(":")
    if (kind, colon, folder) in {("digits", "", ""), ("shapes", "", "")}:
        return source
    if kind in ("mnist", "folder") and folder:
        return source
    raise ValueError(f"no images are named '{source}'; there are {SOURCES}")


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is named twice; name each model once")
    return names


Source = Annotated[str, AfterValidator(_named)]
Models = Annotated[tuple[Model, ...], AfterValidator(_distinct)]
