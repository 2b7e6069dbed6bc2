"""Arrays and samples as matplotlib Figures, made without pyplot: no state, and no display."""

from .captions import caption, stamp
from .lettering import wrapped
from .plots import COLOURS, MARKERS, bars, curves, images, lines
from .series import points, side_by_side
from .sizing import resize

__all__ = [
    "COLOURS",
    "MARKERS",
    "bars",
    "caption",
    "curves",
    "images",
    "lines",
    "points",
    "resize",
    "side_by_side",
    "stamp",
    "wrapped",
]
