"""From where a lone pixel may move without a change of its max-pooled map, as rows of tables."""

from __future__ import annotations

from convlab.measure import Measurements, exactly

from ._pooled import WIDTHS
from ._spikes_names import (
    BY_PLACE,
    FROM,
    HERE,
    MIDDLE_OF_EDGE,
    OF_LAW,
    PLACE,
    SAME_AS_ONE,
    TUTORIAL,
    law,
)
from ._strokes import NEIGHBOURS, share_by_position
from ._windows import share_of_same_outputs

PUBLISHED = {2: 3 / 8, 3: 5 / 8}


def add_lone_pixels(into: Measurements) -> None:
    for k in WIDTHS:
        steps = range(-k, k + 1)
        moves = [(down, right) for down in steps for right in steps]
        off = [share_of_same_outputs(k, move) - law(k, move) for move in moves]
        title = "A lone pixel moves by up to k pixels along each axis: shares of the same output"
        into.add(title, {"k": k}, {OF_LAW: exactly(max(map(abs, off)))})
    for k, published in PUBLISHED.items():
        mean = sum(share_of_same_outputs(k, move) for move in NEIGHBOURS) / len(NEIGHBOURS)
        for source, share in ((HERE, mean), (TUTORIAL, published)):
            title = "The 8 moves of a lone pixel to a neighbour"
            into.add(title, {"k": k, FROM: source}, {SAME_AS_ONE: exactly(share)})
    by_place = share_by_position(3)
    for place, spot in {"corner": (0, 0), MIDDLE_OF_EDGE: (0, 1), "middle": (1, 1)}.items():
        kept = exactly(float(by_place[spot]))
        into.add("Windows of 3 x 3, by where the pixel was", {PLACE: place}, {BY_PLACE: kept})
