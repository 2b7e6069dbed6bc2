"""Tests of convlab.data.tiff: every layout of a TIFF is read right, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from convlab.data import read
from convlab.errors import UsageError
from tests.data.tiffs import Order, Tags, as_grey, tiff

RANDOM = np.random.default_rng(0)
TYPES = ("u1", "u2", "u4", "i1", "i2", "i4", "f2", "f4", "f8")
IN_PLACE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def random_pixels(dtype: str, channels: int) -> NDArray[Any]:
    shares = RANDOM.random((5, 7, channels))
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return shares.astype(kind)
    signs = RANDOM.choice([-1, 1], shares.shape) if kind.kind == "i" else 1
    return (signs * (shares * np.iinfo(kind).max)).astype(kind)


@IN_PLACE
@given(
    dtype=st.sampled_from(TYPES),
    channels=st.integers(1, 4),
    separate=st.booleans(),
    order=st.sampled_from("<>"),
    compressed=st.booleans(),
    white_is_zero=st.booleans(),
)
def test_a_tiff_of_any_layout_is_read_right_or_refused(
    tmp_path: Path,
    dtype: str,
    channels: int,
    separate: bool,
    order: Order,
    compressed: bool,
    white_is_zero: bool,
) -> None:
    assume(not (white_is_zero and (channels > 1 or dtype[0] == "i")))
    pixels = random_pixels(dtype, channels)
    more: Tags = {262: (3, [0])} if white_is_zero else {}
    content = tiff(pixels, separate=separate, order=order, compressed=compressed, more=more)
    (tmp_path / "x.tif").write_bytes(content)
    try:
        found = read(tmp_path / "x.tif").pixels
    except UsageError as error:
        assert "x.tif" in str(error)
        return
    expected = 1 - as_grey(pixels) if white_is_zero else as_grey(pixels)
    np.testing.assert_allclose(found, expected, rtol=0, atol=0.008)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("dtype", "channels", "separate"),
    [
        ("u1", 1, False),
        ("u1", 1, True),
        ("u1", 3, False),
        ("u1", 3, True),
        ("u1", 4, False),
        ("u2", 1, False),
        ("u2", 3, False),
        ("i1", 1, False),
        ("i2", 1, False),
        ("i4", 1, False),
        ("f4", 1, False),
    ],
)
def test_the_usual_layouts_are_read(
    tmp_path: Path, dtype: str, channels: int, separate: bool, order: Order
) -> None:
    pixels = random_pixels(dtype, channels)
    (tmp_path / "x.tif").write_bytes(tiff(pixels, separate=separate, order=order))
    np.testing.assert_allclose(
        read(tmp_path / "x.tif").pixels, as_grey(pixels), rtol=0, atol=0.008
    )


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(UsageError) as refused:
        read(path)
    assert path.name in str(refused.value)
    return str(refused.value)


def test_planes_of_sixteen_bits_are_refused(tmp_path: Path) -> None:
    content = tiff(random_pixels("u2", 3), separate=True)
    assert "one after another" in refusal(tmp_path / "x.tif", content)


@pytest.mark.parametrize(
    "more",
    [{254: (4, [1])}, {254: (4, [1]), 50706: (1, [1, 4, 0, 0])}, {50706: (1, [1, 4, 0, 0])}],
)
def test_a_raw_photograph_is_not_read_as_its_preview(tmp_path: Path, more: Tags) -> None:
    content = tiff(random_pixels("u1", 3), more=more)
    message = refusal(tmp_path / "photograph.nef", content)
    assert "begins with a preview of 5 x 7 pixels, as raw photographs do" in message


def test_a_raw_photograph_of_canon_is_not_read_as_its_preview(tmp_path: Path) -> None:
    content = tiff(random_pixels("u1", 1))
    marked = content[:4] + (16).to_bytes(4, "little") + b"CR\2\0\0\0\0\0" + content[8:]
    assert "preview" in refusal(tmp_path / "photograph.cr2", marked)


def test_colour_at_half_the_size_is_refused_where_it_is_uncompressed(tmp_path: Path) -> None:
    content = tiff(random_pixels("u1", 3), more={262: (3, [6]), 530: (3, [2, 2])})
    assert "less colour than pixels" in refusal(tmp_path / "x.tif", content)
