"""Tests of the ways in few calls: by gathered rows, and by own kernels in Triton's interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, cast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.func import hessian, jvp, vmap
from torch.nn.functional import pad

from convlab.layers import LocallyConnected2d, locally_connected
from convlab.layers.local import functional, gathering, ways
from convlab.layers.local.few_calls import Way
from convlab.layers.local.patches import windows_of
from convlab.layers.local.pixels import NONE, seen_pixels, seers
from convlab.layers.local.ways import GATHERING, KERNELS, way_of
from convlab.layers.windows import MARGIN_LIMIT, Windows

GEOMETRIES: list[tuple[tuple[int, ...], int | tuple[int, ...], dict[str, Any]]] = [
    ((7,), 3, {}),
    ((6, 5), 3, {"stride": 2, "padding": 1, "groups": 2}),
    ((6, 5), (3, 2), {"dilation": 2, "padding": 2}),
    ((5, 6), 1, {}),
    ((5, 6), 4, {"padding": 2, "padding_mode": "circular", "groups": 2}),
    ((5, 6), 3, {"padding": 2, "padding_mode": "reflect"}),
    ((3, 4), 3, {"padding": 3, "padding_mode": "replicate"}),
    ((4, 3, 5), 2, {"padding": 1}),
]
geometry = pytest.mark.parametrize(("size", "taps", "options"), GEOMETRIES)


INTERPRET = "TRITON_INTERPRET"  # as Triton is imported, which torch may do at any time


@pytest.mark.long
@pytest.mark.skipif(INTERPRET in os.environ, reason="this is that process")
def test_own_kernels_in_the_interpreter() -> None:
    pytest.importorskip("triton", minversion="3.9")  # earlier ones fail at numpy 2.4
    command = [sys.executable, "-m", "pytest", "-q", "-k", "kernels", __file__]
    environment = os.environ | {INTERPRET: "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.fixture(params=["gathering", "kernels"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    """Each way in turn, taken on the processor."""
    if request.param == "kernels" and INTERPRET not in os.environ:
        pytest.skip("kernels run in Triton's interpreter, in a process of their own")
    taken = {"gathering": GATHERING, "kernels": KERNELS}[request.param]
    monkeypatch.setattr(functional, "way_of", lambda *_: taken)
    yield taken


def operands(
    size: tuple[int, ...], taps: int | tuple[int, ...], **options: Any
) -> tuple[Tensor, Tensor, Windows]:
    draw, given = Generator().manual_seed(0), {"stride": 1, "padding": 0, "dilation": 1} | options
    groups, mode = given.get("groups", 1), given.get("padding_mode", "zeros")
    windows = Windows.over(size, taps, given["stride"], given["padding"], given["dilation"], mode)
    x = torch.randn(3, 4, *size, generator=draw)
    kernels = 6, 4 // groups, *windows.out_size, *windows.kernel_size
    return x, torch.randn(kernels, generator=draw), windows


def by_a_loop(x: Tensor, weight: Tensor, windows: Windows, groups: int) -> Tensor:
    """One position and one output after another."""
    widths = [width for margin in reversed(windows.margins) for width in margin]
    mode = {"zeros": "constant"}.get(windows.padding_mode, windows.padding_mode)
    seen = windows_of(pad(x, widths, mode) if any(widths) else x, windows)
    y = x.new_zeros(len(x), len(weight), *windows.out_size)
    channels = weight.shape[1]
    for place in torch.cartesian_prod(*map(torch.arange, windows.out_size)).view(
        -1, len(windows.out_size)
    ):
        at = tuple(place.tolist())
        for output in range(len(weight)):
            first = output // (len(weight) // groups) * channels
            patch = seen[(slice(None), slice(first, first + channels), *at)]
            y[(slice(None), output, *at)] = (
                (patch * weight[(output, slice(None), *at)]).flatten(1).sum(1)
            )
    return y


def gradients(y: Tensor, x: Tensor, weight: Tensor, weighting: Tensor) -> list[Tensor]:
    return [y.detach(), *torch.autograd.grad(y, (x, weight), weighting)]


@geometry
def test_they_compute_what_a_loop_does(
    size: tuple[int, ...], taps: int, options: dict[str, Any], way: Way
) -> None:
    x, weight, windows = operands(size, taps, **options)
    exact = x.double().requires_grad_(), weight.double().requires_grad_()
    expected = by_a_loop(*exact, windows, options.get("groups", 1))
    weighting = torch.randn(expected.shape, generator=Generator().manual_seed(1))
    x.requires_grad_(), weight.requires_grad_()
    y = locally_connected(x, weight, **options)
    of_loop = gradients(expected, *exact, weighting.double())
    for found, its in zip(gradients(y, x, weight, weighting), of_loop, strict=True):
        torch.testing.assert_close(found.double(), its, rtol=1e-5, atol=1e-5)


def test_a_gradient_that_lies_in_no_usual_way_is_found(way: Way) -> None:
    """That of a sum is one number for all; images may lie channels last."""
    x, weight, _ = operands((5, 6), 2)
    x.requires_grad_(), weight.requires_grad_()
    y = locally_connected(x, weight)
    ones = gradients(y, x, weight, torch.ones_like(y))
    last = x.detach().to(memory_format=torch.channels_last).requires_grad_()
    y = locally_connected(last, weight)
    assert y.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close([y.detach(), *torch.autograd.grad(y.sum(), (last, weight))], ones)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_summed_in_float32(way: Way, dtype: torch.dtype) -> None:
    if way is KERNELS and dtype == torch.bfloat16:
        pytest.skip("the interpreter takes the bits of a bfloat16 for a whole number")
    layer = LocallyConnected2d(4, 3, (5, 6), 3).to(dtype)
    x = torch.randn(2, 4, 5, 6, generator=Generator().manual_seed(0)).to(dtype)
    y = layer(x)
    assert y.dtype == dtype
    assert layer.bias is not None
    exact = by_a_loop(x.double(), layer.weight.double(), layer.windows, 1) + layer.bias
    unit = torch.finfo(dtype).eps / 2
    torch.testing.assert_close(y.double(), exact, rtol=1.01 * unit, atol=1e-6)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functional, "way_of", lambda *_: GATHERING)


OPTIONS: Any = (None, (2, 1), 1, (1, 2), 2)  # no bias, stride, padding, dilation, groups


def call(x: Tensor, weight: Tensor) -> Tensor:
    return locally_connected(x, weight, *OPTIONS)


def doubles(*seeds: int) -> tuple[Tensor, Tensor]:
    draw = Generator().manual_seed(0)
    shapes = (2, 4, 5, 6), (6, 2, 3, 4, 3, 3)
    x, weight = (torch.randn(*seeds, *s, dtype=torch.float64, generator=draw) for s in shapes)
    return x, weight


@pytest.mark.usefixtures("rows")
@pytest.mark.filterwarnings("ignore:`torch.jit.script`")  # torch's own, in forward mode
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_further_derivatives_are_derivatives(dtype: torch.dtype) -> None:
    x = torch.randn(2, 2, 5, dtype=dtype, requires_grad=True)
    weight = torch.randn(2, 1, 3, 3, dtype=dtype, requires_grad=True)
    options: Any = (None, 2, 1, 1, 2)

    def few(x: Tensor, weight: Tensor) -> Tensor:
        return locally_connected(x, weight, *options)

    assert torch.autograd.gradcheck(few, (x, weight), check_forward_ad=dtype == torch.float64)
    assert torch.autograd.gradgradcheck(few, (x, weight))


@pytest.mark.usefixtures("rows")
@pytest.mark.filterwarnings("ignore:`torch.jit.script`")  # torch's own, in forward mode
def test_forward_mode_and_the_hessian() -> None:
    (x, weight), (dx, dweight) = doubles(), (t.flip(0) for t in doubles())
    _, change, *_ = jvp(call, (x, weight), (dx, dweight))
    torch.testing.assert_close(change, call(dx, weight) + call(x, dweight))
    seen = torch.tensor([[[1.0, 2.0, 5.0]]])
    curvature = hessian(lambda w: locally_connected(seen, w).square().sum())(
        torch.zeros(1, 1, 2, 2)
    ).reshape(4, 4)
    blocks = [2 * torch.outer(each, each) for each in (seen[0, 0, :2], seen[0, 0, 1:])]
    torch.testing.assert_close(curvature, torch.block_diag(*blocks))


@pytest.mark.usefixtures("rows")
def test_seeds_are_groups() -> None:
    x, weight = doubles(2, 3)
    expected = torch.stack(
        [torch.stack([call(x[0, j], weight[i, 0]) for j in range(3)]) for i in range(2)]
    )
    nested = vmap(vmap(call, in_dims=(0, None)), in_dims=(None, 0))(x[0], weight[:, 0])
    torch.testing.assert_close(nested, expected)
    last = vmap(call, in_dims=(4, 2))(x[0].movedim(0, 4), weight[0].movedim(0, 2))
    torch.testing.assert_close(last, torch.stack([call(x[0, i], weight[0, i]) for i in range(3)]))


@pytest.mark.usefixtures("rows")
def test_the_older_map_gives_a_jacobian() -> None:
    x, weight = doubles()
    x.requires_grad_()
    y = call(x, weight)
    each = torch.eye(y.numel(), dtype=y.dtype).view(-1, *y.shape)
    (found,) = torch.autograd.grad(y, x, each, is_grads_batched=True)
    torch.testing.assert_close(found.flatten(1) @ x.detach().flatten(), y.detach().flatten())


@pytest.mark.parametrize("copied", [1, 3000, 30_000])
def test_tiles_of_any_size_give_the_same(copied: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight, windows = operands((6, 5), 3, padding=1, groups=2)
    y = torch.randn(3, 6, 6, 5, generator=Generator().manual_seed(2))

    def all_three() -> list[Tensor]:
        of = windows, 2
        return [
            gathering.output(x, weight, *of),
            gathering.input_gradient(weight, y, *of),
            gathering.weight_gradient(x, y, *of),
        ]

    at_once = all_three()
    monkeypatch.setattr(gathering, "COPIED", copied)
    torch.testing.assert_close(all_three(), at_once)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_tables_name_the_pixels_that_windows_see(data: st.DataObject) -> None:
    dims = data.draw(st.integers(1, 3))
    number = st.integers(1, 3)
    size = tuple(data.draw(st.integers(3, 6)) for _ in range(dims))
    taps, stride, dilation = (tuple(data.draw(number) for _ in range(dims)) for _ in range(3))
    mode = data.draw(st.sampled_from(sorted(MARGIN_LIMIT)))
    padding = tuple(data.draw(st.integers(0, 2)) for _ in range(dims))
    try:
        windows = Windows.over(size, taps, stride, padding, dilation, mode)
    except ValueError:
        return
    image = torch.arange(1.0, 1 + torch.Size(size).numel()).view(1, 1, *size)
    widths = [width for margin in reversed(windows.margins) for width in margin]
    padded = pad(image, widths, "constant" if mode == "zeros" else mode)
    seen = windows_of(padded, windows).reshape(seen_pixels(windows).shape)
    assert torch.equal(seen_pixels(windows) + 1, seen.long())
    found = seers(windows, 0, len(seen))
    for pixel in range(image.numel()):
        rows = found.rows[found.starts[pixel] : found.starts[pixel + 1]]
        assert torch.equal(rows, (seen.flatten() == pixel + 1).nonzero().flatten())
    assert found.most == found.starts.diff().max()
    assert NONE not in found.rows


class OnACard:
    """What `way_of` asks of a tensor there."""

    def __init__(self, **changes: Any) -> None:
        self.device = torch.device("cuda", 0)
        self.dtype, self.examples = torch.float32, 2
        vars(self).update(changes)

    def __len__(self) -> int:
        return self.examples

    def numel(self) -> int:
        return 100


def test_one_place_decides_by_device_and_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    windows, tensor = Windows.over((5,), 3, 1, 0, 1, "zeros"), cast("Any", OnACard)
    monkeypatch.setattr(ways, "PLAIN", {OnACard})
    monkeypatch.setattr(ways, "_has_kernels", lambda device: True)
    assert way_of(tensor(), tensor(), windows, 1) is KERNELS
    assert way_of(tensor(dtype=torch.float64), tensor(), windows, 1) is GATHERING
    assert way_of(tensor(examples=2**30), tensor(), windows, 1) is GATHERING
    assert way_of(tensor(), tensor(), windows, 2**16 - 1) is KERNELS
    assert way_of(tensor(), tensor(), windows, 2**16) is GATHERING
    assert way_of(tensor(device=torch.device("mps")), tensor(), windows, 1) is None
    monkeypatch.setattr(ways, "_has_kernels", lambda device: False)
    assert way_of(tensor(), tensor(), windows, 1) is GATHERING
    for device in "cpu", "meta":
        x = torch.empty(2, 1, 5, device=device)
        assert way_of(x, x, windows, 1) is None


def test_tensors_that_stand_for_others_leave_no_tables_behind() -> None:
    x, weight, windows = operands((6, 5), 3)
    expected = gathering.output(x, weight, windows, 1)
    gathering._kept.cache_clear()
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        fake = gathering.output(mode.from_tensor(x), mode.from_tensor(weight), windows, 1)
    assert fake.shape == expected.shape
    torch.testing.assert_close(gathering.output(x, weight, windows, 1), expected)
