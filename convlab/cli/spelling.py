"""Letters that an output cannot take, written in those that it can: `‖a‖ ≤ 2²` as `|a| <= 2^2`."""

from __future__ import annotations

import unicodedata

SPELLED = "convlab.spelled"  # the name of `spelled` among Python's handlers of such errors
INSTEAD = {  # one for one where that can be read, so that columns stay in line
    **{"✓": "+", "✗": "x", "×": "x", "·": ".", "‖": "|", "§": "S"},
    **dict.fromkeys("−–—‐‑─━", "-"),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("⌈⌊", "["),
    **dict.fromkeys("⌉⌋", "]"),
    **{"²": "^2", "³": "^3", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "±": "+-"},
    **{"→": "->", "←": "<-", "√": "sqrt ", "∑": "sum ", "Σ": "sum ", "∞": "inf", "…": "..."},
}


def spelled(error: UnicodeError) -> tuple[str, int]:
    """What to write instead of the first letter that cannot be encoded, and where to go on."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_spelled, error.object[error.start : error.end])), error.end


def _spelled(letter: str) -> str:
    if letter in INSTEAD:
        return INSTEAD[letter]
    name = unicodedata.name(letter, "")
    if name.startswith("GREEK") and " LETTER " in name:
        return name.split(" LETTER ")[1].split()[0].lower()
    bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return bare or "?"
