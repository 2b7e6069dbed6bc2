"""Tests of convlab.record.notebook: a record as HTML, in which nothing of a run is markup."""

import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from convlab.measure import Measurements, Outcome, Verdict, exactly
from convlab.record import Record, Status, notebook

HOLDS, REFUTED, UNDECIDED, _ = Outcome
HOSTILE = "<script>alert('&')</script>\"\x1b[31m"


def record(text: str = "plain", rows: int = 1) -> Record:
    measurements = Measurements(notes=[text])
    for table in (f"one {text}", "two"):
        for row in range(rows):
            measurements.add(table, {text: text, "row": row}, {text: exactly(1)})
    verdict = Verdict(text, text, text, HOLDS, HOLDS, text, text, text, text)
    others = replace(verdict, outcome=REFUTED), replace(verdict, outcome=UNDECIDED, why=text)
    return Record(
        *(text, text, {text: text}),
        measurements=measurements,
        verdicts=(verdict, *others),
        answer=text,
        run=f"runs/{text.replace('/', '|')}",
        error=text,
    )


class Elements(HTMLParser):
    """The elements of a page in their order, and those that are open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen, self.open = list[str](), list[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("text", ["plain", HOSTILE])
def test_whatever_a_run_holds_is_text(text: str) -> None:
    page = record(text)._repr_html_()
    found = Elements(page)
    assert not found.open and found.seen == Elements(record()._repr_html_()).seen
    assert "\x1b" not in page and page.count(">plain<") + page.count("&lt;script&gt;") > 12


def test_claims_tables_settings_and_notes_are_there() -> None:
    page = record()._repr_html_()
    assert [word for word in ("good", "bad", "open") if f'class="{word}"' in page] == [
        *("good", "bad", "open"),
    ]
    for told in ("✓ holds", "✗ refuted, but holds was expected", "? undecided: plain"):
        assert told in page
    assert page.count("<table>") == 4 and "runs/plain: completed" in page


def test_colours_follow_the_light_or_dark_of_the_text_around() -> None:
    page = record()._repr_html_()
    colours = re.findall(r"#[0-9a-f]{6}", page)
    mixed = re.findall(r"color-mix\(in srgb, #[0-9a-f]{6} \d\d%, currentColor\)", page)
    assert len(colours) == len(mixed) == 3 and "background: white" in page  # of figures


def test_what_is_more_than_a_screen_is_folded() -> None:
    assert "1 more table<" in record(rows=50)._repr_html_()
    assert "more tables" not in record()._repr_html_()


def test_a_quick_or_a_failed_run_says_so() -> None:
    page = replace(record(), quick=True, status=Status.FAILED)._repr_html_()
    assert "A quick run" in page and "This run is failed: plain" in page


def test_figures_of_the_run_are_within_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "edge-001"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"a picture")
    (tmp_path / "b.png").write_bytes(b"another's")
    names = ("a.png", "gone.png", "../b.png", str(tmp_path / "b.png"), "record.json")
    page = replace(record(), figures=names, run=str(folder))._repr_html_()
    (data,) = re.findall(r"base64,([^\"]*)", page)
    assert b64decode(data) == b"a picture" and "http" not in page
    assert "too large: gone.png, ../b.png" in page and "too large: a.png" not in page
    assert "base64" not in replace(record(), figures=names, run=None)._repr_html_()


def test_a_figure_that_is_too_large_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "LARGEST", 3)
    for name, data in {"a.png": b"abc", "b.png": b"abcd"}.items():
        (tmp_path / name).write_bytes(data)
    page = replace(record(), figures=("a.png", "b.png"), run=str(tmp_path))._repr_html_()
    assert page.count("base64,") == 1 and "too large: b.png" in page
    assert "not shown" not in record()._repr_html_()


def test_a_record_is_a_line() -> None:
    assert repr(record()) == "<Record runs/plain: completed, 1 of 3 verdicts as expected, 1 open>"
    made = Record("e", "?", {}, quick=True)
    assert repr(made) == "<Record e: completed, quick>"
