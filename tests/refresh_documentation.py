"""Print the outputs in README and docs anew: `python -m tests.refresh_documentation [FILE]…`.

Every command is run at full size, in the order of its document. An output that is shown in full
is replaced in full. Of one with a line `…`, those parts are printed that were shown before: a
line, or a table by its title. Of a table with a line `…`, those rows whose claim was shown.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import documentation
from tests.documentation import LEFT_OUT, LISTS, Command

_TABLE = ("┏", "┃", "┡", "│", "└")
_SECONDS = re.compile(r"(?<=\()(\d+\.\d)(?= s\)$)")
_CLAIM = re.compile(r"│ (C\d\w*) ")


def main(names: Sequence[str]) -> None:
    for document in map(Path, names) if names else documentation.DOCUMENTS:
        with TemporaryDirectory() as folder:
            documentation.prepare(document, Path(folder))
            text = document.read_text(encoding="utf-8")
            for command in documentation.commands(document):
                text = _with_output(text, command, Path(folder))
            document.write_text(_with_lists(text), encoding="utf-8")


def _with_output(text: str, command: Command, folder: Path) -> str:
    if command.words[0] != "convlab":
        return text
    print(command.line, file=sys.stderr)
    lines = documentation.printed(documentation.run(command, folder))
    before = "\n".join([f"$ {command.line}", *command.shown]) + "\n"
    after = "\n".join([f"$ {command.line}", *refreshed(command.shown, lines)]) + "\n"
    return text.replace(before, after)


def _with_lists(text: str) -> str:
    for name, lines in LISTS.items():
        head, fence, rest = text.partition(f"```text {name}\n")
        if fence:
            text = "\n".join([head + fence.rstrip(), *lines(), "```"]) + rest.partition("```")[2]
    return text


def refreshed(shown: Sequence[str], lines: Sequence[str]) -> list[str]:
    """What is shown of these lines, if that much of them was shown before."""
    marked = [_SECONDS.sub(lambda found: f"~{float(found[0]):.0f}", line) for line in lines]
    if LEFT_OUT not in shown:
        return marked
    printed, kept = _parts(marked), list[str]()
    for part in _parts(shown):
        kept += part if part == [LEFT_OUT] else _rows(part, _next_like(part, printed))
    return kept


def _parts(lines: Sequence[str]) -> Iterator[list[str]]:
    """Every line, a table with its title."""
    part: list[str] = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        inside = line == LEFT_OUT and after.startswith(("│", "└"))
        if part and not inside and not line.startswith(_TABLE):
            yield part
            part = []
        part = [*part, line]
    yield part


def _next_like(part: list[str], printed: Iterator[list[str]]) -> list[str]:
    title = part[0].partition("(")[0]
    for other in printed:
        if other[0].partition("(")[0] == title:
            return other
    raise SystemExit(f"no longer printed, or not in this order: {part[0]}")


def _rows(shown: list[str], table: list[str]) -> list[str]:
    """The rows of those claims that were shown, with a line where others are left out."""
    if LEFT_OUT not in shown:
        return table
    claims = {found[1] for line in shown if (found := _CLAIM.match(line))}
    kept, keep = list[str](), True
    for line in table:
        found = _CLAIM.match(line)
        keep = found[1] in claims if found else keep or line.startswith("└")
        kept += [line] if keep else [LEFT_OUT] if kept[-1] != LEFT_OUT else []
    return kept


if __name__ == "__main__":
    main(sys.argv[1:])
