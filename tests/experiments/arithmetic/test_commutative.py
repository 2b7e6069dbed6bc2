"""Tests of experiments/arithmetic/commutative against numpy's and scipy's own operations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import convolve2d, correlate2d

from convlab import lab
from convlab.lab import catalogue
from convlab.workbench import Workbench

commutative = lab.load(catalogue.experiments()["commutative"])
SMALL = commutative.Config(longest=4)
row = st.lists(st.integers(-9, 9), min_size=1, max_size=6).map(np.array)


@given(row, row)
def test_in_a_row_they_are_numpys(f: np.ndarray, g: np.ndarray) -> None:
    assert (commutative.convolved(f, g) == np.convolve(f, g)).all()
    assert (commutative.correlated(f, g) == np.correlate(g, f, "full")).all()


@given(row)
def test_around_the_end_they_are_those_of_the_spectrum(f: np.ndarray) -> None:
    g = np.arange(len(f))
    spectrum = np.fft.fft(f) * np.fft.fft(g)
    assert np.allclose(commutative.circular(f, g), np.fft.ifft(spectrum).real)


def test_of_images_they_are_scipys() -> None:
    f, g = np.arange(4).reshape(2, 2), np.arange(9).reshape(3, 3) ** 2
    assert (commutative.convolved(f, g) == convolve2d(f, g)).all()
    assert (commutative.correlated(f, g) == correlate2d(g, f)).all()


def outcomes() -> dict[str, str]:
    measurements = commutative.measure(SMALL, Workbench(first_seed=4))
    return {claim.id: claim.check(measurements, SMALL).outcome for claim in commutative.CLAIMS}


def test_all_comes_out_as_predicted() -> None:
    assert set(outcomes().values()) == {"holds"}


def test_a_convolution_that_does_not_flip_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commutative, "convolved", commutative.correlated)
    assert outcomes()["C201"] == "refuted"
