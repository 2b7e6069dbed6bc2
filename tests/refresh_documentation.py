"""Print the outputs in README and docs anew: `python -m tests.refresh_documentation [FILE]…`.

Every command is run at full size, in the order of its document. An output that is shown in full
is replaced in full. Of one with a line `…`, those parts are printed that were shown before: from a
part's first line to its last, which are found again by all but what they measure.
"""

import re
import sys
from collections.abc import Sequence
from itertools import groupby
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import documentation
from tests.documentation import LEFT_OUT, LISTS, Command

_SECONDS = re.compile(r"(?<=\()(\d+\.\d)(?= s\)$)")
_OF_A_TRAINING = re.compile(r"(?<=seconds )(?=\d)")


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
    whole = (_SECONDS.sub(lambda found: f"~{float(found[0]):.0f}", line) for line in lines)
    marked = [_OF_A_TRAINING.sub("~", line) for line in whole]
    if LEFT_OUT not in shown:
        return marked
    kept, place = list[str](), 0
    for is_left_out, lines_shown in groupby(shown, key=LEFT_OUT.__eq__):
        part = list(lines_shown)
        if is_left_out:
            kept.append(LEFT_OUT)
            continue
        start = _place_of(part[0], marked, place, near=place)
        place = _place_of(part[-1], marked, start, near=start + len(part) - 1) + 1
        kept += marked[start:place]
    return kept


def _place_of(line: str, printed: Sequence[str], start: int, near: int) -> int:
    """Where the line is printed, whatever it measured: of several places the nearest."""
    places = range(start, len(printed))
    found = [at for at in places if documentation.same(line, printed[at], tolerance=inf)]
    if not found:
        raise SystemExit(f"no longer printed, or not in this order: {line}")
    return min(found, key=lambda at: abs(at - near))


if __name__ == "__main__":
    main(sys.argv[1:])
