"""What README and docs/*.md show: commands with their output, examples, files and lists.

Two signs in a shown output: a line `…` stands for lines that are left out, and `~` stands before
a number that depends on the machine.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass
from importlib import import_module
from math import isclose
from pathlib import Path
from textwrap import wrap

from PIL import Image
from typer.testing import CliRunner, Result

from convlab import cli
from convlab.data import photograph_path
from convlab.numbers import GROUP
from tests.test_layering import FLOORS

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
COLUMNS = 80  # of the terminal whose output is shown
LEFT_OUT = "…"
LONG = ("run", "compare", "sweep")  # commands that the fast tests give `--quick`

PACKAGES = (
    *("layers", "train", "cost", "probes.receptive", "probes.equivariance", "filters"),
    *("measure", "data", "figures"),
)

_FENCE = re.compile(r"^```(\w*) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_NUMBER = re.compile(rf"~?\d[\d,{GROUP}]*(?:\.\d+)?(?:e[+-]?\d+)?")
TOLERANCE = 0.01  # of a measured number: training differs a little between processors


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the name after that, and its lines."""

    language: str
    name: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@dataclass(frozen=True)
class Command:
    """A line for the shell, and what the document shows below."""

    line: str
    shown: tuple[str, ...] = ()
    shows: bool = False  # whether the document shows an output, be it empty

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line, comments=True)

    @property
    def is_long(self) -> bool:
        return self.words[1] in LONG and "--quick" not in self.words


def blocks(document: Path) -> list[Block]:
    text = document.read_text(encoding="utf-8")
    assert text.count("\n```") % 2 == 0, f"{document.name}: a fence is not closed"
    return [Block(*found) for found in _FENCE.findall(text)]


def commands(document: Path) -> Iterator[Command]:
    """Every command: a line of an `sh` block, or one after `$ ` in a `console` block."""
    for block in blocks(document):
        if block.language == "sh":
            yield from (Command(line) for line in block.lines if line and line[0] != "#")
        if block.language == "console":
            for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
                line, *shown = part.splitlines()
                yield Command(line, tuple(shown), shows=True)


def prepare(document: Path, folder: Path) -> None:
    """Write what the document says there is: an image, the configs, the files that it shows."""
    (folder / "configs").symlink_to(ROOT / "configs")
    with Image.open(photograph_path("flower")) as photograph:
        photograph.save(folder / "image.png")
    for block in blocks(document):
        if block.language in ("python", "yaml") and block.name:
            (folder / block.name).write_text(block.text, encoding="utf-8")


def run(command: Command, folder: Path, *, quick: bool = False) -> Result:
    """The command, carried out in the folder."""
    words = command.words[1:] + ["--quick"] * (quick and command.is_long)
    with chdir(folder):
        terminal = {"COLUMNS": str(COLUMNS), "NO_COLOR": "1"}
        return CliRunner().invoke(cli.app, words, env=terminal, prog_name="convlab")


def printed(result: Result) -> list[str]:
    """The lines of a result; of a command that failed, its error."""
    text: str = result.stdout if result.exit_code == 0 else result.stderr
    return [line.rstrip() for line in text.rstrip().splitlines()]


def mismatch(shown: Sequence[str], lines: Sequence[str]) -> str:
    """The first line that was not printed in its place, or was not shown; or nothing."""
    place, skipping = 0, False
    for line in shown:
        if line == LEFT_OUT:
            skipping = True
            continue
        end = len(lines) if skipping else min(place + 1, len(lines))
        found = next((at for at in range(place, end) if same(line, lines[at])), None)
        if found is None:
            return f"shown, but not printed here: {line}"
        place, skipping = found + 1, False
    return "" if skipping or place == len(lines) else f"printed, but not shown: {lines[place]}"


def same(shown: str, line: str, tolerance: float = TOLERANCE) -> bool:
    """The same words, and the same numbers; how wide a column is does not matter."""
    if _words(shown) != _words(line):
        return False
    numbers = zip(_NUMBER.findall(shown), _NUMBER.findall(line), strict=True)
    return all(_same_number(a, b, tolerance) for a, b in numbers)


def _words(line: str) -> str:
    return " ".join(re.sub(r"[━─]+", "━", _NUMBER.sub("0", line)).split())


def _same_number(shown: str, number: str, tolerance: float) -> bool:
    if shown.startswith("~") or shown == number:
        return True
    measured = "." in shown or "e" in shown  # what is counted has no point
    return measured and isclose(_value(shown), _value(number), rel_tol=tolerance)


def _value(number: str) -> float:
    return float(number.replace(",", "").replace(GROUP, ""))


def exports() -> list[str]:
    """The packages that a user imports from, each with its public names."""
    lines = []
    for package in ("", *PACKAGES):
        name = f"convlab.{package}".rstrip(".")
        names = " ".join(import_module(name).__all__)
        lines += [name, *wrap(names, COLUMNS, initial_indent="    ", subsequent_indent="    ")]
    return lines


def floors() -> list[str]:
    """Who may import whom, from the bottom up: one floor a line."""
    return [" ".join(sorted(floor)) for floor in FLOORS]


LISTS = {"exports": exports, "floors": floors}  # blocks that the code fills, by their names
