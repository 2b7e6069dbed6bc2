"""Tests of convlab.probes.receptive_field: against perturbed pixels, formulas and publications."""

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
from convlab.probes.receptive_field import receptive_field, receptive_fields

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


class Of(nn.Module):
    """Any function of a tensor, and of the modules that it calls."""

    def __init__(self, function: Callable[..., Tensor], *parts: nn.Module) -> None:
        super().__init__()
        self.function, self.parts = function, nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *self.parts)


def branches(*parts: nn.Module) -> nn.Module:
    return Of(lambda x, *each: torch.stack([part(x) for part in each]).sum(0), *parts)


@st.composite
def layers(draw: st.DrawFn, size: tuple[int, ...]) -> nn.Module:
    """A layer of any kind that takes CHANNELS channels of this size, positive and linear."""
    kind = draw(st.sampled_from([*KINDS, "residual"]))
    small, dims = partial(st.integers, 1), len(size)
    if kind == "residual":
        k = draw(small(2)) * 2 - 1
        return branches(nn.Identity(), KINDS["convolution"][dims - 1](2, 2, k, padding=k // 2))
    make: Any = KINDS[kind][dims - 1]
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
    return changed.movedim(0, -1).reshape(*y.shape[2:], *pixels)


@settings(deadline=None, max_examples=50)
@given(stacks())
def test_a_pixel_is_in_the_field_if_and_only_if_it_changes_the_output(
    case: tuple[nn.Module, Tensor],
) -> None:
    network, x = case
    fields = receptive_fields(network, x)
    assert torch.equal(fields, perturbed(network, x))


Layer = tuple[int, int, int, int]  # kernel, stride, dilation, padding


def recurrence(stack: Sequence[Layer]) -> tuple[int, int, int]:
    """Size, stride and padding of the formulas of Araujo, Norris and Sim, section 2."""
    size, stride, before = 1, 1, 0
    for kernel, step, dilation, padding in stack:
        size += (kernel - 1) * dilation * stride
        before += padding * stride
        stride *= step
    return size, stride, before


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


def test_a_dilated_kernel_spans_five_pixels_and_sees_three() -> None:
    field = receptive_field(nn.Conv1d(1, 1, 3, dilation=2), torch.zeros(1, 1, 11))
    assert (field.size, field.count) == ((5,), 3)
    assert field.pixels.nonzero().flatten().tolist() == [3, 5, 7]


def test_of_branches_the_larger_counts() -> None:
    both = branches(nn.Conv2d(1, 1, 3, padding=1), nn.Conv2d(1, 1, 5, padding=2))
    assert receptive_field(both, torch.zeros(1, 1, 11, 11)).size == (5, 5)
    beside = Of(lambda x, a, b: torch.cat([a(x), b(x)], 1), *both.parts)
    assert receptive_field(beside, torch.zeros(1, 1, 11, 11)).size == (5, 5)
    gated = Of(lambda x, a, b: a(x) * b(x).sigmoid(), *both.parts)
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


def test_a_linear_layer_sees_all() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 6 * 4, 3))
    field = receptive_field(network, torch.zeros(1, 1, 8, 6))
    assert (field.unit, field.size, field.count, field.stride) == ((), (8, 6), 48, (None, None))


def test_weights_of_zero_hide_nothing_and_masks_do() -> None:
    conv = nn.Conv1d(1, 1, 3, padding=1)
    nn.init.zeros_(conv.weight)
    x, taps = torch.zeros(1, 1, 7), torch.tensor([[[1.0, 0.0, 0.0]]])
    assert receptive_field(conv, x).count == 3
    causal = Of(lambda x, c: nn.functional.conv1d(x, c.weight * taps, padding=1), conv)
    assert receptive_field(causal, x).count == 1


def test_a_standardized_weight_is_not_zero() -> None:
    """Of equal weights, less their mean nothing is left; these are not taken to be equal."""
    conv = nn.Conv1d(1, 1, 3)
    less = Of(lambda x, c: nn.functional.conv1d(x, c.weight - c.weight.mean()), conv)
    assert receptive_field(less, torch.zeros(1, 1, 7)).count == 3


def test_nothing_cancels_and_no_unit_is_dead() -> None:
    residual = Of(lambda x: x - x.roll(1, -1) + x.roll(1, -1))
    assert receptive_field(residual, torch.zeros(1, 1, 7)).count == 2
    dead = Of(lambda x: (x - 5).relu() + (x.roll(1, -1) < 0) + x.roll(2, -1).clamp(0, 0))
    assert receptive_field(dead, torch.zeros(1, 1, 7)).count == 3


