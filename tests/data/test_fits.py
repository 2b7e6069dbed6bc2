"""Tests of convlab.data.fits: numbers that Pillow would not scale are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from convlab.data import fits, read
from convlab.errors import UsageError

LEVELS = (np.arange(12).reshape(3, 4) / 12).astype(">f4")


def written(path: Path, bits: int, pixels: bytes, *cards: str) -> Path:
    head = ["SIMPLE  = T", f"BITPIX  = {bits}", "NAXIS   = 2", "NAXIS1  = 4", "NAXIS2  = 3"]
    lines = "".join(card.ljust(80) for card in (*head, *cards, "END")).ljust(2880)
    path.write_bytes(lines.encode() + pixels.ljust(2880, b"\0"))
    return path


@pytest.mark.skipif(fits.OLD, reason="refused, as the next test says")
@pytest.mark.parametrize("cards", [(), ("BSCALE  = 1.0 / one", "BZERO   = 0")])
def test_numbers_as_they_are(tmp_path: Path, cards: tuple[str, ...]) -> None:
    path = written(tmp_path / "x.fits", -32, LEVELS.tobytes(), *cards)
    np.testing.assert_array_equal(read(path).pixels, LEVELS[::-1])  # the last row is on top


def test_floats_that_an_old_pillow_misreads_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fits, "OLD", True)
    path = written(tmp_path / "x.fits", -32, LEVELS.tobytes())
    with pytest.raises(UsageError, match="in the wrong order before its version 13"):
        read(path)


@pytest.mark.parametrize("card", ["BZERO   = -128", "BSCALE  = 2.5D-1", "BZERO   = 32768 / u"])
@pytest.mark.parametrize("bits", [8, -32])
def test_numbers_to_be_scaled_are_refused(tmp_path: Path, bits: int, card: str) -> None:
    path = written(tmp_path / "x.fits", bits, LEVELS.tobytes(), card)
    with pytest.raises(UsageError, match=r"to be scaled \(BSCALE, BZERO\); export it as a plain"):
        read(path)


def test_whole_numbers_are_refused_and_not_called_damaged(tmp_path: Path) -> None:
    path = written(tmp_path / "x.fits", 16, bytes(24))
    with pytest.raises(UsageError, match="whole numbers as FITS does, which are not known here"):
        read(path)
