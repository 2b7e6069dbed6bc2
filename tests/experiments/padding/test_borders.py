"""Tests of experiments/padding/borders: windows counted, frames by hand, failures."""

from __future__ import annotations

from importlib import import_module

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator
from torch.nn.functional import pad

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Claim, Measurements, Outcome, exactly
from convlab.record import Record

borders = lab.load(catalogue.experiments()["borders"])
package = borders.__name__.rpartition(".")[0]
_frames, _names = (import_module(f"{package}.{name}") for name in ("_frames", "_border_names"))


def windows(side: int, kernel: int, stride: int, added: int) -> int:
    """Counted one by one: the places at which a kernel fits into the framed image."""
    return sum(start + kernel <= side + added for start in range(0, side + added, stride))


@given(st.integers(1, 20), st.integers(1, 8), st.integers(1, 4), st.integers(0, 5))
def test_a_size_is_the_number_of_windows(
    side: int, kernel: int, stride: int, padding: int
) -> None:
    found = _frames.size_behind(side, kernel, stride, padding)
    assert found == windows(side, kernel, stride, 2 * padding)
    assert found == _frames.size_behind(side, kernel, stride, (padding, padding))


@given(st.integers(1, 40), st.integers(1, 8), st.integers(1, 5))
def test_keras_adds_as_few_pixels_as_give_a_window_for_every_stride(
    side: int, kernel: int, stride: int
) -> None:
    before, behind = _frames.same_frame(side, kernel, stride)
    assert 0 <= behind - before <= 1
    wanted = -(-side // stride)
    added = next(n for n in range(100) if windows(side, kernel, stride, n) >= wanted)
    assert before + behind == added
    if stride <= kernel:  # else a window may begin in what is left over
        assert windows(side, kernel, stride, before + behind) == wanted


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@given(st.integers(2, 12), st.integers(1, 6))
def test_at_stride_1_keras_and_pytorch_frame_alike(side: int, kernel: int) -> None:
    made = Generator().manual_seed(100 * side + kernel)
    x, weight = (
        _frames.whole(shape, made) for shape in ((1, 1, side, side), (1, 1, kernel, kernel))
    )
    same = torch.nn.functional.conv2d(x, weight, padding="same")
    assert torch.equal(same, _frames.by_hand(_frames.same_frame(side, kernel, 1))(x, weight))


def test_a_frame_is_of_zeros_around_the_image() -> None:
    x = _frames.whole((2, 1, 3, 4), Generator().manual_seed(0))
    assert torch.equal(_frames.framed(x, (1, 2)), pad(x, (1, 2, 1, 2)))


@pytest.mark.parametrize("side", [8, 9, 15, 32])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_padding_that_keeps_a_size_is_the_least(side: int, stride: int) -> None:
    padding = _frames.keeping(side, 3, stride)
    assert windows(side, 3, stride, 2 * padding) >= side
    assert padding == 0 or windows(side, 3, stride, 2 * padding - 2) < side
    places = range(-padding, side + padding - 2, stride)
    share = sum(-2 <= place < side for place in places) / len(places)
    assert _frames.share_with_pixels(side, 3, stride, padding) == pytest.approx(share**2)


def test_maps_shrink_by_every_kernel_and_then_none_fits() -> None:
    assert _frames.sizes(8, 3, 1, 0, 5) == [8, 6, 4, 2, 0, 0]
    assert _frames.sizes(8, 3, 2, 1, 4) == [8, 4, 2, 1, 1]
    assert _frames.accepts_same(1) and not _frames.accepts_same(2)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    planned = lab.plan("borders", {"side": 9})
    return lab.run(planned, root=tmp_path_factory.mktemp("borders"), first_seed=5)


def test_all_comes_out_as_expected_at_another_side_and_seed(record: Record) -> None:
    assert [v.outcome for v in record.verdicts] == [claim.expected for claim in borders.CLAIMS]
    assert record.answer and "nan" not in record.answer


def test_the_figure_shows_what_a_stride_leaves(record: Record) -> None:
    (axes,) = borders.draw(record)["sizes"].axes
    assert len(axes.containers) == 5
    assert record.measurements.arrays[_names.STRIDED].tolist()[:5] == [9, 5, 3, 2, 1]


SPOILED: dict[str, tuple[str, dict[str, object], float]] = {  # the control of a claim
    "C113": (_names.CHANGED, {"arm": _names.WITHOUT}, 0),
    "C113s": (_names.KEPT_BY_PADDING, {"stride": 1}, 0),
    "C113r": (_names.CHANGED, {"arm": _names.WITHOUT}, 0),
    "C113o1": (_names.KEPT_BY_PADDING, {"stride": 3}, 1),
    "C113o2": (_names.SEEING, {"stride": 1}, 0.5),
    "C114": (_names.DIFFERING, {_names.FRAMED_WITH: "reflect"}, 0),
    "C116": (_names.KEPT_BY_KERAS, {"stride": 2}, 1),
    "C116o1": (_names.KEPT_BY_KERAS, {"stride": 2}, 1),
    "C116o2": (_names.ACCEPTED, {"stride": 1}, 0),
    "C116o3": (_names.DIFFERING, {"frame": _names.KERAS}, 3),
}


@pytest.mark.parametrize("claim", borders.CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_is_invalid_where_its_control_fails(record: Record, claim: Claim) -> None:
    quantity, factors, value = SPOILED[claim.id]
    changed = Measurements()
    for row in record.measurements.rows:
        here = quantity in row.quantities and factors.items() <= row.factors.items()
        spoiled = {quantity: exactly(value)} if here else {}
        changed.add(row.table, row.factors, row.quantities | spoiled)
    assert claim.check(changed, borders.Config()).outcome is Outcome.INVALID
