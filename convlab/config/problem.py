"""What can be wrong with settings, as data: the place, the key, and what was expected there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..foreign import printable

COMMAND_LINE = "command line"
_WORDS = {"True": "true", "False": "false", "None": "nothing"}
_WIDTH = 60  # of a shown value, in characters


@dataclass(frozen=True)
class Problem:
    """What is wrong with one key, and where it stands."""

    place: str
    key: str  # dotted; empty when the whole file is meant
    message: str
    line: int = 0  # of the file, from 1; 0 outside it

    def __str__(self) -> str:
        parts = (self.place, self.key and f"`{self.key}`", self.message)
        return ": ".join(map(printable, filter(None, parts)))


class ConfigError(Exception):
    """The settings cannot be what the experiment asks for; one line per problem."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def brief(value: Any) -> str:
    """The value as it may stand in a message: short, on one line, in the words of YAML."""
    text = repr(value)
    text = _WORDS.get(text, text)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
