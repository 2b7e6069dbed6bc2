"""Tests of convlab.layers.blocks: every window meets every tap once, at the pixels it should."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlab.layers.local import blocks
from convlab.layers.windows import Windows


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    axes = []
    for _ in range(draw(st.integers(1, 3))):
        taps, reach = draw(st.integers(1, 3)), draw(st.integers(1, 2))
        pixels = draw(st.integers(reach * (taps - 1) + 1, 8))
        axes.append((pixels, taps, draw(st.integers(1, 3)), reach))
    size, kernel_size, stride, dilation = zip(*axes, strict=True)
    return Windows.over(size, kernel_size, stride, 0, dilation, "zeros")


def pairs(of: Windows) -> Counter[Any]:
    """Every position, with every tap of the axes but the last and the line that it sees."""
    places, others = list(product(*map(range, of.out_size))), of.kernel_size[:-1]
    return Counter(
        (i, tap, line(of, place, taps))
        for i, place in enumerate(places)
        for tap, taps in enumerate(product(*map(range, others)))
    )


def line(of: Windows, place: Any, taps: Any) -> tuple[int, ...]:
    axes = zip(place, taps, of.stride, of.dilation, strict=False)
    return tuple(stride * p + dilation * k for p, k, stride, dilation in axes)


@settings(deadline=None, derandomize=True)
@given(windows(), st.integers(1, 2), st.sampled_from([0, 50, 2**20]), st.integers(1, 60))
def test_blocks_hold_every_window_and_tap_once(
    of: Windows, groups: int, call: int, cached: int
) -> None:
    found: Counter[Any] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "CALL", call)
        patch.setattr(blocks, "CACHED", cached)
        cut = blocks.blocks.__wrapped__(of, groups, groups)
    for block in cut:
        lines = list(
            product(*(range(part.start, part.stop, part.step or 1) for part in block.lines))
        )
        seen = [place for place in lines for _ in range(block.part.start, block.part.stop)]
        for tap, first in block.taps:
            assert first % groups == block.at.start % groups == 0
            for i in range((block.at.stop - block.at.start) // groups):
                found[block.at.start // groups + i, tap, seen[first // groups + i]] += 1
    assert found == pairs(of)


@settings(deadline=None, derandomize=True)
@given(windows())
def test_lines_hold_every_window_and_tap_once(of: Windows) -> None:
    found = Counter(
        (i, tap, seen)
        for at, taps in blocks.lines(of)
        for i in range(at.start, at.stop)
        for tap, seen in enumerate(taps)
    )
    assert found == pairs(of)


@given(windows(), st.integers(1, 60))
def test_a_block_copies_no_more_than_is_cached_but_for_one_line(of: Windows, cached: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "CACHED", cached)
        patch.setattr(blocks, "CALL", 2**20)
        cut = blocks.blocks.__wrapped__(of, 1, 1)
    assert all(block.at.stop - block.at.start <= max(1, cached) for block in cut)
