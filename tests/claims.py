"""What docs/claims.json holds, and what README shows of it; `python -m tests.claims` writes it."""

import json
from pathlib import Path
from typing import Any

from convlab.report.standing import Standing
from convlab.report.states import drawn, measured, verdict

ROOT = Path(__file__).parents[1]
DOCUMENT, MARKDOWN = ROOT / "docs/claims.json", ROOT / "docs/claims.md"
README = ROOT / "README.md"
BEGIN, END = "<!-- claims -->", "<!-- end of claims -->"
SHOWN = "C212r"  # the claim whose strip README shows


def document() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return known


def standings(known: dict[str, Any]) -> list[Standing]:
    return [Standing.of(each) for each in known["claims"]]


def block(known: dict[str, Any]) -> str:
    """The counts, and the strip of one claim once it is measured."""
    lines = [BEGIN, known["counts"]]
    shown = next(standing for standing in standings(known) if standing.id == SHOWN)
    if strip := drawn(shown):
        lines.append(f"`{shown.id}  {verdict(shown)}  {strip.strip()}  {measured(shown)}`")
    return "\n".join([*lines, END])


def with_block(readme: str, known: dict[str, Any]) -> str:
    """The text with what stands between the signs made anew."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, f"README lacks {BEGIN} or {END}"
    return before + block(known) + after


if __name__ == "__main__":
    README.write_text(with_block(README.read_text(encoding="utf-8"), document()), encoding="utf-8")
