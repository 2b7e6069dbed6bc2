"""Tests of the networks that `compare` trains: equally wide, or with equally many parameters."""

import re
from collections.abc import Callable
from functools import cache, partial
from math import ceil
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from convlab.errors import UsageError
from convlab.lab import networks
from convlab.models import MODELS, Shape
from experiments.efficiency import _contenders
from experiments.efficiency._contenders import (
    NO_WIDTH,
    WITHOUT_WIDTH,
    contenders,
    equal_width,
    matching_width,
    parameter_count,
)

shapes = st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12))
names = st.sampled_from(sorted(MODELS))
widths = st.integers(1, 5)
family = settings(max_examples=50, deadline=None, derandomize=True)


def closed_form(name: str, shape: Shape, classes: int, width: int) -> int:
    """The parameters as one counts them on paper: each kernel, each bias, each place."""
    channels, *size = shape
    whole, half, quarter = (ceil(size[0] / p) * ceil(size[1] / p) for p in (1, 2, 4))
    if name == "linear":
        return (channels * whole + 1) * classes
    if name == "mlp":
        return (channels * whole + 1) * width + (width + 1) * classes
    if name == "bag-of-parts":
        return (25 * channels + 1) * width + (width + 1) * (width + classes)
    if name == "capsule":
        below = (9 * channels + 1) * width + (9 * width + 1) * 4 * width
        return below + width * quarter * classes * 4 * 8 + (classes + 1) * classes
    quarter = 1 if name in ("cnn-gap", "cnn-gmp") else quarter
    places = (whole, half) if name == "local" else (1, 1)
    first = places[0] * (9 * channels + 1) * width
    second = places[1] * (9 * width + 1) * 2 * width
    return first + second + (2 * width * quarter + 1) * classes


@family
@given(names, shapes, st.integers(2, 5), widths)
def test_parameters_are_the_closed_form(name: str, shape: Shape, classes: int, width: int) -> None:
    assert parameter_count(name, shape, classes, width) == closed_form(name, shape, classes, width)


def test_parameters_are_counted_without_memory_for_them() -> None:
    count = parameter_count("mlp", (1, 320, 280), 10, 100_000_000)  # 36 TB
    assert count == closed_form("mlp", (1, 320, 280), 10, 100_000_000)


@family
@given(names.filter(lambda name: name not in WITHOUT_WIDTH), shapes, st.integers(1, 50_000))
def test_no_other_width_matches_better(name: str, shape: Shape, count: int) -> None:
    width = matching_width(name, shape, 4, count)
    miss = abs(closed_form(name, shape, 4, width) - count)
    others = range(max(1, width - 3), width + 4)
    assert miss == min(abs(closed_form(name, shape, 4, other) - count) for other in others)


@family
@given(names.filter(lambda name: name not in WITHOUT_WIDTH), shapes, widths)
def test_a_network_matches_its_own_number(name: str, shape: Shape, width: int) -> None:
    assert matching_width(name, shape, 3, parameter_count(name, shape, 3, width)) == width


def test_a_network_without_width_cannot_be_matched() -> None:
    with pytest.raises(ValueError, match="linear has no width"):
        matching_width("linear", (1, 8, 8), 10, 1000)


@family
@given(shapes, widths)
def test_equally_wide_networks_end_in_the_same_layer(shape: Shape, channels: int) -> None:
    last = set()
    for name in ("mlp", "cnn", "local"):
        network = MODELS[name](shape, 4, equal_width(name, shape, channels))
        last.add(repr(list(network.modules())[-1]))
    assert len(last) == 1


@family
@given(st.permutations(sorted(MODELS)), shapes, widths)
def test_contenders_are_as_wide_or_as_large_as_the_first(
    names: list[str], shape: Shape, channels: int
) -> None:
    arms = contenders(names, torch.empty(0, *shape), 4, channels)
    first = arms["width", names[0]]
    assert first == arms["parameters", names[0]]
    for name in set(names) - WITHOUT_WIDTH:
        assert arms["width", name].width == equal_width(name, shape, channels)
        large = arms["parameters", name]
        assert large.width == matching_width(name, shape, 4, first.parameters)
        built = sum(p.numel() for p in large.build().parameters())
        assert built == large.parameters


