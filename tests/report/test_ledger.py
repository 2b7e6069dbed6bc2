"""The ledger in a terminal of any width, and as Markdown, CSV and JSON."""

import csv
import json
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from convlab.record import as_json
from convlab.report.about import About
from convlab.report.ledger import Ledger, groups
from convlab.report.ledger_text import as_csv, as_markdown, document
from convlab.report.standing import Standing
from convlab.report.states import verdict

POSTS = {"S1": "S1, “One”, 2019-10-27", "S2": "S2, “[Two] | 3”"}
JUDGED = Standing(
    id="C201",
    sentence="One convolution cannot model a * b",
    source="S2",
    ledger="C201",
    post="S2",
    kind="conditional",
    experiment="one",
    expected="holds",
    predicted="0 to 10",
    predicted_low=0,
    predicted_high=10,
    outcome="holds",
    quantity="error, plain",
    unit="%",
    measured="5.1 [4.2, 6.3]",
    center=5.1,
    low=4.2,
    high=6.3,
    run="runs/one-001",
)
WORDING = Standing(
    id="C101",
    sentence="An image is a grid",
    source="S1",
    ledger="C101",
    post="S1",
    kind="terminology",
    untestable="it is a definition",
)
CONTROL = "control: the other fits: 0.4, not at most 0.1"
KNOWN = [
    WORDING,
    JUDGED,
    replace(JUDGED, id="C201r", outcome="refuted"),
    replace(JUDGED, id="C202", ledger="C202", outcome="invalid", why=CONTROL),
    replace(JUDGED, id="M1", source="me", ledger="", post=""),
]


def shown(width: int) -> str:
    file = StringIO()
    Console(file=file, width=width, color_system=None).print(Ledger(KNOWN, POSTS))
    return file.getvalue()


def test_what_is_unexpected_comes_first_then_post_by_post_then_ones_own() -> None:
    named = [(title, [s.id for s in group]) for title, group in groups(KNOWN, POSTS)]
    assert named == [
        ("not as expected", ["C201r", "C202"]),
        (POSTS["S1"], ["C101"]),
        (POSTS["S2"], ["C201"]),
        ("your own", ["M1"]),
    ]


@pytest.mark.parametrize(
    ("width", "run", "strip", "interval"),
    [
        *((140, True, True, True), (100, True, True, True), (99, False, True, True)),
        *((96, False, True, True), (95, False, False, True), (72, False, False, True)),
        *((71, False, False, False), (60, False, False, False)),
    ],
)
def test_a_narrow_terminal_loses_the_run_the_strip_and_the_interval_in_this_order(
    width: int, run: bool, strip: bool, interval: bool
) -> None:
    lines = shown(width).splitlines()
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert ("one-001" in text) == run
    assert ("━●━" in text) == strip
    assert ("[4.2, 6.3]" in text) == interval
    assert "5.1" in text and "One convolution" in text and "is a grid" in text


def test_the_counts_are_the_first_sentence() -> None:
    assert shown(140).startswith("3 claims of the posts: 1 hold, 1 invalid, 1 not testable. ")


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (JUDGED, "✓ holds"),
        (replace(JUDGED, outcome="refuted", expected="refuted"), "✓ refuted, as expected"),
        (replace(JUDGED, expected="refuted"), "✗ holds, but refuted was expected"),
        (replace(JUDGED, expected=""), "✓ holds (either was possible)"),
        (replace(JUDGED, outcome="refuted", expected=""), "✓ refuted (either was possible)"),
        (replace(JUDGED, identity=True), "✓ holds, by construction"),
        (replace(JUDGED, outcome="undecided", why="needs 6 seeds"), "? undecided: needs 6 seeds"),
        (replace(JUDGED, outcome="invalid", why=CONTROL), "✗ invalid"),
        (
            replace(JUDGED, outcome="refuted", expected="holds", surprise="noise is learned"),
            "✗ refuted, but holds was expected: noise is learned",
        ),
        (
            replace(JUDGED, outcome="invalid", why="a control", surprise="noise is learned"),
            "✗ invalid: a control",
        ),
        (replace(JUDGED, outcome="", stale="settings side"), "~ stale: settings side"),
        (replace(JUDGED, outcome=""), "– not run"),
        (replace(JUDGED, outcome="", experiment=""), "– no experiment"),
        (WORDING, "– not testable: it is a definition"),
    ],
)
def test_a_verdict_reads_without_a_legend(standing: Standing, expected: str) -> None:
    assert verdict(standing) == expected
    assert verdict(standing, ascii_only=True).isascii()


