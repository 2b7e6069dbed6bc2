"""Tests of the arms that find edges and of their cost: against loops and published numbers."""

from __future__ import annotations

import json
from math import ceil
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import conv2d
from torch.utils.flop_counter import FlopCounterMode

from convlab.filters import KERNELS, Kernel, correlate, read_kernel
from convlab.streams import Stream, generator
from experiments.edges import _edge_arms as edges
from experiments.edges._edge_cost import torch_flops, work_by_arm
from experiments.edges._edge_figure import arrays_to_keep, strongest_of_blocks, visible_edges
from experiments.edges._edge_images import ramp, step, wave

WEIGHTS = st.sampled_from([-3, -1, 0, 0, 1, 2])


@st.composite
def problems(draw: st.DrawFn) -> tuple[Tensor, Kernel]:
    """An image of whole grey levels, and a kernel that fits into it."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    taps = draw(st.lists(WEIGHTS, min_size=rows * columns, max_size=rows * columns).filter(any))
    height, width = draw(st.integers(rows, 6)), draw(st.integers(columns, 6))
    pixels = draw(st.lists(st.integers(0, 255), min_size=36, max_size=36))
    image = torch.tensor(pixels[: height * width], dtype=torch.float64).reshape(height, width)
    return image, tuple(map(tuple, np.reshape(taps, (rows, columns)).tolist()))


def brute_force(image: Any, kernel: Kernel) -> list[list[Any]]:
    rows, columns = len(kernel), len(kernel[0])
    height, width = len(image), len(image[0])
    return [
        [
            sum(kernel[i][j] * image[p + i][q + j] for i in range(rows) for j in range(columns))
            for q in range(width - columns + 1)
        ]
        for p in range(height - rows + 1)
    ]


@given(problems())
def test_every_arm_is_the_sum_over_the_taps(problem: tuple[Tensor, Kernel]) -> None:
    image, kernel = problem
    expected = torch.tensor(brute_force(image.tolist(), kernel), dtype=torch.float64)
    ready = edges.arms(image, kernel)
    assert list(ready) == list(edges.LIMITS)
    for arm, run in ready.items():
        assert torch.equal(run(), expected), arm
    single = correlate(image.float(), kernel)
    assert single.dtype == torch.float32
    assert torch.equal(single.double(), expected)


@given(problems())
def test_true_convolution_flips_the_kernel(problem: tuple[Tensor, Kernel]) -> None:
    image, kernel = problem
    flipped = tuple(row[::-1] for row in kernel[::-1])
    expected = torch.tensor(brute_force(image.tolist(), flipped), dtype=torch.float64)
    assert torch.equal(edges.true_convolution(image, kernel), expected)


@given(problems())
def test_the_matrices_store_what_is_counted(problem: tuple[Tensor, Kernel]) -> None:
    image, kernel = problem
    matrix, work = edges.sparse_matrix(image.shape, kernel), work_by_arm(image.shape, kernel)
    assert matrix.nnz == work["sparse matrix"].stored
    assert matrix.toarray().size == work["dense matrix"].stored
    assert np.count_nonzero(kernel) == work["slices"].stored


@given(problems())
def test_operations_are_those_of_the_sums(problem: tuple[Tensor, Kernel]) -> None:
    image, kernel = problem
    work, outputs = work_by_arm(image.shape, kernel), len(brute_force(image.tolist(), kernel))
    outputs *= image.shape[1] - len(kernel[0]) + 1
    places, pixels = len(kernel) * len(kernel[0]), image.numel()
    for arm, terms in {"convolution": places, "dense matrix": pixels}.items():
        assert work[arm].operations == outputs * (terms + terms - 1)  # products, then sums
        assert work[arm].multiply_adds == outputs * terms
        assert torch_flops(image.shape, kernel)[arm] == 2 * work[arm].multiply_adds


@pytest.mark.parametrize(
    ("kernel", "operations"),
    [
        ([[-1, 1]], 1),  # b - a
        ([[1, 1]], 1),  # a + b
        ([[-1, -1]], 2),  # -1 a - b
        ([[0, 2]], 1),  # 2 b
        ([[-1, 2]], 2),  # 2 b - a
        ([[0, 1, 0], [1, -4, 1], [0, 1, 0]], 5),  # a + b + c + d - 4 e
        ([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], 7),  # 2 products, 5 sums
    ],
)
def test_slices_multiply_by_no_one(kernel: list[list[float]], operations: int) -> None:
    rows = read_kernel(json.dumps(kernel))
    assert work_by_arm((len(rows), len(rows[0])), rows)["slices"].operations == operations


def test_the_numbers_of_the_book() -> None:
    """Goodfellow, Bengio and Courville 2016, figure 9.6, and the conventions beside it."""
    work, flops = (
        work_by_arm((280, 320), KERNELS["left-right"]),
        torch_flops((280, 320), ((-1, 1),)),
    )
    assert work["convolution"].operations == 319 * 280 * 3 == 267_960
    assert work["dense matrix"].stored == 320 * 280 * 319 * 280 == 8_003_072_000
    assert work["dense matrix"].operations == 16_006_054_680 == 267_960 * 59_733
    assert work["sparse matrix"].stored == 2 * 319 * 280 == 178_640
    assert work["slices"].operations == 89_320
    assert flops["dense matrix"] == 44_800 * flops["convolution"]


def test_the_examples_of_dive_into_deep_learning() -> None:
    """Zhang, Lipton, Li and Smola: 0 .. 8 by 0 .. 3, and a black bar by [1, -1]."""
    image = torch.arange(9.0).reshape(3, 3)
    assert correlate(image, read_kernel("[[0, 1], [2, 3]]")).tolist() == [[19, 25], [37, 43]]
    bar = torch.ones(6, 8)
    bar[:, 2:6] = 0
    assert correlate(bar, ((1, -1),)).tolist() == [[0, 1, 0, 0, 0, -1, 0]] * 6
    assert not correlate(bar.T.contiguous(), ((1, -1),)).any()


def test_a_large_image_is_counted_and_not_run() -> None:
    ready = edges.arms(torch.zeros(40, 30, dtype=torch.float64), KERNELS["left-right"])
    assert "dense matrix" not in ready  # 1,160 rows of 1,200
    assert work_by_arm((4000, 6000), KERNELS["sobel"])["dense matrix"].stored > 1e14
    assert torch_flops((4000, 6000), KERNELS["sobel"])["dense matrix"] > 1e14


def order() -> torch.Generator:
    return generator(0, Stream.ORDER)


def test_comparing_measures_each_arm_as_often_as_asked() -> None:
    comparison = edges.comparison(ramp(8, 9), KERNELS["sobel"], 7, order())
    assert set(comparison) == set(edges.LIMITS)
    for quantities in comparison.values():
        assert len(quantities["time (ms)"].values) == 7
        assert min(quantities["time (ms)"].values) > 0
        assert quantities["difference from slices (grey levels)"].center == 0


def test_an_arm_that_is_off_differs_from_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(image: Tensor, kernel: Kernel) -> edges.Arm:
        return lambda: correlate(image, kernel) - 3

    monkeypatch.setitem(edges._PREPARE, "sparse matrix", off)
    comparison = edges.comparison(ramp(8, 9), KERNELS["sobel"], 1, order())
    differences = {
        arm: quantities["difference from slices (grey levels)"].center
        for arm, quantities in comparison.items()
    }
    assert differences == {**dict.fromkeys(edges.LIMITS, 0), "sparse matrix": 3}


def test_scenes_have_the_edges_that_they_are_made_for() -> None:
    kernel = KERNELS["left-right"]
    assert correlate(step(4, 6), kernel).sum(dim=1).tolist() == [1] * 4
    torch.testing.assert_close(
        correlate(ramp(5, 6, 60), kernel), torch.full((5, 5), 0.5, dtype=torch.float64)
    )
    assert not correlate(wave(5, 6, 4, 90), kernel).any()
    torch.testing.assert_close(wave(2, 9, 4)[:, 4:], wave(2, 5, 4))


def test_flops_are_what_the_counter_counts() -> None:
    with FlopCounterMode(display=False) as of_convolution:
        conv2d(torch.zeros(1, 1, 9, 12), torch.zeros(1, 1, 3, 2))
    with FlopCounterMode(display=False) as of_matrix:
        torch.zeros(7 * 11, 9 * 12) @ torch.zeros(9 * 12, 1)
    flops = torch_flops((9, 12), ((1, 1),) * 3)
    assert flops["convolution"] == of_convolution.get_total_flops()
    assert flops["dense matrix"] == of_matrix.get_total_flops()


def test_strengths_are_those_of_all_rows() -> None:
    values = torch.randn(130, 7, generator=torch.Generator().manual_seed(0))
    strengths = edges.strengths(values)
    assert strengths["strongest |edge|"].center == float(values.abs().max())
    assert strengths["mean |edge|"].center == pytest.approx(float(values.double().abs().mean()))


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 9))
def test_blocks_keep_the_value_farthest_from_zero(rows: int, columns: int, every: int) -> None:
    values = np.random.default_rng(rows).standard_normal((rows, columns))
    seen = strongest_of_blocks(values, every)
    assert seen.shape == (ceil(rows / every), ceil(columns / every))
    for (down, right), value in np.ndenumerate(seen):
        block = values[down * every : (down + 1) * every, right * every : (right + 1) * every]
        assert abs(value) == abs(block).max() and value in block


def test_a_run_keeps_an_image_whole_or_as_much_as_a_figure_shows() -> None:
    notes, arrays = arrays_to_keep(torch.ones(1000, 1000), torch.ones(1000, 999))
    assert (arrays["image"].shape, arrays["edges"].shape, notes) == ((1000,) * 2, (1000, 999), [])
    notes, arrays = arrays_to_keep(torch.ones(1000, 1001), torch.ones(1000, 1000))
    assert arrays["image"].shape == (500, 501)
    assert arrays["edges"].shape == (500, 500)
    assert "2 x 2 pixels one is kept" in notes[0]


def test_a_figure_keeps_the_strongest_edge_of_a_block_with_its_sign() -> None:
    values = np.zeros((3, 61))
    values[1, 4], values[2, 60] = -1, 1
    seen = visible_edges(values, 4)
    assert seen.shape == (1, 16)
    assert (seen[0, 1], seen[0, 15]) == (-1, 1)
    assert np.count_nonzero(seen) == 2
