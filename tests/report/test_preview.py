"""Tests of convlab.report.preview: no line is lost, and no image floods the terminal."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from convlab.report.preview import LINES, preview

PLAIN = Console(width=100, no_color=True, file=StringIO())
COLOURED = Console(
    width=100, file=StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False
)


@given(st.integers(1, 300), st.integers(1, 300), st.booleans(), st.data())
@example(79, 80, True, None)
def test_a_line_one_pixel_thin_is_seen_wherever_it_lies(
    height: int, width: int, level: bool, data: st.DataObject | None
) -> None:
    image = np.zeros((height, width))
    place = data.draw(st.integers(0, (height if level else width) - 1)) if data else 41
    image[(place, slice(None)) if level else (slice(None), place)] = -1.0
    plain = preview(image, PLAIN).plain.splitlines()
    if level:
        assert any(set(line) == {"@"} for line in plain)
    else:
        assert all("@" in line for line in plain)
    bright = [str(span.style) for span in preview(image, COLOURED).spans]
    assert any("rgb(255,255,255)" in style for style in bright)


@given(st.integers(1, 4000), st.integers(1, 4000))
@example(100_000, 1)
@example(1, 100_000)
def test_a_preview_stays_within_columns_and_lines(height: int, width: int) -> None:
    for console in (PLAIN, COLOURED):
        lines = preview(np.ones((height, width), np.float32), console).plain.splitlines()
        assert 1 <= len(lines) <= LINES
        assert 1 <= len(lines[0]) <= 80
        assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(("height", "width"), [(427, 640), (640, 427), (1000, 999)])
def test_a_preview_keeps_the_proportions(height: int, width: int) -> None:
    lines = preview(np.ones((height, width)), PLAIN).plain.splitlines()
    assert 2 * len(lines) / len(lines[0]) == pytest.approx(height / width, rel=0.05)
