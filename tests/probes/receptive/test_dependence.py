"""Tests of convlab.probes.dependence: what operations read, and what stops them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from convlab.probes.receptive import Dependence, receptive_field, receptive_fields
from tests.probes.receptive.functions import Of


def test_channels_and_examples_are_told_apart() -> None:
    """The third channel of the second example reads the second half of that example's channels."""
    dependence = Dependence.of(nn.Conv1d(4, 4, 1, groups=2), torch.zeros(2, 4, 3))
    outputs = torch.zeros(2, 4, 3, dtype=torch.bool)
    outputs[1, 2, 0] = True
    assert dependence.inputs(outputs).nonzero().tolist() == [[1, 2, 0], [1, 3, 0]]


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


SOBEL = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])[None, None]
ONE, HANN = torch.ones(1, 1), torch.hann_window(4)  # which begins with 0
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
    "numbers of a constant": (lambda x: x + torch.tensor(torch.arange(9).tolist()), 1),
    "added with a sign": (lambda x: torch.addmm(x[0], ONE, x[0].roll(1, -1), beta=-1)[None], 2),
    "added by no factor": (lambda x: torch.addmm(x[0], ONE, x[0].roll(1, -1), beta=0)[None], 1),
    "taken off": (lambda x: (0 * x).index_add(2, torch.arange(9), x, alpha=-1), 1),
    "negative divisor": (
        lambda x: nn.functional.avg_pool2d(x[None], (1, 3), 1, (0, 1), divisor_override=-3)[0],
        3,
    ),
    "Fourier transform": (lambda x: torch.fft.irfft(torch.fft.rfft(x).conj() * 2j, n=9), 9),
    "imaginary part": (lambda x: torch.complex(x, x.roll(1, -1)).imag, 2),
    "spectra": (lambda x: torch.stft(x[0], 4, 1, window=HANN, return_complex=True).abs(), 3),
    "shapes alone": (lambda x: x + torch.zeros_like(x.roll(1, -1)), 1),
    "overlapping memory": (lambda x: x.as_strided((1, 1, 7, 3), (9, 9, 1, 1)).sum(-1), 3),
    "other numbers": (lambda x: (x > 0).int().roll(1, -1).float().round() + x.to(torch.int8), 2),
}


@pytest.mark.parametrize("name", READS)
def test_what_functions_read_in_the_middle(name: str) -> None:
    function, pixels = READS[name]
    assert receptive_field(Of(function), torch.zeros(1, 1, 9)).count == pixels


@pytest.mark.long
@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_recurrent_layer_sees_the_past(kind: Any, dtype: torch.dtype) -> None:
    steps = Of(lambda x, layer: layer(x.mT)[0].mT, kind(2, 3, batch_first=True, dtype=dtype))
    fields = receptive_fields(steps, torch.zeros(1, 2, 5, dtype=dtype))
    assert torch.equal(fields, torch.ones(5, 5).tril().bool())


@pytest.mark.filterwarnings("ignore")  # of torch, while it imports its compiler
def test_compiled_parts_are_followed_as_they_were_written() -> None:
    compiled: Any = torch.compile(nn.Conv1d(1, 1, 3))
    for network in (compiled, nn.Sequential(compiled, nn.ReLU())):
        assert receptive_field(network, torch.zeros(1, 1, 8)).count == 3


@pytest.mark.filterwarnings("ignore")  # torch.jit is deprecated
@pytest.mark.parametrize("changed", [torch.jit.script, nn.DataParallel])
def test_what_is_no_network_of_layers_any_more_is_refused(changed: Any) -> None:
    with pytest.raises(ValueError, match="probe the network that it was made from"):
        receptive_field(changed(nn.Conv1d(1, 1, 3)), torch.zeros(1, 1, 8))


def test_writing_in_place_is_followed() -> None:
    def written(x: Tensor) -> Tensor:
        y = x.clone()
        y[..., 1:] += x[..., :-1]
        return y.relu_()

    fields = receptive_fields(Of(written), torch.zeros(1, 1, 5))
    assert torch.equal(fields, torch.ones(5, 5).tril().triu(-1).bool())


SIGNED: dict[str, tuple[nn.Module, int]] = {
    "bicubic, half": (nn.Upsample(scale_factor=0.5, mode="bicubic"), 16),
    "bicubic, third": (nn.Upsample(size=(4, 4), mode="bicubic", align_corners=True), 16),
    "bicubic, smoothed": (
        Of(partial(nn.functional.interpolate, size=(6, 6), mode="bicubic", antialias=True)),
        64,
    ),
    "Sobel": (Of(lambda x: nn.functional.conv2d(x, SOBEL)), 6),
    "negative divisor": (nn.AvgPool2d(3, 1, divisor_override=-9), 9),
    "difference": (Of(lambda x: torch.sub(x, x.roll(1, -1), alpha=2)), 2),
}


@pytest.mark.parametrize("name", SIGNED)
def test_the_first_operation_may_have_signs(name: str) -> None:
    """Nothing behind it: the gradient that arrives is the operation's own."""
    network, pixels = SIGNED[name]
    assert receptive_field(network, torch.zeros(1, 1, 12, 12)).count == pixels


@pytest.mark.parametrize(("mode", "taps"), [("nearest", 1), ("bilinear", 2), ("bicubic", 4)])
def test_enlarging_reads_its_taps(mode: str, taps: int) -> None:
    """At twice the size a unit is between two pixels, at three times every third is upon one."""
    for scale, read in ((2, taps), (3, 1)):
        network = nn.Upsample(scale_factor=scale, mode=mode)
        field = receptive_field(network, torch.zeros(1, 1, 9, 9), unit=(13, 13))
        assert field.size == (read, read)


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
        lambda x: torch.linalg.matrix_exp(x.mT @ x)[..., :1, :],
        "no rule says what aten.linalg_matrix_exp.default reads",
    ),
    "array": (lambda x: x + torch.from_numpy(x.numpy()), "numbers out of a tensor with `numpy`"),
    "numpy": (lambda x: x + torch.from_numpy(np.sin(x)), "of a tensor with `__array__`"),
    "list": (lambda x: x + torch.tensor(x.roll(1, -1).tolist()), "of a tensor with `tolist`"),
    "shared": (lambda x: x + torch.tensor(np.from_dlpack(x)), "of a tensor with `__dlpack__`"),
    "copied": (lambda x: x + torch.from_numpy(x.detach().cpu().numpy().copy()), "with `numpy`"),
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