def test_weights_gradients_and_two_moments_must_fit_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, int] = {}
    monkeypatch.setattr(_contenders, "require", lambda size, what: asked.update({what: size}))
    arms = contenders(["cnn", "local"], torch.empty(0, 1, 8, 8), 10, 2)
    assert asked == {f"training {arm.label}": 4 * 4 * arm.parameters for arm in arms.values()}


def pooled() -> nn.Module:
    return nn.Sequential(nn.AdaptiveMaxPool2d(2), nn.Flatten(), nn.Linear(4, 10))


def test_a_network_of_the_users_own_has_its_own_width_whatever_is_asked() -> None:
    images = torch.zeros(4, 1, 8, 8)
    arms = contenders(["cnn", "net.py:pooled"], images, 10, 4, lambda name: pooled)
    wide, large = (arms[equal, "net.py:pooled"] for equal in ("width", "parameters"))
    assert wide == large and large.parameters == 50 and large.label == "net.py:pooled"
    assert large.factors == {"arm": "net.py:pooled", "width": NO_WIDTH}
    assert str(large.build()) == str(pooled())
    assert large.build() is not large.build()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(nn.Linear, 8, 10), r"answers \(2, 1, 8, 10\) to 2 images"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 5)), r"answers \(2, 5\) .* 10 classes"),
        (cache(pooled), "is one network, and every seed trains another"),
    ],
)
def test_an_own_network_that_cannot_be_compared_is_refused(
    make: Callable[[], nn.Module], message: str
) -> None:
    with pytest.raises(UsageError, match=f"net.py:x {message}"):
        contenders(["net.py:x"], torch.zeros(4, 1, 8, 8), 10, 4, lambda name: make)


def test_what_an_own_network_raises_says_which_it_is() -> None:
    with pytest.raises(UsageError, match=r"^n\.py:x: RuntimeError: mat1 and mat2") as raised:
        contenders(
            ["n.py:x"], torch.zeros(4, 1, 9, 9), 10, 4, lambda name: lambda: nn.Linear(8, 10)
        )
    note = "raised by n.py:x for torch.float32 images of (2, 1, 9, 9)"
    assert raised.value.__notes__ == [note]


FILE = """import sys
from torch import nn

def building():
    raise ValueError("no weights today")

def ending():
    sys.exit(3)

class Forward(nn.Module):
    def forward(self, x):
        raise ValueError("no scores", "today")

def double():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).double()

def nothing():
    return nn.Sequential(nn.AdaptiveAvgPool2d((2, 5)), nn.Flatten())

def frozen():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).requires_grad_(False)

last = lambda: nn.LazyLinear(10)

def lazy():
    return nn.Sequential(nn.LazyConv2d(2, 3), nn.LazyBatchNorm2d(), nn.Flatten(), last())
"""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("building", "net.py:5: ValueError: no weights today"),
        ("ending", "net.py:8: RuntimeError: it ends the program"),
        ("Forward", "net.py:12: ValueError: ('no scores', 'today')"),
        ("double", "net.py:double: RuntimeError: mat1 and mat2 must have the same dtype"),
        ("nothing", "net.py:nothing has nothing to train"),
        ("frozen", "net.py:frozen has nothing to train"),
    ],
)
def test_what_is_wrong_with_an_own_network_is_said_by_its_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(FILE)
    with pytest.raises(UsageError, match=f"^{re.escape(message)}"):
        contenders([f"net.py:{name}"], torch.zeros(4, 1, 8, 8), 10, 4, networks.own)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import sys\ndef f(:\n", "own.py:2: SyntaxError: invalid syntax"),
        ("\nimport absent_here\n", "own.py:2: ModuleNotFoundError: No module named 'absent_here'"),
        ("import wrong\n", "wrong.py:3: SyntaxError: invalid syntax"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(text)
    Path("wrong.py").write_text("\n\ndef g(:\n")
    with pytest.raises(UsageError, match=re.escape(message)):
        contenders(["own.py:f"], torch.zeros(4, 1, 8, 8), 10, 4, networks.own)


def test_lazy_layers_have_their_sizes_before_parameters_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(FILE)
    arms = contenders(["net.py:lazy"], torch.zeros(4, 1, 8, 8), 10, 4, networks.own)
    arm = arms["width", "net.py:lazy"]
    assert arm.parameters == (9 + 1) * 2 + 4 + (2 * 36 + 1) * 10
    network = arm.build()
    assert all(each.training for each in network.modules())
    assert sum(each.numel() for each in network.parameters()) == arm.parameters