NORMS = {
    "batch": (nn.BatchNorm1d(2), True),
    "batch in eval mode": (nn.BatchNorm1d(2).eval(), False),
    "instance": (nn.InstanceNorm1d(2).eval(), True),
    "group": (nn.GroupNorm(1, 2).eval(), True),
    "layer": (nn.LayerNorm(9).eval(), True),
    "response": (nn.LocalResponseNorm(2).eval(), False),
    "softmax": (nn.Softmax(1).eval(), False),
    "softmax over pixels": (nn.Softmax(2).eval(), True),
    "dropout": (nn.Dropout(0.9).train(), False),
}


@pytest.mark.parametrize("name", NORMS)
def test_norms_see_what_they_compare(name: str) -> None:
    norm, everything = NORMS[name]
    network = nn.Sequential(nn.Conv1d(1, 2, 3, padding=1), norm)
    assert receptive_field(network, torch.zeros(2, 1, 9)).count == (9 if everything else 3)


@pytest.mark.parametrize("masked", [float("-inf"), torch.finfo(torch.float32).min, -1e4])
def test_causal_attention_sees_the_past(masked: float) -> None:
    """Six tokens as columns of an image of four rows."""
    later = torch.ones(6, 6).triu(1).bool()

    def attend(x: Tensor) -> Tensor:
        tokens = x.transpose(-1, -2)
        scores = tokens @ tokens.transpose(-1, -2) / 2 + torch.zeros(6, 6).masked_fill(
            later, masked
        )
        return (scores.softmax(-1) @ tokens).transpose(-1, -2)

    fields = receptive_fields(Of(attend), torch.zeros(1, 1, 4, 6))
    assert torch.equal(fields[0, :, 0], ~later)


def test_attention_sees_all_and_fused_attention_what_it_may() -> None:
    fused = nn.functional.scaled_dot_product_attention
    tokens = torch.zeros(1, 1, 6, 4)
    assert receptive_fields(Of(lambda x: fused(x, x, x)), tokens)[:, 0, :, 0].all()
    causal = receptive_fields(Of(lambda x: fused(x, x, x, is_causal=True)), tokens)
    assert torch.equal(causal[:, 0, :, 0], torch.ones(6, 6).tril().bool())


READS: dict[str, tuple[Callable[[Tensor], Tensor], int]] = {
    "running sum": (lambda x: x.cumsum(-1), 5),
    "running maximum": (lambda x: x.cummax(-1).values, 5),
    "overwritten": (lambda x: x.clone().fill_(3) + x.roll(1, -1), 1),
    "sorted": (lambda x: x.sort(dim=-1).values, 9),
    "largest first": (lambda x: x.topk(9).values, 9),
    "dilated maximum": (lambda x: nn.functional.max_pool1d(x, 3, 1, 1, dilation=2), 3),
    "difference": (lambda x: torch.add(x, x.roll(1, -1), alpha=-1), 2),
    "rounded quotient": (lambda x: x.div(2, rounding_mode="floor"), 1),
    "variance": (lambda x: x - x.var(-1, keepdim=True), 9),
    "maximum": (lambda x: x - x.max(-1, keepdim=True).values, 9),
    "length": (lambda x: nn.functional.normalize(x, dim=-1), 9),
    "matrix": (lambda x: (x.mT @ x[..., :3]).mT, 4),
    "chosen by a mask": (lambda x: torch.where(torch.arange(9) > 4, x.roll(1, -1), x), 1),
    "chosen by the input": (lambda x: torch.where(x.roll(1, -1) > 0, x, 0), 2),
    "filled": (lambda x: x.masked_fill(torch.arange(9) == 4, 5) + x.roll(2, -1), 1),
    "nothing times": (lambda x: 0 * x.roll(2, -1) + x, 1),
    "noise": (lambda x: x * torch.rand_like(x.roll(1, -1)), 1),
    "shapes alone": (lambda x: x + torch.zeros_like(x.roll(1, -1)), 1),
    "overlapping memory": (lambda x: x.as_strided((1, 1, 7, 3), (9, 9, 1, 1)).sum(-1), 3),
    "other numbers": (lambda x: (x > 0).int().roll(1, -1).float().round() + x.to(torch.int8), 2),
}


@pytest.mark.parametrize("name", READS)
def test_what_functions_read_in_the_middle(name: str) -> None:
    function, pixels = READS[name]
    assert receptive_field(Of(function), torch.zeros(1, 1, 9)).count == pixels


def test_a_recurrent_layer_sees_the_past() -> None:
    steps = Of(lambda x, gru: gru(x.mT)[0].mT, nn.GRU(2, 3, batch_first=True))
    fields = receptive_fields(steps, torch.zeros(1, 2, 5))
    assert torch.equal(fields, torch.ones(5, 5).tril().bool())


