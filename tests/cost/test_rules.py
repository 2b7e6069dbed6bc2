"""Tests of convlab.cost.rules: closed forms against networks of ones and torch's counter.

Where all weights and inputs are 1, an output is the number of its products that met a pixel.
"""

from functools import partial
from itertools import product
from math import exp, prod, sqrt
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from convlab.cost import cost
from convlab.cost.network import multiply_adds_run
from convlab.layers import Capsules, Lengths, PrimaryCapsules

TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}


def products(layer: nn.Module, *inputs: Tensor) -> int:
    """The products that reach the output, by computing it from ones."""
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            parameter.fill_(float("weight" in name))
    return int(layer.double()(*(torch.ones_like(x, dtype=torch.float64) for x in inputs)).sum())


@st.composite
def transposed(draw: st.DrawFn) -> tuple[tuple[int, ...], dict[str, Any]]:
    """The size of an input, and the options of a transposed convolution that leaves an output."""
    dims = draw(st.integers(1, 3))

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw(st.lists(st.integers(low, high), min_size=dims, max_size=dims)))

    stride, dilation = each(1, 3), each(1, 2)
    kernel, size = each(1, 3), each(1, 4)
    more = [min(o, max(s, d) - 1) for o, s, d in zip(each(0, 2), stride, dilation, strict=True)]
    axes = zip(size, stride, dilation, kernel, more, each(0, 2), strict=True)
    padding = [min(p, ((n - 1) * s + d * (k - 1) + o) // 2) for n, s, d, k, o, p in axes]
    groups = draw(st.integers(1, 2))
    channels = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    options = {"stride": stride, "padding": padding, "output_padding": more, "groups": groups}
    return size, {
        "in_channels": channels[0],
        "out_channels": channels[1],
        "kernel_size": kernel,
        "dilation": dilation,
        **options,
    }


@settings(deadline=None, max_examples=60)
@given(transposed(), st.integers(1, 2))
def test_transposed_convolutions(
    case: tuple[tuple[int, ...], dict[str, Any]], samples: int
) -> None:
    size, options = case
    layer = TRANSPOSED[len(size)](**options)
    x = torch.zeros(samples, options["in_channels"], *size)
    spent = cost(layer, x)
    kernels = options["in_channels"] * options["out_channels"] // options["groups"]
    assert spent.multiply_adds == kernels * prod(size) * prod(options["kernel_size"])
    assert spent.multiply_adds == spent.executed_multiply_adds
    assert multiply_adds_run(partial(layer, x)) == samples * spent.multiply_adds
    assert products(layer, x) == samples * spent.effective_multiply_adds


CELLS = {"RNN": 1, "GRU": 3, "LSTM": 4}  # matrices of inputs, and as many of hidden units


@pytest.mark.parametrize(
    "kind, layers, both, batch_first",
    [*product(CELLS, (1, 2), (False, True), (False, True))],
)
def test_recurrent_layers_take_each_weight_once_per_step(
    kind: str, layers: int, both: bool, batch_first: bool
) -> None:
    options = {"num_layers": layers, "bidirectional": both, "batch_first": batch_first}
    layer, x = getattr(nn, kind)(3, 5, **options), torch.zeros(2, 2, 3)
    if not batch_first:
        x = torch.zeros(7, 2, 3)
    steps, ways, matrices = (2 if batch_first else 7), 1 + both, CELLS[kind]
    expected = 0
    for number in range(layers):
        inputs = 3 if number == 0 else 5 * ways
        expected += ways * steps * matrices * 5 * (inputs + 5)
    samples = len(x)  # the first axis is what `cost` takes for samples
    spent = cost(layer, x)
    assert spent.multiply_adds == -(-2 * expected // samples)
    assert spent.executed_multiply_adds == spent.multiply_adds
    on_meta, nothing = layer.to("meta"), x.to("meta")  # where torch does not fuse the steps
    assert multiply_adds_run(partial(on_meta, nothing)) == 2 * expected
    assert spent.uncounted == (() if kind == "RNN" else (f"{kind}: gates",))


def test_projections_and_packed_sequences() -> None:
    class Packed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = nn.LSTM(3, 5, proj_size=2, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            packed = pack_padded_sequence(x, torch.tensor([4, 1]), batch_first=True)
            y: Tensor = self.inside(packed)[0].data
            return y

    network, x = Packed(), torch.zeros(2, 4, 3)
    per_step = 4 * 5 * (3 + 2) + 5 * 2
    assert 2 * cost(network, x).multiply_adds == 5 * per_step
    assert multiply_adds_run(partial(network, x)) == 5 * per_step


@pytest.mark.parametrize("cell, matrices", [("RNNCell", 1), ("GRUCell", 3), ("LSTMCell", 4)])
def test_cells(cell: str, matrices: int) -> None:
    layer, x = getattr(nn, cell)(3, 5), torch.zeros(6, 3)
    assert cost(layer, x).multiply_adds == matrices * 5 * (3 + 5)
    assert multiply_adds_run(partial(layer, x)) == 6 * matrices * 5 * (3 + 5)


class Attending(nn.Module):
    """Attention to a part of its own input, with the arguments by name."""

    def __init__(self, keys: int, **options: Any) -> None:
        super().__init__()
        self.keys, self.inside = keys, nn.MultiheadAttention(8, 2, **options)

    def forward(self, x: Tensor) -> Tensor:
        seen = x.narrow(int(self.inside.batch_first), 0, self.keys)
        y: Tensor = self.inside(value=seen[..., : self.inside.vdim], key=seen, query=x)[0]
        return y


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_first": True},
        {"vdim": 3, "add_bias_kv": True},
        {"add_zero_attn": True, "dropout": 0.5},
    ],
)
def test_attention(options: dict[str, Any]) -> None:
    network, x = Attending(3, **options), torch.zeros(4, 4, 8)
    spent = cost(network, x)
    queries, keys, seen = 4, 3, 3 + len({"add_bias_kv", "add_zero_attn"} & options.keys())
    projections = 8 * (2 * 8 * queries + (8 + options.get("vdim", 8)) * keys)
    mixtures = 2 * sum(1 for _ in product(range(queries), range(seen), range(8)))
    assert spent.multiply_adds == spent.executed_multiply_adds == projections + mixtures
    assert multiply_adds_run(partial(network, x)) == 4 * spent.multiply_adds


def test_attention_without_a_batch() -> None:
    class Alone(nn.MultiheadAttention):
        pass

    layer, x = Alone(8, 2), torch.zeros(5, 8)

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = layer

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.inside(x, x, x)[0]
            return y

    assert 5 * cost(Network(), x).multiply_adds == multiply_adds_run(partial(layer, x, x, x))


class Counting:
    """Capsules computed number by number, counting each product that is added to others."""

    def __init__(self) -> None:
        self.products = 0

    def dot(self, a: list[float], b: list[float]) -> float:
        self.products += len(a)
        return sum(x * y for x, y in zip(a, b, strict=True))

    def squash(self, s: list[float]) -> list[float]:
        length = sqrt(self.dot(s, s))
        return [x * length / (1 + length**2) for x in s]

    def capsules(self, weight: list[Any], u: list[list[float]], rounds: int) -> list[list[float]]:
        predictions = [
            [[self.dot(row, capsule) for row in matrix] for matrix in matrices]
            for matrices, capsule in zip(weight, u, strict=True)
        ]
        outputs, features = len(weight[0]), len(weight[0][0])
        v = [
            self.squash([sum(p[o][e] for p in predictions) / outputs for e in range(features)])
            for o in range(outputs)
        ]
        agreement = [[0.0] * outputs for _ in u]
        for _ in range(rounds):
            for i, o in product(range(len(u)), range(outputs)):
                agreement[i][o] += self.dot(predictions[i][o], v[o])
            shares = [[exp(b) / sum(map(exp, row)) for b in row] for row in agreement]
            v = [
                self.squash(
                    [
                        self.dot([row[o] for row in shares], [p[o][e] for p in predictions])
                        for e in range(features)
                    ]
                )
                for o in range(outputs)
            ]
        return v


@settings(deadline=None, max_examples=20)
@given(st.tuples(*[st.integers(1, 3)] * 4), st.integers(0, 3), st.integers(1, 2))
def test_capsules_take_what_loops_count(
    sizes: tuple[int, int, int, int], rounds: int, samples: int
) -> None:
    layer = Capsules(*sizes, rounds, dtype=torch.float64)
    u = torch.rand(samples, sizes[0], sizes[2], dtype=torch.float64)
    loops = Counting()
    expected = [loops.capsules(layer.weight.tolist(), each, rounds) for each in u.tolist()]
    torch.testing.assert_close(layer(u), torch.tensor(expected, dtype=torch.float64))
    spent = cost(layer, u)
    assert samples * spent.multiply_adds == loops.products
    assert spent.multiply_adds == spent.effective_multiply_adds and spent.uncounted == ()
    if min(sizes) > 1:  # else torch multiplies number by number where a sum has one term
        assert spent.executed_multiply_adds == spent.multiply_adds


def test_capsules_of_a_map_and_their_lengths_take_the_squares() -> None:
    network, x = nn.Sequential(PrimaryCapsules(4), Lengths()), torch.rand(2, 8, 3, 5)
    loops = Counting()
    for capsule in network[0](x).flatten(0, 1).tolist():
        loops.squash(capsule)
        loops.dot(capsule, capsule)
    spent = cost(network, x)
    assert 2 * spent.multiply_adds == loops.products == 2 * 2 * 8 * 3 * 5
    assert spent.executed_multiply_adds == spent.multiply_adds and spent.uncounted == ()


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_bilinear_takes_one_per_weight(first: int, second: int, outputs: int) -> None:
    class Squared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inside = nn.Bilinear(first, second, outputs)

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.inside(x[..., :first], x[..., :second])
            return y

    x = torch.zeros(3, max(first, second))
    spent = cost(Squared(), x)
    assert 3 * spent.multiply_adds == products(Squared(), x)
    assert spent.executed_multiply_adds == spent.multiply_adds


def test_looking_up_is_no_product() -> None:
    spent = cost(nn.Embedding(9, 4), torch.zeros(2, 3, dtype=torch.long))
    assert (spent.multiply_adds, spent.uncounted) == (0, ())
    summed = cost(nn.EmbeddingBag(9, 4), torch.zeros(2, 3, dtype=torch.long))
    assert (summed.multiply_adds, summed.uncounted) == (0, ())
