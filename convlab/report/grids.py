"""A table that fits every screen: on a narrow one each row becomes a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .words import joined, longest_line, longest_word, words

NARROWEST = 14  # columns of words, below which they are spelled, not read
BETWEEN = 2  # columns that are empty between two of a table


@dataclass(frozen=True)
class Grid:
    """A title, columns of words and then of numbers, and what is to be said below them."""

    title: str
    names: Sequence[Text]  # of the columns of words, which tell the rows apart
    numbers: Sequence[Text]  # of the columns of numbers
    rows: Sequence[Sequence[Text]]
    caption: str = ""

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        headings = [*self.names, *self.numbers]
        fitting = table(headings, self.rows, options.max_width, words_in=len(self.names))
        yield words(self.title, style="italic")
        yield from [fitting] if fitting else map(self._in_lines, self.rows)
        if self.caption:
            yield words(self.caption, style="dim")

    def _in_lines(self, row: Sequence[Text]) -> RenderableType:
        """The words of a row on one line, and its numbers below, each behind its column's name."""
        count = len(self.names)
        named = joined((cell for cell in row[:count] if cell), by=", ")
        numbers = [
            joined([*name.split(), cell], by=" ")
            for name, cell in zip(self.numbers, row[count:], strict=True)
            if cell
        ]
        return Group(named, Padding.indent(joined(numbers, by="; "), 2))


def table(
    headings: Sequence[Text], rows: Sequence[Sequence[Text]], width: int, *, words_in: int
) -> Table | None:
    """A table within the width, numbers at the right of all but the first few columns.

    None where a word or a number would have to be cut; rich itself cuts them.
    """
    columns = list(zip(headings, *rows, strict=True))
    natural = [max(map(longest_line, column)) for column in columns]
    least = [max(map(longest_word, column)) for column in columns]
    for place in range(words_in):
        least[place] = max(least[place], min(natural[place], NARROWEST))
    spare = width - BETWEEN * (len(columns) - 1) - sum(least)
    if spare < 0:
        return None
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for place, wide in enumerate(_shared(spare, least, natural)):
        made.add_column(
            headings[place], justify="left" if place < words_in else "right", width=wide
        )
    for row in rows:
        made.add_row(*row)
    return made


def _shared(spare: int, least: Sequence[int], natural: Sequence[int]) -> list[int]:
    """The widths of columns that have at least this, and a share of the rest by what they lack."""
    lacking = [most - fewest for most, fewest in zip(natural, least, strict=True)]
    share = min(1.0, spare / max(1, sum(lacking)))
    return [fewest + int(share * lack) for fewest, lack in zip(least, lacking, strict=True)]