def test_writing_in_place_is_followed() -> None:
    def written(x: Tensor) -> Tensor:
        y = x.clone()
        y[..., 1:] += x[..., :-1]
        return y.relu_()

    fields = receptive_fields(Of(written), torch.zeros(1, 1, 5))
    assert torch.equal(fields, torch.ones(5, 5).tril().triu(-1).bool())


@pytest.mark.parametrize(("mode", "taps"), [("nearest", 1), ("bilinear", 2), ("bicubic", 4)])
def test_enlarging_reads_its_taps(mode: str, taps: int) -> None:
    """At twice the size a unit is between two pixels, at three times every third is upon one."""
    for scale, read in ((2, taps), (3, 1)):
        network = nn.Upsample(scale_factor=scale, mode=mode)
        field = receptive_field(network, torch.zeros(1, 1, 9, 9), unit=(13, 13))
        assert field.size == (read, read)


def alexnet() -> dict[str, nn.Module]:
    """The layers of slim's alexnet_v2 along one axis; padding "same" where it has that."""
    return {
        "conv1": nn.Conv1d(1, 1, 11, stride=4),
        "pool1": nn.MaxPool1d(3, stride=2),
        "conv2": nn.Conv1d(1, 1, 5, padding=2),
        "pool2": nn.MaxPool1d(3, stride=2),
        "conv3": nn.Conv1d(1, 1, 3, padding=1),
        "conv4": nn.Conv1d(1, 1, 3, padding=1),
        "conv5": nn.Conv1d(1, 1, 3, padding=1),
        "pool5": nn.MaxPool1d(3, stride=2),
    }


PUBLISHED = {  # size and stride of the table of google-research/receptive_field
    "conv1": (11, 4),
    "pool1": (19, 8),
    "conv2": (51, 8),
    "pool2": (67, 16),
    "conv3": (99, 16),
    "conv4": (131, 16),
    "conv5": (163, 16),
    "pool5": (195, 32),
}


@pytest.mark.parametrize("layer", PUBLISHED)
def test_the_layers_of_alexnet(layer: str) -> None:
    layers = alexnet()
    names = list(layers)[: list(layers).index(layer) + 1]
    network = nn.Sequential(*(layers[name] for name in names))
    field = receptive_field(network, torch.zeros(1, 1, 500))
    assert (*field.size, *field.stride) == PUBLISHED[layer]
    assert field.cut == ((False, False),)


def vgg16() -> nn.Module:
    """Up to pool5, with one channel and its ReLUs."""
    found: list[nn.Module] = []
    for convolutions in (2, 2, 3, 3, 3):
        found += [nn.Conv2d(1, 1, 3, padding=1), nn.ReLU()] * convolutions + [nn.MaxPool2d(2)]
    return nn.Sequential(*found)


def test_vgg_16() -> None:
    """In two dimensions, on images of the size that it was made for."""
    field = receptive_field(vgg16(), torch.zeros(1, 1, 224, 224))
    assert (field.size, field.stride, field.padding) == ((212, 212), (32, 32), (90, 90))
    assert field.count == 212**2


def bottleneck(strides: tuple[int, int]) -> nn.Module:
    """1 x 1, 3 x 3 and 1 x 1 with the strides of the first two, beside a 1 x 1 with both."""
    first, second = strides
    return branches(
        nn.Conv1d(1, 1, 1, stride=first * second),
        nn.Sequential(
            nn.Conv1d(1, 1, 1, stride=first),
            nn.BatchNorm1d(1),
            nn.ReLU(),
            nn.Conv1d(1, 1, 3, stride=second, padding=1),
            nn.Conv1d(1, 1, 1),
        ),
    )


def resnet50(strided: Callable[[int, int, int], tuple[int, int]]) -> nn.Module:
    """Along one axis; `strided(stage, unit, units)` tells the strides of a bottleneck."""
    stem = [nn.Conv1d(1, 1, 7, stride=2, padding=3), nn.MaxPool1d(3, stride=2, padding=1)]
    units = [
        bottleneck(strided(stage, unit, count))
        for stage, count in enumerate((3, 4, 6, 3))
        for unit in range(count)
    ]
    return nn.Sequential(*stem, *units).eval()


