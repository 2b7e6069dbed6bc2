"""One claim of the ledger: what it says, why it is right or wrong, and how it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.text import Text

from .standing import Standing
from .states import drawn, measured, style, verdict
from .strip import ASCII, LETTERS
from .words import words


@dataclass(frozen=True)
class About:
    """A claim with its post, the predictions about it, and the experiments that judge them.

    `protocols` holds the docstring of each experiment, by its name.
    """

    sentence: str
    post: str
    kind: str
    why: str
    standings: Sequence[Standing]
    protocols: Mapping[str, str]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        (first, *_) = self.standings
        yield words(f"{first.ledger}: {self.sentence}", style="bold")
        yield words(self.post, style="italic")
        yield words(f"{self.kind}: {self.why}")
        if not self.protocols:
            yield words(verdict(first, options.ascii_only, whole=True))
        for standing in self.standings:
            if standing.experiment:
                yield Text()
                yield from _prediction(standing, options.ascii_only)
        for name, protocol in self.protocols.items():
            yield Text()
            yield from _protocol(name, protocol)


def _prediction(standing: Standing, ascii_only: bool) -> Iterator[RenderableType]:
    came_out = words(verdict(standing, ascii_only, whole=True), style=style(standing))
    yield words(f"{standing.id}  ", style="bold") + came_out
    lines: list[Text] = [words(standing.sentence)]
    if standing.source != standing.post:
        lines.append(words("no post says so: it is ours", style="dim"))
    lines.append(words(_predicted(standing)))
    lines += [words(f"control: {control}") for control in standing.controls]
    if seen := measured(standing):
        name = f"{standing.quantity}: " if standing.quantity else ""
        lines.append(words(f"measured: {name}{seen}  (run {standing.run})"))
    if shown := drawn(standing, ASCII if ascii_only else LETTERS):
        lines.append(Text(shown))
    yield from (Padding(line, (0, 0, 0, 4)) for line in lines)


def _predicted(standing: Standing) -> str:
    """The region, what is expected to come of it, and what a reader must know of it."""
    parts = [f"predicted: {standing.predicted}"]
    parts += [f"expected: {standing.expected or 'either outcome'}"]
    parts += ["a trial had been seen before"] * (not standing.blind)
    parts += ["true by construction"] * standing.identity
    return "; ".join(parts)


def _protocol(name: str, docstring: str) -> Iterator[RenderableType]:
    question, _, idea = docstring.partition("\n")
    yield words(f"{name}: {question}", style="bold")
    for paragraph in idea.strip().split("\n\n"):
        yield words(" ".join(paragraph.split()))  # as wide as the console, not as the file
    yield words(f"to judge it: convlab run {name}")
