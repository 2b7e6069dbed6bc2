"""Tests of convlab.cost.formulas and kinds: what a network multiplies outside of layers.

Where all operands are 1 the sum of a matrix product is the number of its multiply-adds.
"""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from convlab.cost import cost
from convlab.cost.kinds import MULTIPLYING, PLAIN
from convlab.cost.network import multiply_adds_run

Function = Callable[[Tensor], Tensor]


class Functional(nn.Module):
    """A network that is a function of its input, and has no layers."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


PRODUCTS: dict[str, Function] = {  # of x (2, 3, 4)
    "mm": lambda x: x[0] @ x[1].T,
    "bmm": lambda x: x @ x.mT,
    "matmul, broadcast": lambda x: x @ x.new_ones(5, 1, 4, 2),
    "mv": lambda x: x[0] @ x[0, 0],
    "dot": lambda x: x[0, 0] @ x[0, 1],
    "linear": lambda x: functional.linear(x, x[0]),
    "tensordot": lambda x: torch.tensordot(x, x, dims=([1, 2], [1, 2])),
    "einsum": lambda x: torch.einsum("bid,ijdk->bijk", x, x.new_ones(3, 5, 4, 2)),
    "einsum of three": lambda x: torch.einsum("bij,bkj->ik", x, x),
    "addmm": lambda x: torch.addmm(x.new_zeros(3, 3), x[0], x[1].T),
    "addmm in place": lambda x: x.new_zeros(3, 3).addmm_(x[0], x[1].T),
    "baddbmm": lambda x: torch.baddbmm(x.new_zeros(1), x, x.mT),
    "baddbmm in place": lambda x: x.new_zeros(2, 3, 3).baddbmm_(x, x.mT),
    "bmm into a buffer": lambda x: torch.bmm(x, x.mT, out=x.new_zeros(2, 3, 3)),
    "addbmm": lambda x: torch.addbmm(x.new_zeros(3, 3), x, x.mT),
    "addmv": lambda x: torch.addmv(x.new_zeros(3), x[0], x[0, 0]),
    "conv1d": lambda x: functional.conv1d(x, x.new_ones(5, 3, 2)),
    "conv_transpose1d": lambda x: functional.conv_transpose1d(x, x.new_ones(3, 2, 2), stride=2),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_products_of_tensors_are_counted(name: str) -> None:
    network, x = Functional(PRODUCTS[name]), torch.ones(2, 3, 4)
    spent = cost(network, x)
    products = int(network(x).sum())
    assert spent.uncounted == ()
    assert spent.multiply_adds == -(-products // 2) == spent.executed_multiply_adds
    (layer,) = spent.layers
    assert (layer.name, layer.kind, layer.ruled) == ("", "Functional", False)
    assert sum(layer.operations.values()) == layer.multiply_adds
    if name not in ("mv", "dot", "baddbmm in place", "addmm in place", "addbmm", "addmv"):
        assert multiply_adds_run(partial(network, x)) == products  # torch knows no more


@pytest.mark.parametrize("name", PRODUCTS)
def test_meta_counts_the_same_products(name: str) -> None:
    network = Functional(PRODUCTS[name])
    on_meta = cost(network, torch.ones(2, 3, 4, device="meta"))
    assert on_meta.multiply_adds == cost(network, torch.ones(2, 3, 4)).multiply_adds


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 3), st.integers(1, 3))
def test_padding_outside_of_layers_is_not_effective(
    size: int, taps: int, padding: int, stride: int
) -> None:
    if size + 2 * padding < taps:
        return
    x, kernel = torch.ones(1, 1, size), torch.ones(1, 1, taps)
    network = Functional(lambda x: functional.conv1d(x, kernel, None, stride, padding))
    spent = cost(network, x)
    assert spent.effective_multiply_adds == int(network(x).sum())
    assert spent.multiply_adds == taps * network(x).numel()


def test_fused_attention_is_counted_as_its_products() -> None:
    query = torch.zeros(2, 3, 5, 8, requires_grad=True)
    network = Functional(lambda q: functional.scaled_dot_product_attention(q, q, q[..., :4]))
    same = Functional(lambda q: functional.scaled_dot_product_attention(q, q, q))
    for each, features in ((network, 8 + 4), (same, 8 + 8)):
        expected = 3 * 5 * 5 * features
        assert cost(each, query).multiply_adds == expected
        assert cost(each.to("meta"), query.to("meta")).multiply_adds == expected
        with sdpa_kernel(SDPBackend.MATH):
            assert multiply_adds_run(partial(each, query)) == 2 * expected


@torch.library.custom_op("convlab_tests::doubled", mutates_args=())
def doubled(x: Tensor) -> Tensor:
    return 2 * x


doubled.register_autograd(lambda ctx, gradient: 2 * gradient)

UNCOUNTED: dict[str, tuple[Function, str]] = {
    "product-sum": (lambda x: (x * x.flip(0)).sum(-1), "aten.mul"),
    "in place": (lambda x: x.clone().mul_(x), "aten.mul"),
    "fused": (lambda x: torch.addcmul(x, x, x), "aten.addcmul"),
    "squares": (lambda x: x.square().sum(), "aten.pow"),
    "gate": (lambda x: functional.glu(x), "aten.glu"),
    "cubes": (lambda x: torch.linalg.vector_norm(x, 3, dim=-1), "aten.linalg_vector_norm"),
    "variance": (lambda x: x.var(dim=-1), "aten.var"),
    "fourier": (lambda x: torch.fft.rfft(x).abs(), "aten._fft_r2c"),
    "distances": (lambda x: torch.cdist(x, x, p=3), "aten._cdist_forward"),
    "root of squares": (lambda x: torch.hypot(x, x), "aten.hypot"),
    "entropy": (lambda x: torch.xlogy(x, x), "aten.xlogy"),
    "between pixels": (
        lambda x: functional.interpolate(x, scale_factor=2.0, mode="linear"),
        "aten.upsample_linear1d",
    ),
    "custom": (doubled, "convlab_tests.doubled"),
}


EYE = torch.eye(6)  # stores six numbers
TABLE = torch.ones(9, 5)
BAGS = torch.tensor([[1, 2, 3], [0, 3, 8]])
COUNTED: dict[str, tuple[Function, int]] = {  # of x (6, 8), for all of it
    "grouped rows": (
        lambda x: torch._grouped_mm(
            x.bfloat16(), torch.ones(2, 8, 16).bfloat16(), torch.tensor([2, 6]).int()
        ),
        6 * 8 * 16,
    ),
    "grouped columns": (
        lambda x: torch._grouped_mm(
            x.mT.bfloat16()[:, :4].contiguous().repeat(1, 4),
            torch.ones(16, 24).bfloat16(),
            torch.tensor([8, 16]).int(),
        ),
        8 * 16 * 24,
    ),
    "bilinear": (lambda x: functional.bilinear(x, x[:, :3], torch.ones(5, 8, 3)), 6 * 5 * 8 * 3),
    "distances": (lambda x: torch.cdist(x, torch.ones(4, 8)), 6 * 4 * 8),
    "many distances": (lambda x: torch.cdist(x, torch.ones(40, 8)), 6 * 40 * 8),
    "city blocks": (lambda x: torch.cdist(x, x, p=1), 0),
    "pairs": (lambda x: torch.pdist(x), 15 * 8),
    "lengths": (lambda x: torch.linalg.vector_norm(x, dim=-1), 6 * 8),
    "sums of sizes": (lambda x: torch.linalg.vector_norm(x, 1), 0),
    "greatest": (lambda x: torch.linalg.vector_norm(x, float("inf"), dim=0), 0),
    "sparse": (lambda x: torch.sparse.mm(EYE.to_sparse(), x), 6 * 8),
    "sparse @": (lambda x: EYE.to_sparse() @ x, 6 * 8),
    "rows": (lambda x: EYE.to_sparse_csr() @ x, 6 * 8),
    "@ sparse": (lambda x: x.mT @ EYE.to_sparse(), 6 * 8),
    "sparse vector": (lambda x: EYE.to_sparse() @ x[:, 0], 6),
    "both sparse": (
        lambda x: (torch.ones(6, 6).triu().to_sparse() @ EYE.to_sparse()).to_dense(),
        21,
    ),
    "sparse sum": (lambda x: torch.sparse.addmm(x, EYE.to_sparse(), x), 6 * 8),
    "batch": (
        lambda x: torch.bmm(torch.stack([EYE.to_sparse()] * 2), torch.stack([x, x])),
        2 * 6 * 8,
    ),
    "sum of batches": (lambda x: torch.addbmm(EYE, x[None], x.mT[None]), 6 * 8 * 6),
    "vector": (lambda x: torch.addmv(x[:, 0], x, x[0]), 6 * 8),
    "dot": (lambda x: torch.vdot(x[0], x[1])[None], 8),
    "inner": (lambda x: torch.inner(x, x), 6 * 8 * 6),
    "tensordot": (lambda x: torch.tensordot(x, x, dims=([0], [0])), 8 * 6 * 8),
    "einsum": (lambda x: torch.einsum("nc,nc->n", x, x), 6 * 8),
    "along time": (
        lambda x: torch.conv_tbc(x.view(6, 2, 4), torch.ones(3, 4, 5), torch.ones(5)),
        4 * 2 * 3 * 4 * 5,
    ),
    "weighed bags": (
        lambda x: functional.embedding_bag(
            BAGS, TABLE, per_sample_weights=torch.ones(2, 3), mode="sum"
        ),
        6 * 5,
    ),
    "bags": (lambda x: functional.embedding_bag(BAGS, TABLE), 0),
    "grouped queries": (
        lambda x: functional.scaled_dot_product_attention(
            torch.ones(2, 4, 6, 8), torch.ones(2, 2, 5, 8), torch.ones(2, 2, 5, 8), enable_gqa=True
        ),
        2 * 4 * 6 * 5 * 16,
    ),
    "dynamically quantised": (lambda x: torch.ao.nn.quantized.dynamic.Linear(8, 5)(x), 6 * 8 * 5),
    "quantised": (
        lambda x: torch.ao.nn.quantized.Conv1d(6, 4, 3, padding=1)(
            torch.quantize_per_tensor(x[None], 0.1, 0, torch.quint8)
        ),
        8 * 3 * 6 * 4,
    ),
}


@pytest.mark.filterwarnings("ignore")  # what is in beta, or will move to another package
@pytest.mark.parametrize("name", COUNTED)
def test_what_has_a_formula_is_counted_by_it(name: str) -> None:
    function, expected = COUNTED[name]
    spent = cost(Functional(function), torch.ones(6, 8))
    assert sum(layer.operations[each] for layer in spent.layers for each in layer.operations) == (
        spent.multiply_adds
    )
    assert (spent.multiply_adds, spent.uncounted) == (-(-expected // 6), ())


HARMLESS: dict[str, Function] = {
    "hardswish": functional.hardswish,
    "nearest": lambda x: functional.interpolate(x, scale_factor=2.0, mode="nearest-exact"),
    "unpooled": lambda x: functional.max_unpool1d(
        *functional.max_pool1d(x, 2, return_indices=True), [2]
    ),
    "unpooled images": lambda x: functional.max_unpool2d(
        *functional.max_pool2d(x, 2, return_indices=True), [2, 2]
    ),
    "written": lambda x: x.index_copy(0, torch.tensor([0]), x[1:]),
    "filled": lambda x: x.index_fill(0, torch.tensor([0]), 1.0),
    "taken": lambda x: x.take(torch.tensor([0])),
    "diagonal": torch.diag_embed,
    "repeated": lambda x: x.repeat_interleave(torch.tensor([1, 2]), 0),
    "floor": lambda x: x // 2,
    "middle": lambda x: x.nanmedian(-1).values,
    "scattered": lambda x: x.masked_scatter(x > 5, x),
    "line": lambda x: x + torch.linspace(0, 1, 4),
    "packed": lambda x: nn.utils.rnn.pack_padded_sequence(x, torch.tensor([3, 2]), True).data,
    "drawn": lambda x: torch.multinomial(x[0], 2),
    "stored": lambda x: x.to_sparse().to_dense(),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_moves_or_adds_is_not_named(name: str) -> None:
    spent = cost(Functional(HARMLESS[name]), torch.ones(2, 3, 4))
    assert (spent.multiply_adds, spent.uncounted) == (0, ())


@pytest.mark.parametrize("name", UNCOUNTED)
def test_what_may_multiply_is_named(name: str) -> None:
    function, operation = UNCOUNTED[name]
    spent = cost(Functional(function), torch.ones(2, 3, 4))
    assert spent.multiply_adds == 0
    assert f"Functional: {operation}" in spent.uncounted


@pytest.mark.parametrize(
    "layer",
    [
        *(nn.ReLU(), nn.GELU(), nn.Sigmoid(), nn.Softmax(1), nn.PReLU(), nn.LogSigmoid()),
        *(nn.MaxPool1d(2), nn.AvgPool1d(2), nn.AdaptiveMaxPool1d(1), nn.AdaptiveAvgPool1d(1)),
        *(nn.Flatten(), nn.Identity(), nn.ZeroPad1d(1), nn.ReflectionPad1d(1)),
        *(nn.Upsample(scale_factor=2), nn.CircularPad1d(1), nn.Hardtanh(), nn.Softplus()),
        *(nn.Dropout(0.5), nn.Dropout1d(0.5), nn.AlphaDropout(0.5)),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_what_adds_and_compares_does_nothing(layer: nn.Module) -> None:
    spent = cost(layer, torch.ones(2, 4, 4))
    assert (spent.multiply_adds, spent.uncounted) == (0, ())
    assert [row.kind for row in spent.layers] == [type(layer).__name__]


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(4), nn.LayerNorm(4), nn.GroupNorm(2, 4)])
def test_normalisation_is_named(layer: nn.Module) -> None:
    (named,) = cost(layer, torch.ones(2, 4, 4)).uncounted
    assert named.startswith(f"{type(layer).__name__}: aten.")


def test_numbers_scale_and_tensors_multiply() -> None:
    scaled = Functional(lambda x: 2 * x / 3 + x * torch.tensor(2.0) - 1)
    assert cost(scaled, torch.ones(2, 3)).uncounted == ()


@pytest.mark.parametrize("name", sorted(PLAIN | MULTIPLYING))
def test_the_named_operations_exist(name: str) -> None:
    packet = name.removeprefix("aten.")
    assert hasattr(torch.ops.aten, packet) or hasattr(torch.ops.aten, f"{packet}_")
