"""Tests of convlab.lab.formats: which formats are meant, and how wide a figure is to be."""

import pytest

from convlab.errors import UsageError
from convlab.lab.formats import FORMATS, Width, formats


def test_formats_are_named_each_once_or_by_their_endings() -> None:
    assert formats([]) == list(FORMATS)
    assert formats(["svg,pdf", "md", "SVG", "tex"]) == ["svg", "pdf", "markdown", "latex"]
    with pytest.raises(UsageError, match=r"no format `pngg`; did you mean `png`\?"):
        formats(["pngg"])


@pytest.mark.parametrize(
    ("text", "inches", "dots"),
    [
        ("5in", 5, 300),
        ("12.7cm", 5, 300),
        ("127 mm", 5, 300),
        ("480px", 5, 96),
        ("1.5in", 1.5, 300),
    ],
)
def test_a_width_has_a_unit(text: str, inches: float, dots: int) -> None:
    width = Width.of(text)
    assert width.inches == pytest.approx(inches) and width.dots == dots


@pytest.mark.parametrize("text", ["5", "in", "-5in", "5 inches", "nanin", "1e3in", ""])
def test_a_width_without_a_unit_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="with its unit, in, cm, mm or px: 5in"):
        Width.of(text)


@pytest.mark.parametrize("text", ["0in", "0.9in", "61in", "5mm", "100000px"])
def test_a_width_that_no_page_has_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="should lie between 1in and 60in"):
        Width.of(text)
