"""Tests of convlab.report.markdown: nothing that a run holds is taken for markup."""

import re

from hypothesis import given
from hypothesis import strategies as st

from convlab.foreign import printable
from convlab.measure import Measurements, Outcome, Verdict, exactly
from convlab.record import Record, Status
from convlab.record.grid import Grid
from convlab.report import as_markdown
from convlab.report.markdown import escaped, paragraph, table


def record() -> Record:
    measurements = Measurements(notes=["a *note*"])
    measurements.add("by | size", {"arm": "<b>"}, {"x": exactly(1)})
    holds = Outcome.HOLDS
    return Record(
        *("e", "Is *it*?", {"seeds": 3, "training": {"lr": 0.1}}),
        measurements=measurements,
        verdicts=(Verdict("C1", "S0", "it is so", holds, holds, "exactly 1", "1"),),
        answer="1. It is.",
        changed={"training.lr": 0.1},
        run="runs/e-001",
    )


def test_a_document_has_all_of_a_run_in_the_order_of_the_terminal() -> None:
    text = as_markdown(record(), ["e-001-a.svg"])
    parts = [
        *(r"# Is \*it\*?", r"1\. It is.", "## Claims", "| C1 (S0) | it is so |", "✓ holds"),
        *(r"## by \| size", r"| \<b\> | 1 |", "![e-001-a.svg](e-001-a.svg)", r"- a \*note\*"),
        *("## Settings", "| seeds | 3 |  |", "| training.lr | 0.1 | changed |", "runs/e-001"),
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places and places == sorted(places)


def test_a_quick_or_a_failed_run_says_so_first() -> None:
    failed = Record("e", "Is it?", {}, status=Status.FAILED, quick=True, error="no *disk*")
    _, quick, failed_line, *_ = as_markdown(failed).split("\n\n")
    assert quick.startswith("A quick run") and failed_line == r"This run is failed: no \*disk\*"


@given(st.lists(st.lists(st.text(max_size=8), min_size=2, max_size=2), min_size=1, max_size=3))
def test_a_table_has_as_many_cells_whatever_stands_in_them(cells: list[list[str]]) -> None:
    lines = table(Grid.of("t", ("a", "b"), cells, words=1)).splitlines()[2:]
    assert len(lines) == 2 + len(cells)
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines} == {3}


@given(st.text(alphabet="ab1 \\`*_<>|~$&[](:)#.-+=!"))
def test_what_is_escaped_is_read_as_it_was(text: str) -> None:
    assert re.sub(r"\\([\\`*_<>|~$&\[(])", r"\1", escaped(text)) == printable(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*<>|~$&`]", escaped(text))
    assert not re.match(r"(\d+[.)]|[-+=#\[])", paragraph(text))
