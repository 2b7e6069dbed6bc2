"""Tests of convlab.probes.receptive_field: against perturbed pixels and formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, Tensor, nn

from convlab import memory
from convlab.layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from convlab.probes.receptive import receptive_field, receptive_fields
from tests.probes.receptive.functions import Of, branches

KINDS = {
    "convolution": (nn.Conv1d, nn.Conv2d, nn.Conv3d),
    "transposed": (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d),
    "local": (LocallyConnected1d, LocallyConnected2d, LocallyConnected3d),
    "maximum": (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d),
    "mean": (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
    "adaptive maximum": (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d),
    "adaptive mean": (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
    "norm": (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d),
}
CHANNELS = 2


@st.composite
def layers(draw: st.DrawFn, size: tuple[int, ...]) -> nn.Module:
    """A layer of any kind that takes CHANNELS channels of this size, positive and linear."""
    kind = draw(st.sampled_from([*KINDS, "residual"]))
    small, dims = partial(st.integers, 1), len(size)
    if kind == "residual":
        k = draw(small(2)) * 2 - 1
        return branches(nn.Identity(), KINDS["convolution"][dims - 1](2, 2, k, padding=k // 2))
    make: Callable[..., nn.Module] = KINDS[kind][dims - 1]
    if kind == "norm":
        return make(CHANNELS)
    if kind.startswith("adaptive"):
        return make(tuple(draw(small(length)) for length in size))
    kernel, stride, dilation = draw(small(3)), draw(small(3)), draw(small(2))
    options: dict[str, Any] = {"padding": draw(st.integers(0, kernel // 2)), "stride": stride}
    if kind == "mean":
        return make(kernel, **options, ceil_mode=draw(st.booleans()))
    options["dilation"] = dilation
    if kind == "maximum":
        return make(kernel, **options, ceil_mode=draw(st.booleans()))
    if kind != "transposed":
        options["padding_mode"] = draw(st.sampled_from(["zeros", "circular", "replicate"]))
    options["groups"] = draw(small(2))
    extra = [size] if kind == "local" else []
    return make(CHANNELS, CHANNELS, *extra, kernel_size=kernel, **options)


@st.composite
def stacks(draw: st.DrawFn) -> tuple[nn.Module, Tensor]:
    """Up to four layers that fit each other, in 1 to 3 dimensions, and an input."""
    dims = draw(st.integers(1, 3))
    size = tuple(draw(st.integers(3, (24, 8, 4)[dims - 1])) for _ in range(dims))
    x, network = torch.ones(1, CHANNELS, *size), nn.Sequential().eval()
    for _ in range(draw(st.integers(1, 4))):
        now = network(x).shape[2:]
        try:
            layer = draw(layers(tuple(now))).eval()
            fits = 0 < prod(nn.Sequential(network, layer)(x).shape[2:]) <= 64
        except (RuntimeError, ValueError):  # a kernel larger than its input
            fits = False
        if fits:
            network.append(layer)
    return network, x


def perturbed(network: nn.Module, x: Tensor) -> Tensor:
    """Which outputs change with each pixel, in all channels: bools (*positions, *pixels).

    The weights become positive, so that nothing cancels, and a large pixel is in every maximum.
    """
    generator, pixels = Generator().manual_seed(0), x.shape[2:]
    network = network.double()
    for parameter in network.parameters():
        parameter.data = torch.rand(parameter.shape, generator=generator).double() + 0.5
    impulses = torch.eye(prod(pixels)).double().reshape(-1, 1, *pixels) * 1e6
    with torch.no_grad():
        y = network(x.double())
        changed = (network(x.double() + impulses) - y).abs().amax(dim=1) > 1e-3
    fields: Tensor = changed.movedim(0, -1).reshape(*y.shape[2:], *pixels)
    return fields


@pytest.mark.long
@settings(deadline=None, max_examples=40)
@given(stacks())
def test_a_pixel_is_in_the_field_if_and_only_if_it_changes_the_output(
    case: tuple[nn.Module, Tensor],
) -> None:
    network, x = case
    fields = receptive_fields(network, x)
    assert torch.equal(fields, perturbed(network, x))


INTERPOLATIONS = ("bilinear", "bicubic")


@st.composite
def signed(draw: st.DrawFn) -> Callable[[Tensor], Tensor]:
    """A linear function of images (N, C, H, W) that also takes pixels off."""
    kind = draw(st.sampled_from(["resized", "filtered", "difference", "mean", "added"]))
    if kind == "resized":
        return partial(
            nn.functional.interpolate,
            size=(draw(st.integers(1, 14)), draw(st.integers(1, 14))),
            mode=draw(st.sampled_from(INTERPOLATIONS)),
            align_corners=draw(st.booleans()),
            antialias=draw(st.booleans()),
        )
    if kind == "filtered":
        taps = draw(st.lists(st.sampled_from([-2.0, -0.1, 0.0, 0.3]), min_size=1, max_size=4))
        kernel = torch.tensor(taps).view(1, 1, 1, -1).repeat(CHANNELS, 1, 1, 1)
        return lambda x: nn.functional.conv2d(x, kernel.to(x), groups=CHANNELS)
    if kind == "mean":
        return partial(nn.functional.avg_pool2d, kernel_size=2, stride=1, divisor_override=-3)
    if kind == "added":
        return lambda x: torch.baddbmm(x[0], x[0], 0 * x[0].mT @ x[0] - 1, alpha=-1, beta=-1)[None]
    return partial(torch.diff, dim=draw(st.sampled_from([-1, -2])))


@settings(deadline=None, max_examples=25)
@given(signed(), st.integers(2, 9), st.integers(4, 9))
def test_a_sign_hides_no_pixel(function: Callable[[Tensor], Tensor], high: int, wide: int) -> None:
    """The derivatives of the function itself, followed by weights that none share."""
    x = torch.rand(1, CHANNELS, high, wide).double()
    size = tuple(function(x).shape[2:])
    mixed = LocallyConnected2d(CHANNELS, 2, size, kernel_size=tuple(min(2, s) for s in size))
    network = Of(lambda x, mix: mix(function(x)), mixed.double())
    slopes = torch.autograd.functional.jacobian(network, x)
    seen = (slopes.abs() > 1e-9)[0].any(dim=0)[:, :, 0].any(dim=2)
    assert torch.equal(receptive_fields(network, x), seen)


Layer = tuple[int, int, int, int]  # kernel, stride, dilation, padding


def recurrence(stack: Sequence[Layer]) -> tuple[int, int, int]:
    """Size, stride and padding of the formulas of Araujo, Norris and Sim, section 2."""
    size, stride, before = 1, 1, 0
    for kernel, step, dilation, padding in stack:
        size += (kernel - 1) * dilation * stride
        before += padding * stride
        stride *= step
    return size, stride, before


@pytest.mark.long
@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2)),
        min_size=1,
        max_size=5,
    )
)
def test_convolutions_follow_the_recurrence(stack: list[Layer]) -> None:
    network = nn.Sequential(*(nn.Conv1d(1, 1, k, s, p, d) for k, s, d, p in stack))
    size, stride, before = recurrence(stack)
    length = 3 * size + 4 * stride + 1
    try:
        units = network(torch.zeros(1, 1, length)).shape[-1]
    except RuntimeError:  # an even kernel with little padding has nothing left of it
        return
    field = receptive_field(network, torch.zeros(1, 1, length), unit=(units // 2,))
    assert field.size == (size,)
    assert field.stride == (stride,) or units == 1
    assert field.padding == (before,) or units == 1


def test_axes_are_told_apart() -> None:
    network = nn.Conv3d(1, 1, (1, 3, 5), stride=(1, 2, 3), padding=(0, 1, 2))
    field = receptive_field(network, torch.zeros(1, 1, 7, 20, 30))
    assert (field.size, field.stride, field.padding) == ((1, 3, 5), (1, 2, 3), (0, 1, 2))


def test_a_field_is_found_where_no_gradient_is_taken() -> None:
    with torch.no_grad():
        assert receptive_field(nn.Conv1d(1, 1, 3), torch.zeros(1, 1, 9)).size == (3,)


def test_a_dilated_kernel_spans_five_pixels_and_sees_three() -> None:
    field = receptive_field(nn.Conv1d(1, 1, 3, dilation=2), torch.zeros(1, 1, 11))
    assert (field.size, field.count) == ((5,), 3)
    assert field.pixels.nonzero().flatten().tolist() == [3, 5, 7]


def test_of_branches_the_larger_counts() -> None:
    both = nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 5, padding=2)
    assert receptive_field(branches(*both), torch.zeros(1, 1, 11, 11)).size == (5, 5)
    beside = Of(lambda x, a, b: torch.cat([a(x), b(x)], 1), *both)
    assert receptive_field(beside, torch.zeros(1, 1, 11, 11)).size == (5, 5)
    gated = Of(lambda x, a, b: a(x) * b(x).sigmoid(), *both)
    assert receptive_field(gated, torch.zeros(1, 1, 11, 11)).size == (5, 5)


def test_the_border_cuts_a_field_off() -> None:
    network, x = nn.Conv1d(1, 1, 5, padding=2), torch.zeros(1, 1, 9)
    corner = receptive_field(network, x, unit=(0,))
    assert (corner.size, corner.cut, corner.stride) == ((3,), ((True, False),), (1,))
    assert corner.padding == (None,)
    last = receptive_field(network, x, unit=(8,))
    assert (last.size, last.cut, last.padding) == ((3,), ((False, True),), (2,))


def test_a_field_as_large_as_the_image_tells_no_stride() -> None:
    network = nn.Sequential(nn.Conv1d(2, 1, 3), nn.AdaptiveAvgPool1d(2), nn.Conv1d(1, 4, 3, 1, 1))
    field = receptive_field(network, torch.zeros(1, 2, 9))
    assert (field.size, field.stride, field.padding) == ((9,), (None,), (None,))


ENLARGING = {
    "nearest": nn.Upsample(scale_factor=4),
    "between": nn.Upsample(scale_factor=1.5, mode="linear"),
    "transposed": nn.ConvTranspose1d(1, 1, 4, stride=2, padding=1),
    "back": nn.Sequential(nn.Conv1d(1, 1, 3, 2, 1), nn.Upsample(scale_factor=2)),
    "branches": Of(
        lambda x, a, b: a(x)[..., :15] + b(x), nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 3, 2, 1)
    ),
    "thirds": Of(lambda x: nn.functional.interpolate(x, size=20)),
}


@pytest.mark.parametrize("name", ENLARGING)
def test_where_units_are_not_equally_far_apart_there_is_no_stride(name: str) -> None:
    for unit in range(4, 11):
        field = receptive_field(ENLARGING[name], torch.zeros(1, 1, 30), (unit,))
        assert (field.stride, field.padding) == ((None,), (None,))


@pytest.mark.parametrize(
    "network",
    [
        nn.Sequential(nn.Conv1d(1, 2, 3), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(2, 3)),
        nn.Sequential(nn.Conv1d(1, 2, 3), nn.AdaptiveAvgPool1d(1)),
    ],
)
def test_a_classifier_has_neither_stride_nor_padding(network: nn.Module) -> None:
    field = receptive_field(network, torch.zeros(1, 1, 9))
    assert (field.size, field.stride, field.padding) == ((9,), (None,), (None,))


def test_a_linear_layer_sees_all() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 6 * 4, 3))
    field = receptive_field(network, torch.zeros(1, 1, 8, 6))
    assert (field.unit, field.size, field.count, field.stride) == ((), (8, 6), 48, (None, None))
    assert field.padding == (None, None)


def test_images_and_units_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    network = nn.Conv1d(1, 1, 3)
    with pytest.raises(ValueError, match=r"x should be .* not \(1, 9\)"):
        receptive_field(network, torch.zeros(1, 9))
    for unit in ((7,), (-1,), (0, 0), ()):
        with pytest.raises(ValueError, match="no output unit"):
            receptive_field(network, torch.zeros(1, 1, 9), unit)
    monkeypatch.setattr(memory, "physical", lambda: 100)
    with pytest.raises(memory.NotEnoughMemory, match="the fields of 7 units"):
        receptive_fields(network, torch.zeros(1, 1, 9))


def test_a_field_says_what_is_seen() -> None:
    field = receptive_field(nn.Conv2d(1, 1, 3, stride=2, padding=1), torch.zeros(1, 1, 8, 8))
    assert str(field) == "9 pixels in 3 × 3 from (3, 3) on, stride 2 × 2"
    assert repr(field) == f"<ReceptiveField of unit (2, 2): {field}>"
    whole = receptive_field(nn.Conv2d(1, 1, 3, padding=1), torch.zeros(1, 1, 3, 3))
    assert str(whole).endswith("stride ? × ?; the border cuts it") and "False" not in repr(whole)
