"""Tests of convlab.data.glyphs, against loops over every image and pixel."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator

from convlab.data import digits_on_canvas, shift_images


@given(
    count=st.integers(0, 5),
    channels=st.integers(1, 2),
    size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    room=st.integers(0, 4),
    data=st.data(),
)
def test_each_image_is_where_it_is_said_to_be(
    count: int, channels: int, size: tuple[int, int], room: int, data: st.DataObject
) -> None:
    side = max(size) + room
    start = data.draw(st.integers(0, side - size[0]))
    rows = range(start, side - size[0] + 1, data.draw(st.integers(1, 3)))
    generator = Generator().manual_seed(data.draw(st.integers(0, 99)))
    images = torch.rand(count, channels, *size, generator=generator)

    canvases, positions = digits_on_canvas(images, side, rows, generator)

    expected = torch.zeros(count, channels, side, side)
    for canvas, image, (top, left) in zip(expected, images, positions.tolist(), strict=True):
        assert top in rows
        canvas[:, top : top + size[0], left : left + size[1]] = image
    assert positions.shape == (count, 2)
    assert torch.equal(canvases, expected)


def test_every_position_is_equally_likely() -> None:
    generator = Generator().manual_seed(0)
    rows, columns, count = range(3, 6), 6, 18_000
    _, positions = digits_on_canvas(torch.ones(count, 1, 8, 8), 13, rows, generator)
    cells = (positions[:, 0] - rows.start) * columns + positions[:, 1]
    counts = cells.bincount(minlength=len(rows) * columns).double()
    expected = count / len(counts)
    chi_squared = ((counts - expected).square() / expected).sum()
    assert len(counts) == 18
    assert chi_squared < 40.8  # one fair draw in a thousand exceeds it, with 17 degrees of freedom


def test_the_generator_decides() -> None:
    images = torch.ones(9, 1, 8, 8)
    first, again, other = (
        digits_on_canvas(images, 32, range(16, 25), Generator().manual_seed(seed))[1]
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize(
    "side, rows", [(7, range(1)), (9, range(3)), (9, range(0)), (9, range(-1, 1))]
)
def test_an_image_must_fit(side: int, rows: range) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        digits_on_canvas(torch.ones(1, 1, 8, 8), side, rows, Generator())


@given(st.integers(1, 5), st.integers(1, 5), st.integers(-9, 9), st.integers(-9, 9))
def test_a_shift_is_circular(height: int, width: int, rows: int, columns: int) -> None:
    x = torch.arange(2 * height * width).view(2, 1, height, width)
    y = shift_images(x, rows, columns)
    for row in range(height):
        for column in range(width):
            source = x[..., (row - rows) % height, (column - columns) % width]
            assert torch.equal(y[..., row, column], source)