def test_a_long_reason_stands_below_the_sentence() -> None:
    assert CONTROL in " ".join(shown(300).split())
    assert verdict(KNOWN[3], whole=True) == f"✗ invalid: {CONTROL}"


def test_ours_and_what_was_predicted_after_a_trial_are_marked() -> None:
    ours = replace(JUDGED, id="C201o1", source="ours", blind=False)
    file = StringIO()
    Console(file=file, width=140, color_system=None).print(Ledger([ours], POSTS))
    lines = file.getvalue().splitlines()
    assert lines[-2].startswith("ours ") and "predicted after a trial" in lines[-2]
    assert "| C201o1 (ours) | " in (text := as_markdown([ours], POSTS))
    assert "a \\* b (predicted after a trial) |" in text


def test_every_line_of_the_csv_has_the_same_columns() -> None:
    header, *lines = csv.reader(StringIO(as_csv(KNOWN)))
    assert len(lines) == len(KNOWN) and {len(line) for line in lines} == {len(header)}
    (judged,) = (dict(zip(header, line, strict=True)) for line in lines if line[0] == "C201")
    assert judged["measured"] == "5.1 [4.2, 6.3]" and judged["class"] == "conditional"
    assert judged["low"] == "4.2" and judged["state"] == "as expected"


def test_the_document_holds_every_claim_and_is_read_again() -> None:
    whole = json.loads(as_json(document(KNOWN, POSTS, {"one": "abc"})))
    assert [Standing.of(each).id for each in whole["claims"]] == [s.id for s in KNOWN]
    assert whole["posts"] == POSTS and whole["predictions"] == {"one": "abc"}
    assert whole["counts"].startswith("3 claims of the posts")


def test_markdown_is_a_table_per_post_whatever_stands_in_a_sentence() -> None:
    text = as_markdown(KNOWN, POSTS)
    assert "## S2, “\\[Two\\] \\| 3”" in text and "a \\* b" in text
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}
    assert as_markdown([Standing.of(s.document()) for s in KNOWN], POSTS) == text


def test_nothing_in_a_sentence_is_a_link_or_a_tag() -> None:
    text = as_markdown([replace(JUDGED, sentence="[f*g](i, j) <b>")], POSTS)
    assert r"\[f\*g\]\(i, j) \<b\>" in text


def test_about_one_claim_it_says_all_that_there_is() -> None:
    file = StringIO()
    ours = replace(JUDGED, id="C201o1", source="ours", blind=False, identity=True, expected="")
    ours = replace(ours, controls=("it is seen: at most 1", "it is heard: exactly 2"))
    about = About("It cannot", POSTS["S2"], "exact", "It is so. Not more.", [JUDGED, ours], {})
    about = replace(about, protocols={"one": "Does it?\n\nFirst\nthis.\n\nThen that."})
    Console(file=file, width=200, color_system=None).print(about)
    lines = [line.strip() for line in file.getvalue().splitlines()]
    assert lines[:4] == ["C201: It cannot", POSTS["S2"], "exact: It is so. Not more.", ""]
    assert "predicted: 0 to 10; expected: holds" in lines
    assert "measured: error, plain: 5.1 [4.2, 6.3] %  (run runs/one-001)" in lines
    said = "predicted: 0 to 10; expected: either outcome; a trial had been seen before; "
    assert said + "true by construction" in lines and "no post says so: it is ours" in lines
    assert "control: it is seen: at most 1" in lines and "control: it is heard: exactly 2" in lines
    end = ["one: Does it?", "First this.", "Then that.", "to judge it: convlab run one"]
    assert lines[-4:] == end
