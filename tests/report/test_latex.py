"""Tests of convlab.report.latex: tables of booktabs in which nothing acts on LaTeX."""

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab.measure import Measurements, Outcome, Sample, Verdict, exactly
from convlab.record import Record
from convlab.record.grid import Grid
from convlab.report import as_latex
from convlab.report.latex import LINE, SPECIAL, TOGETHER, escaped, table

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
CLEAR = r"\clearpage"
ACTING = set("\\{}$&#%_^~")


def record() -> Record:
    measurements = Measurements()
    measurements.add("50 % by_size", {"arm": "[a]"}, {"x": exactly(-1.5)})
    refuted = Outcome.REFUTED
    verdict = Verdict("C1", "S0", "it is so & so", refuted, refuted, "exactly 1", "2")
    return Record("e", "Is it?", {}, measurements=measurements, verdicts=(verdict,))


def test_tables_and_figures_are_floats_with_captions_and_labels() -> None:
    text = as_latex(record(), "e-001", ["e-001-a.pdf"])
    assert r"\usepackage{booktabs" in text and text.count(r"\toprule") == 2
    assert r"it is so \& so" in text and "refuted, as expected" in text and "✓" not in text
    assert r"\caption{50 \% by\_size}\label{tab:e-001-2}" in text
    assert r"{}[a] & \ensuremath{-}1.5 \\" in text  # `[` would be an option of \midrule
    assert r"\includegraphics[width=\linewidth]{e-001-a.pdf}" in text
    assert text.count(r"\begin{") == text.count(r"\end{") == 5


@given(st.text())
def test_nothing_that_is_escaped_acts(text: str) -> None:
    rest = escaped(text)
    for made in sorted({*SPECIAL.values(), r"\ensuremath{-}", "-{}"}, key=len, reverse=True):
        rest = rest.replace(made, "")
    assert not ACTING & set(rest) and "--" not in escaped(text)


@given(st.text(alphabet="ab \\{}$&#%_^~"))
def test_braces_are_closed(text: str) -> None:
    bare = re.sub(r"\\[{}]", "", escaped(text))
    assert bare.count("{") == bare.count("}")


def test_a_table_fits_a_line() -> None:
    short = table(Grid.of("t", ("a", "b"), [("x", "1")], words=1))
    assert short.startswith(r"\begin{tabular}{lr}")
    long = table(Grid.of("t", ("a", "b"), [("a word " * LINE, "1")], words=1))
    (share,) = re.findall(r"p\{([\d.]+)\\linewidth\}", long)
    assert 0.5 < float(share) < 1 and "resizebox" not in long
    wide = table(Grid.of("t", "abc", [("x" * LINE, "y", "z")], words=3))
    assert wide.startswith(r"\resizebox{\linewidth}{!}{%") and wide.endswith("}")


def test_a_table_longer_than_a_page_is_continued() -> None:
    measurements = Measurements()
    for row in range(100):
        measurements.add("t", {"row": f"row-{row}"}, {"x": exactly(row)})
    text = as_latex(Record("e", "Is it?", {}, measurements=measurements), "e")
    assert text.count(r"\caption{t}") == 1 and text.count(r"\caption{t (continued)}") == 2
    assert re.findall(r"row-(\d+)", text) == [str(row) for row in range(100)]
    assert len(set(re.findall(r"tab:e-\d", text))) == 3


def test_floats_are_sent_to_their_pages_before_they_are_too_many() -> None:
    measurements = Measurements()
    for number in range(2 * TOGETHER):
        measurements.add(f"t{number}", {}, {"x": exactly(number)})
    text = as_latex(Record("e", "Is it?", {}, measurements=measurements), "e", ["e-a.pdf"])
    held = [part.count(r"\end{table}") + part.count(r"\end{figure}") for part in text.split(CLEAR)]
    assert held == [TOGETHER, TOGETHER, 1]


@pytest.mark.parametrize("file", sorted(EXPERIMENTS.rglob("*.py")), ids=lambda file: file.stem)
def test_latex_has_every_letter_that_an_experiment_writes(file: Path) -> None:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
    written = {letter for text in texts if isinstance(text, str) for letter in text}
    assert not {letter for letter in written if not letter.isascii()} - set(SPECIAL)


def test_a_number_in_thin_groups_is_not_broken() -> None:
    number = "16\u202f006\u202f054\u202f680"
    made = table(Grid.of("t", ("a", "b"), [("a word " * LINE, f"{number} x")], words=1))
    (share,) = re.findall(r"raggedleft\\arraybackslash\}p\{([\d.]+)", made)
    assert float(share) * LINE >= len(number)


def test_seeds_without_an_interval_are_told() -> None:
    measurements = Measurements()
    measurements.add("t", {"arm": "a"}, {"x": Sample((1.0, 2.0))})
    assert "(2 seeds)" in as_latex(Record("e", "Is it?", {}, measurements=measurements), "e")