RESNETS = {
    # He et al. 2015: the first 1 x 1 of stages 2 to 4, so their 3 x 3 all have the wide step
    "paper": (lambda stage, unit, units: (2, 1) if stage and not unit else (1, 1), 483),
    # slim: the 3 x 3 of the last unit of stages 1 to 3, after which all have the wide step
    "slim": (
        lambda stage, unit, units: (1, 2) if stage < 3 and unit == units - 1 else (1, 1),
        483,
    ),
    # torchvision ("v1.5"): the first 3 x 3 of stages 2 to 4, which has the narrow step itself
    "torchvision": (lambda stage, unit, units: (1, 2) if stage and not unit else (1, 1), 427),
}


@pytest.mark.parametrize("name", RESNETS)
def test_resnet_50_depends_on_where_the_stride_sits(name: str) -> None:
    """483, the published end point, holds for the paper's and slim's ResNet, not torchvision's.

    Three 3 x 3 kernels, one per stage, have half the step: 427 = 483 - 2 (4 + 8 + 16).
    """
    strided, size = RESNETS[name]
    field = receptive_field(resnet50(strided), torch.zeros(1, 1, 1100))
    assert (field.size, field.stride, field.cut) == ((size,), (32,), ((False, False),))
    assert field.count == size


def test_mobilenet_v1() -> None:
    strides = [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    network = nn.Sequential(*(nn.Conv1d(1, 1, 3, s, padding=1) for s in strides))
    field = receptive_field(network, torch.zeros(1, 1, 700))
    assert (field.size, field.stride) == ((315,), (32,))


def chain(*kernels: int, last: int = 1) -> nn.Module:
    strides = [1] * (len(kernels) - 1) + [last]
    pairs = zip(kernels, strides, strict=True)
    return nn.Sequential(*(nn.Conv1d(1, 1, k, s, padding=k // 2) for k, s in pairs))


def inception_v3() -> nn.Module:
    """Along one axis, on which a kernel of 7 x 1 has one tap."""
    pool, mean = partial(nn.MaxPool1d, 3, padding=1), nn.AvgPool1d(3, stride=1, padding=1)
    seven = [branches(chain(1), chain(1, 7), chain(1, 7, 7), mean) for _ in range(4)]
    three = [branches(chain(1), chain(1, 3), chain(1, 3, 3), mean) for _ in range(2)]
    return nn.Sequential(
        *(chain(3, last=2), chain(3, 3), pool(stride=2), chain(1, 3), pool(stride=2)),
        *(branches(chain(1), chain(1, 5), chain(1, 3, 3), mean) for _ in range(3)),
        branches(chain(3, last=2), chain(1, 3, 3, last=2), pool(stride=2)),
        *seven,
        branches(chain(1, 3, last=2), chain(1, 7, 3, last=2), pool(stride=2)),
        *three,
    )


def test_inception_v3() -> None:
    field = receptive_field(inception_v3(), torch.zeros(1, 1, 3000))
    assert (field.size, field.stride) == ((1311,), (32,))


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_any_type_and_the_meta_device(dtype: torch.dtype) -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU()).eval().to(dtype)
    for device in ("cpu", "meta"):
        x = torch.zeros(1, 1, 8, 8, dtype=dtype, device=device)
        assert receptive_field(network.to(device), x).size == (3, 3)


def test_the_network_is_left_as_it_was() -> None:
    network = nn.Sequential(nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2), nn.Dropout(0.5), nn.ReLU(True))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    state = torch.get_rng_state()
    receptive_field(network, torch.ones(3, 1, 9))
    assert torch.equal(torch.get_rng_state(), state) and network.training
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
    assert all(parameter.grad is None for parameter in network.parameters())


REFUSED: dict[str, tuple[Callable[[Tensor], Any], str]] = {
    "unknown": (
        lambda x: torch.fft.rfft(x).abs(),
        "no rule says what aten._fft_r2c.default reads",
    ),
    "index": (lambda x: x.gather(-1, x.argsort()), "cannot tell what aten.gather.default reads"),
    "memory": (lambda x: x[..., ::2].as_strided((1, 1, 3), (9, 9, 1)), "as_strided on a tensor"),
    "bits": (lambda x: x.view(torch.int32).float(), "no rule says what aten.view.dtype reads"),
    "decision": (lambda x: x if x.mean() > 0 else -x, "takes a number out of a tensor"),
    "several": (lambda x: (x, x), "returns a tuple, not one tensor"),
    "nothing": (lambda x: 0 * x, r"the unit \(4,\) depends on no pixel"),
    "constant": (lambda x: torch.ones_like(x), r"the unit \(4,\) depends on no pixel"),
    "number": (lambda x: x.sum(), r"\(N, O, \*positions\), not \(\)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_followed_is_named(name: str) -> None:
    function, problem = REFUSED[name]
    with pytest.raises(ValueError, match=problem):
        receptive_field(Of(function), torch.zeros(1, 1, 9))


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
