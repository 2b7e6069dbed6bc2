"""Tests of convlab.filters.sliding: against conv2d in float64 and scipy, exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import correlate as by_scipy
from torch import Tensor
from torch.nn.functional import conv2d

from convlab.filters import Kernel, correlate, sliding
from convlab.filters.sliding import PIXELS
from convlab.timing import threads

SIZES = [(1, 1), (1, 2), (2, 1), (3, 3), (4, 2), (5, 5)]
WHOLE = st.integers(-9, 9).map(float)
FRACTIONS = st.sampled_from([0, 1, -1, 0.5, 0.1, -2.75])
DENSE = tuple(tuple(float(5 * i + j - 12) for j in range(5)) for i in range(5))
SOBEL = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))


@st.composite
def kernels(draw: st.DrawFn, weights: st.SearchStrategy[float]) -> Kernel:
    rows, columns = draw(st.sampled_from(SIZES))
    row = st.tuples(*[weights] * columns)
    zeros = st.just((0.0,) * columns)
    return draw(st.tuples(*[row | zeros] * rows))


@st.composite
def images(draw: st.DrawFn, kernel: Kernel) -> Tensor:
    """Random pixels, as large as the kernel or larger, in any order of memory."""
    rows, columns = (draw(st.integers(n, n + 20)) for n in (len(kernel), len(kernel[0])))
    dtype, step = draw(st.sampled_from(PIXELS)), draw(st.integers(1, 2))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**32)))
    low, high = (-(2**15), 2**15) if dtype is torch.int16 else (0, 256)
    pixels = torch.randint(low, high, (step * rows, step * columns), generator=generator)
    image = pixels.to(dtype)[::step, ::step]
    return image.T.contiguous().T if draw(st.booleans()) else image


@st.composite
def problems(draw: st.DrawFn, weights: st.SearchStrategy[float]) -> tuple[Tensor, Kernel]:
    kernel = draw(kernels(weights))
    return draw(images(kernel)), kernel


def expected(image: Tensor, kernel: Kernel) -> Tensor:
    weights = torch.tensor(kernel, dtype=torch.float64)
    return conv2d(image.double()[None, None], weights[None, None])[0, 0]


@given(problems(WHOLE))
def test_whole_numbers_are_exact(problem: tuple[Tensor, Kernel]) -> None:
    image, kernel = problem
    found = correlate(image, kernel)
    assert torch.equal(found.double(), expected(image, kernel))
    assert found.is_floating_point() == image.is_floating_point()


@given(problems(FRACTIONS))
def test_fractions_are_exact_up_to_rounding(problem: tuple[Tensor, Kernel]) -> None:
    image, kernel = problem
    found, truth = correlate(image, kernel), expected(image, kernel)
    digits = 1e-13 if image.dtype is torch.float64 else 3e-6
    reach = float(image.double().abs().max()) * float(np.abs(kernel).sum())
    torch.testing.assert_close(found.double(), truth, rtol=0, atol=digits * reach)


def test_scipy_finds_the_same() -> None:
    image = torch.randint(0, 256, (40, 31), dtype=torch.uint8)
    truth = by_scipy(image.numpy().astype(np.int32), np.array(DENSE, np.int32), mode="constant")
    np.testing.assert_array_equal(correlate(image, DENSE), truth[2:-2, 2:-2])


@pytest.mark.parametrize(
    ("pixels", "weight", "sums"),
    [
        (torch.uint8, 64, torch.int16),  # 2 * 64 * 255 = 32,640
        (torch.uint8, 65, torch.int32),
        (torch.uint8, 32_767, torch.int32),
        (torch.uint8, 32_768, torch.int32),  # no longer a weight of 16 bits
        (torch.uint8, 4_210_752, torch.int32),  # 2 * 4,210,752 * 255 = 2**31 - 128
        (torch.uint8, 4_210_753, torch.int64),
        (torch.int16, 1, torch.int32),
        (torch.int16, 32_768, torch.int64),
    ],
)
def test_sums_have_the_first_type_that_holds_them(
    pixels: torch.dtype, weight: int, sums: torch.dtype
) -> None:
    range_ = torch.iinfo(pixels)
    image = torch.tensor([[range_.max, range_.min, range_.max]], dtype=pixels)
    found = correlate(image, ((-weight, weight),))
    step = weight * (range_.max - range_.min)
    assert found.dtype == sums
    assert found.tolist() == [[-step, step]]


@pytest.mark.parametrize("tile", [1, 3 * 31])  # less than a row, and three rows
@pytest.mark.parametrize("dtype", PIXELS)
@pytest.mark.parametrize("kernel", [((-1, 1),), SOBEL, DENSE, ((1,) * 26,)])
def test_an_image_of_many_tiles_is_one_image(
    monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype, kernel: Kernel, tile: int
) -> None:
    image = torch.randint(0, 256, (40, 31)).to(dtype)
    monkeypatch.setattr(sliding, "TILE", tile)
    assert torch.equal(correlate(image, kernel).double(), expected(image, kernel))


@pytest.mark.parametrize("count", [1, 2, 7])
def test_any_number_of_threads_finds_the_same(count: int) -> None:
    image = torch.rand(400, 300)
    with threads(count), ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: correlate(image, DENSE), range(8)))
    assert all(torch.equal(each, found[0]) for each in found)
    torch.testing.assert_close(found[0].double(), expected(image, DENSE), rtol=0, atol=1e-3)


def test_memory_that_is_given_is_used() -> None:
    image = torch.randint(0, 256, (300, 301), dtype=torch.uint8)
    out = torch.full((300, 300), 7, dtype=torch.int16)
    assert correlate(image, ((-1, 1),), out) is out
    assert torch.equal(out, image[:, 1:].short() - image[:, :-1].short())


def test_no_weight_finds_nothing() -> None:
    out = torch.full((3, 2), 7, dtype=torch.int16)
    assert not correlate(torch.ones(3, 3, dtype=torch.uint8), ((0, 0),), out).any()


def test_the_meta_device_knows_size_and_type() -> None:
    found = correlate(torch.empty(4000, 6000, dtype=torch.uint8, device="meta"), SOBEL)
    assert (found.shape, found.dtype) == ((3998, 5998), torch.int16)


@pytest.mark.parametrize(
    ("image", "out", "message"),
    [
        (torch.ones(1, 4), None, r"image \(1, 4\) is smaller than the kernel, 3 x 3"),
        (torch.ones(4, 2), None, "smaller than the kernel"),
        (torch.ones(1, 4, 4), None, r"\(1, 4, 4\) is no image \(H, W\) of uint8, int16"),
        (torch.ones(4, 4, dtype=torch.bool), None, "bool"),
        (torch.ones(4, 4), torch.ones(2, 3), r"float32 \(2, 3\), where a contiguous"),
        (torch.ones(4, 4), torch.ones(2, 2).double(), r"torch\.float32 \(2, 2\) is needed"),
        (torch.ones(4, 4), torch.ones(2, 4)[:, ::2], "contiguous"),
    ],
)
def test_what_does_not_fit_is_refused(image: Tensor, out: Tensor | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        correlate(image, SOBEL, out)


def test_weights_beyond_sixty_four_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="scale the kernel down"):
        correlate(torch.ones(4, 4, dtype=torch.int16), ((2.0**50, 1.0),))


@pytest.mark.parametrize(
    "kernel", [((1, 2), (3,)), ((),), (), ((1.0, float("nan")),), (1, 2), (("a",),), ((1, 1), ())]
)
def test_what_is_no_kernel_is_refused(kernel: Any) -> None:
    for image in (torch.ones(4, 4), torch.ones(600, 600)):
        with pytest.raises(ValueError, match="is no kernel: rows of finite numbers"):
            correlate(image, kernel)


@pytest.mark.parametrize("side", [4, 600, 1100])  # within a tile of rows, and beyond
def test_no_gradient_is_lost_in_silence(side: int) -> None:
    image = torch.ones(side, side, requires_grad=True)
    for kernel in (SOBEL, ((-1.0, 1.0),)):
        with pytest.raises(ValueError, match="takes no gradients"):
            correlate(image, kernel)
        with torch.no_grad():
            assert torch.equal(correlate(image, kernel), correlate(image.detach(), kernel))
