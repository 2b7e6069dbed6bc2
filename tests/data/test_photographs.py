"""Tests of convlab.data.photographs."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_sample_image

from convlab.data import PHOTOGRAPHS, crop, photograph, photograph_path
from convlab.errors import UsageError


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_is_scikit_learns_in_grey(name: str) -> None:
    colour = load_sample_image(f"{name}.jpg")
    grey = colour @ np.array([299, 587, 114]) / 1000 / 255
    assert photograph(name).shape == (427, 640)
    torch.testing.assert_close(
        photograph(name).double(), torch.from_numpy(grey), rtol=0, atol=0.6 / 255
    )


def test_another_photograph_is_refused() -> None:
    with pytest.raises(UsageError, match="there are: china, flower"):
        photograph_path("lena")


@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_a_crop_is_the_middle(height: int, width: int, data: st.DataObject) -> None:
    kept = data.draw(st.integers(1, height)), data.draw(st.integers(1, width))
    image = torch.arange(3 * height * width).view(3, height, width)
    middle = crop(image, *kept)
    assert middle.shape == (3, *kept)
    top, left = divmod(int(middle[0, 0, 0]), width)
    for before, size, part in ((top, height, kept[0]), (left, width, kept[1])):
        assert 0 <= size - part - 2 * before <= 1
    assert torch.equal(image[:, top : top + kept[0], left : left + kept[1]], middle)


@pytest.mark.parametrize("size", [(4, 2), (2, 6), (0, 3), (3, -1)])
def test_a_crop_must_fit(size: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="from an image of 3 x 5 pixels"):
        crop(torch.zeros(3, 5), *size)


@pytest.mark.long
def test_scikit_learn_is_not_imported_for_a_photograph() -> None:
    program = (
        "import sys, convlab.data as d; d.photograph('china'); sys.exit('sklearn' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
