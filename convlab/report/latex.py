"""A record as LaTeX, to be put into a document: claims and tables with booktabs, and figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil

from ..foreign import printable
from ..record import Record, facts, grid
from ..record.grid import Grid

SMALL = "alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon"
LETTERS = {
    **dict(zip("αβγδζηθικλμνξπρστυ", SMALL.split(), strict=True)),
    **{"ε": "varepsilon", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega"},
    **{"Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi"},
    **{"Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega"},
}
MATHEMATICS = {  # what few fonts of text have
    "−": "-",
    "×": r"\times",
    "±": r"\pm",
    "·": r"\cdot",
    "≤": r"\leq",
    "≥": r"\geq",
    "≈": r"\approx",
    "≠": r"\neq",
    "→": r"\rightarrow",
    "‖": r"\|",
    "∞": r"\infty",
    "√": r"\surd",
    "²": "^2",
    "³": "^3",
    "¹": "^1",
    "⁴": "^4",
    "⁻": "^{-}",
    "″": "^{\\prime\\prime}",
    "⁗": "^{\\prime\\prime\\prime\\prime}",
    "…": r"\ldots",
    "½": r"\frac12",
    "Ŵ": r"\hat{W}",
    "\u0302": r"\hat{}",
    "°": r"^{\circ}",
    "∘": r"\circ",
    "∂": r"\partial",
    "∑": r"\sum",
    "←": r"\leftarrow",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    **{letter: f"\\{name}" for letter, name in LETTERS.items()},
    "µ": r"\mu",  # the micro sign, another letter than that of the alphabet
}
SPECIAL = {
    **{letter: letter for letter in "äöüéè"},  # which LaTeX reads as they are
    **{letter: f"\\{letter}" for letter in "{}$&#%_"},
    **{letter: rf"\ensuremath{{{command}}}" for letter, command in MATHEMATICS.items()},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "{''}",
    "`": r"\`{}",
    "–": r"\textendash{}",
    "…": r"\dots{}",
    "\u202f": r"\,",
    "\u00a0": "~",
}
MINUS = re.compile(r"(?<![\w.)\]}-])-(?=[\d.])")
DASHES = re.compile("-(?=-)")  # two would be one long dash
PAGE = 40  # lines of a table, about
LINE = 78  # letters to a line, about
TOGETHER = 15  # floats between two that are sent to their pages: LaTeX holds few back at once
GAP = 3  # letters between two columns
SLACK = 1  # letters, where those of a word are wide
NEEDED = r"% \usepackage{booktabs,array,graphicx}"


def as_latex(record: Record, name: str, figures: Sequence[str] = ()) -> str:
    """The tables and figures to `\\input`, labelled `tab:NAME-1` and `fig:NAME-1` onwards."""
    tables = [
        grid.claims(record.verdicts, marks=False),
        grid.trained(record.trained),
        *grid.quantities(record),
    ]
    return "\n\n".join([NEEDED, *_sentences(record), *floats(tables, name, figures)])


def floats(tables: Iterable[Grid], name: str, figures: Sequence[str]) -> Iterator[str]:
    """The tables and figures, those that need several pages in parts, sent to their pages."""
    for number, each in enumerate(_floats(tables, name, figures), 1):
        yield each if number % TOGETHER else f"{each}\n\n\\clearpage"


def _sentences(record: Record) -> Iterator[str]:
    yield rf"\paragraph{{{escaped(record.question)}}}"
    yield from map(escaped, filter(None, (*facts.warnings(record), record.answer)))


def _floats(tables: Iterable[Grid], name: str, figures: Sequence[str]) -> Iterator[str]:
    shown = [part for each in tables if each.rows for part in _pages(each)]
    for number, each in enumerate(shown, 1):
        title = ": ".join(filter(None, (each.title, each.caption)))
        yield _float("table", table(each), title, f"tab:{name}-{number}")
    for number, path in enumerate(figures, 1):
        image = rf"\includegraphics[width=\linewidth]{{{path}}}"
        yield _float("figure", image, path, f"fig:{name}-{number}")


def table(shown: Grid) -> str:
    """The rows between the lines of booktabs; cells are broken, or all shrinks, to fit a line."""
    lines = [shown.headings, *shown.rows]
    widths, natural = _widths(lines)
    kinds = "".join(
        _column(width, wanted, is_number=place >= shown.words)
        for place, (width, wanted) in enumerate(zip(widths, natural, strict=True))
    )
    heading, *rows = map(_row, lines)
    body = "\n".join([r"\toprule", heading, r"\midrule", *rows, r"\bottomrule"])
    whole = f"\\begin{{tabular}}{{{kinds}}}\n{body}\n\\end{{tabular}}"
    fits = sum(widths) + GAP * len(widths) <= LINE
    return whole if fits else f"\\resizebox{{\\linewidth}}{{!}}{{%\n{whole}}}"


def escaped(text: object) -> str:
    r"""The text on one line, with nothing in it that LaTeX acts on.

    >>> print(escaped("50 % of x_1, -3 × 2"))
    50 \% of x\_1, \ensuremath{-}3 \ensuremath{\times} 2
    """
    plain = MINUS.sub("−", printable(text))
    return DASHES.sub("-{}", "".join(SPECIAL.get(letter, letter) for letter in plain))


def _pages(shown: Grid) -> Iterator[Grid]:
    """The table in parts that fit on a page."""
    widths, _ = _widths([shown.headings, *shown.rows])
    rows, lines, title = list[tuple[str, ...]](), 0, shown.title
    for row in shown.rows:
        needed = max(
            ceil(len(cell) / max(1, width)) for cell, width in zip(row, widths, strict=True)
        )
        if rows and lines + needed > PAGE:
            yield replace(shown, title=title, rows=tuple(rows))
            rows, lines, title = [], 0, f"{shown.title} (continued)"
        rows.append(row)
        lines += needed
    yield replace(shown, title=title, rows=tuple(rows))


def _widths(lines: Sequence[Sequence[str]]) -> tuple[list[int], list[int]]:
    """How many letters wide each column is, at least its longest word, and would like to be."""
    columns = list(zip(*lines, strict=True))
    natural = [max(map(len, column)) for column in columns]
    words = [[word for cell in column for word in cell.split(" ")] for column in columns]
    least = [max(map(len, each), default=0) for each in words]
    more = [wanted - needed for wanted, needed in zip(natural, least, strict=True)]
    left = max(0, LINE - GAP * len(columns) - sum(least))
    share = min(1.0, left / max(1, sum(more)))
    return [needed + int(share * each) for needed, each in zip(least, more, strict=True)], natural


def _column(letters: int, wanted: int, *, is_number: bool) -> str:
    """As wide as its cells where that fits, else with broken lines; numbers to the right."""
    if letters == wanted:
        return "r" if is_number else "l"
    ragged = "left" if is_number else "right"
    share = (letters + SLACK) / LINE
    return rf">{{\ragged{ragged}\arraybackslash}}p{{{share:.2f}\linewidth}}"


def _row(cells: Iterable[str]) -> str:
    r"""A row; what begins with a bracket or a star would be taken for an option of the last."""
    first, *others = map(escaped, cells)
    protected = f"{{}}{first}" if first[:1] in ("[", "*") else first
    return rf"{' & '.join([protected, *others])} \\"


def _float(kind: str, body: str, title: str, label: str) -> str:
    """A float with its caption: above a table, below a figure."""
    caption = f"\\caption{{{escaped(title)}}}\\label{{{label}}}"
    parts = [caption, body] if kind == "table" else [body, caption]
    return "\n".join(
        [rf"\begin{{{kind}}}[htbp]", r"\centering\footnotesize", *parts, rf"\end{{{kind}}}"]
    )
