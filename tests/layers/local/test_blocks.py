"""Tests of convlab.layers.blocks: every position is in one tile, and no tile is too large."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab.layers.local import blocks

sizes = st.lists(st.integers(1, 8), min_size=1, max_size=4).map(tuple)


@given(sizes, st.integers(1, 5), st.sampled_from([1, 7, 60, 2**20]))
def test_tiles_hold_every_position_once_and_in_order(
    size: tuple[int, ...], numbers: int, cached: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "CACHED", cached)
        cut = blocks.tiles.__wrapped__(size, numbers)
    found: list[tuple[int, ...]] = []
    ranges: list[int] = []
    for tile, at in cut:
        found += list(product(*(range(part.start, part.stop) for part in tile)))
        ranges += range(at.start, at.stop)
        assert numbers * (at.stop - at.start) <= max(cached, numbers)
    assert found == list(product(*map(range, size)))
    assert ranges == [*range(prod(size))]


def test_pixels_are_those_of_the_windows() -> None:
    windows = [3 * p + 2 * 1 for p in range(2, 5)]
    assert list(range(20))[blocks.pixels(slice(2, 5), 1, stride=3, dilation=2)] == windows
