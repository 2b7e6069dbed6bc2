"""Text of a figure: what a font lacks, or would act on a terminal, is written as its code."""

from __future__ import annotations

from functools import cache
from textwrap import wrap

from matplotlib import font_manager, ft2font
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text

from ..foreign import printable

LETTERS = 118  # of one point, to an inch: a title of 12 points has 9.8 on an average


def wrapped(text: str, width: float, points: float = 12) -> str:
    """The text in lines that fit into so many inches; it may have line breaks of its own.

    >>> print(wrapped("one convolution meets its floor", 2))
    one convolution
    meets its floor
    """
    letters = int(width * LETTERS / points)
    lines = (
        wrap(line, letters, break_on_hyphens=False) or [""] for line in drawable(text).split("\n")
    )
    return "\n".join(part for each in lines for part in each)


def drawable(text: str) -> str:
    r"""The text as a figure shows it: no control codes, and no glyph that the font lacks.

    >>> print(drawable("a photograph"), drawable("\u56fe"))
    a photograph \u56fe
    """
    return "\n".join("".join(map(_drawable, line)) for line in text.split("\n"))


def leave_broken_mathematics(figure: Figure) -> None:
    """Let text between dollars that is no mathematics, as of another's record, be drawn as it is.

    Else the figure could not be drawn at all.
    """
    for text in figure.findobj(lambda artist: isinstance(artist, Text)):
        assert isinstance(text, Text)
        try:
            if is_math_text(text.get_text()):
                MathTextParser("path").parse(text.get_text())
        except ValueError:
            text.set_parse_math(False)


def _drawable(character: str) -> str:
    seen = printable(character)
    if seen != character or _font().get_char_index(ord(character)):
        return seen
    return character.encode("unicode_escape").decode("ascii")


@cache
def _font() -> ft2font.FT2Font:
    """The font of every figure."""
    return font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
