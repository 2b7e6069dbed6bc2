"""Text of a figure: what a font lacks, or would act on a terminal, is written as its code."""

from __future__ import annotations

from functools import cache

from matplotlib import font_manager, ft2font

from ..foreign import printable


def drawable(text: str) -> str:
    r"""The text as a figure shows it: no control codes, and no glyph that the font lacks.

    >>> print(drawable("a photograph"), drawable("\u56fe"))
    a photograph \u56fe
    """
    return "\n".join("".join(map(_drawable, line)) for line in text.split("\n"))


def _drawable(character: str) -> str:
    seen = printable(character)
    if seen != character or _font().get_char_index(ord(character)):
        return seen
    return character.encode("unicode_escape").decode("ascii")


@cache
def _font() -> ft2font.FT2Font:
    """The font of every figure."""
    return font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
