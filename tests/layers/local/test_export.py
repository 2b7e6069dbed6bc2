"""Tests of convlab.layers.local for programs that are traced: every way gives the layer's numbers.

The batch that is traced has another size than the batch that is tried afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import onnxruntime
import pytest
import torch
from torch import Tensor, nn
from torch.export import Dim
from torch.fx.experimental.proxy_tensor import make_fx
from torch.testing import assert_close

from convlab.layers import (
    LocallyConnected1d,
    LocallyConnected2d,
    LocallyConnected3d,
    locally_connected,
)
from convlab.layers.local.module import LocallyConnected
from tests.train.stripes import local, stripes, trained

Layer = Callable[[Tensor], Tensor]
Way = Callable[[nn.Module, Tensor], Layer]
LAYERS: dict[str, Callable[[], LocallyConnected]] = {
    "line": lambda: LocallyConnected1d(3, 4, 7, 3, dilation=2, padding=1, padding_mode="circular"),
    "square": lambda: LocallyConnected2d(4, 6, (5, 4), (3, 2), padding=1, groups=2, stride=(2, 1)),
    "same": lambda: LocallyConnected2d(1, 2, (5, 4), (2, 4), padding="same", bias="channel"),
    "mirror": lambda: LocallyConnected2d(2, 3, 4, 3, padding=2, padding_mode="reflect", bias=None),
    "cube": lambda: LocallyConnected3d(2, 2, 3, 2, padding=1, padding_mode="replicate"),
    "blocks": lambda: LocallyConnected2d(2, 4, (7, 6), 3, 2, 1, groups=2, block=(3, 1)),
    "large": lambda: LocallyConnected2d(8, 8, (24, 16), 3, padding=1),  # cut, where not traced
}
DYNAMIC = ({0: Dim.DYNAMIC},)


def export(layer: nn.Module, x: Tensor, strict: bool = False) -> Layer:
    program = torch.export.export(layer, (x,), dynamic_shapes=DYNAMIC, strict=strict)
    return program.module()


def compiled(layer: nn.Module, x: Tensor, backend: str = "aot_eager") -> Layer:
    torch.compiler.reset()
    return torch.compile(layer, fullgraph=True, backend=backend)


TRAINED: dict[str, Way] = {
    "fx": lambda layer, x: torch.fx.symbolic_trace(layer),
    "jit": torch.jit.trace,
    "script of fx": lambda layer, x: torch.jit.script(
        torch.fx.symbolic_trace(nn.Sequential(layer, nn.Identity()))
    ),
    "export": export,
    "strict export": lambda layer, x: export(layer, x, strict=True),
    "compile": compiled,
}
pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:torch",
    "ignore:.*LeafSpec:FutureWarning",
    "ignore:The .grad attribute",
    "ignore:The TorchScript type system",
    "ignore:Exporting a model",
)


def examples(layer: LocallyConnected, count: int = 5) -> Tensor:
    generator = torch.Generator().manual_seed(count)
    return torch.randn(count, layer.in_channels, *layer.in_size, generator=generator)


def gradients(function: Layer, layer: nn.Module, x: Tensor) -> Any:
    x = x.clone().requires_grad_()
    return torch.autograd.grad(function(x).square().sum(), [x, *layer.parameters()])


@pytest.mark.long
@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("way", TRAINED)
def test_a_traced_layer_is_the_layer_in_both_passes(name: str, way: str) -> None:
    layer = LAYERS[name]()
    traced, x = TRAINED[way](layer, examples(layer, 3)), examples(layer)
    assert_close(traced(x), layer(x))
    assert traced(x).is_contiguous()
    for taken, expected in zip(
        gradients(traced, layer, x), gradients(layer, layer, x), strict=True
    ):
        assert_close(taken, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("way", ["fx", "jit", "export"])
@pytest.mark.parametrize("name", ["line", "square", "cube", "blocks"])
def test_a_single_example_and_a_layer_in_use(name: str, way: str) -> None:
    layer = LAYERS[name]().eval()
    x = examples(layer)[0]
    with torch.no_grad():
        if way == "export":
            traced: Layer = torch.export.export(layer, (x,)).module()
        else:
            traced = TRAINED[way](layer, x)
        assert_close(traced(x), layer(x))


@pytest.mark.parametrize("name", LAYERS)
def test_operations_as_they_are_dispatched(name: str) -> None:
    layer = LAYERS[name]()
    x = examples(layer)
    assert_close(make_fx(layer)(x)(x), layer(x))


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "count"), [*((name, 3) for name in LAYERS), ("line", 1), ("square", 1), ("blocks", 1)]
)
def test_onnx_gives_the_numbers(name: str, count: int) -> None:
    layer = LAYERS[name]()
    args = (examples(layer, count),)
    program = torch.onnx.export(layer, args, dynamo=True, dynamic_shapes=DYNAMIC, verbose=False)
    assert program is not None
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    x = examples(layer)
    (y,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    assert_close(torch.from_numpy(y), layer(x).detach())


@pytest.mark.long
@pytest.mark.parametrize("name", ["square"])
def test_compiled_code_computes_the_same(name: str) -> None:
    layer = LAYERS[name]()
    traced, x = compiled(layer, examples(layer), backend="inductor"), examples(layer)
    assert_close(gradients(traced, layer, x), gradients(layer, layer, x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("way", ["fx", "jit", "export"])
@pytest.mark.parametrize("block", [1, 2])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.complex64])
def test_other_types_of_numbers(way: str, block: int, dtype: torch.dtype) -> None:
    layer = LocallyConnected2d(64, 1, 6, 3, block=block, bias=None, dtype=dtype)
    with torch.no_grad():
        layer.weight.fill_(1)
    x = torch.full((2, 64, 6, 6), 300.0).to(dtype)
    x[..., 2::3, :] *= -1  # in half precision, the sum of the other rows alone is too large
    assert_close(TRAINED[way](layer, x)(x), layer(x))
    assert torch.all(layer(x) == 57600)


class Network(nn.Module):
    """The function between layers, with a weight of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(3, 2, 5, 4, 3, 3))

    def forward(self, x: Tensor) -> Tensor:
        return locally_connected(x.relu(), self.weight, None, padding=1)


@pytest.mark.parametrize("way", ["fx", "export", "compile"])
def test_the_function_is_traced_too(way: str) -> None:
    network, x = Network(), torch.randn(4, 2, 5, 4)
    traced = TRAINED[way](network, x[:2])
    assert_close(traced(x), network(x))


@pytest.mark.parametrize("way", ["fx", "jit", "export"])
@pytest.mark.parametrize("shape", [(3, 4, 5, 5), (3, 4, 6, 4), (3, 2, 5, 4), (3, 8, 5, 4)])
@pytest.mark.parametrize("block", [1, 2])
def test_a_traced_layer_refuses_other_sizes(way: str, shape: tuple[int, ...], block: int) -> None:
    layer = LocallyConnected2d(4, 6, (5, 4), 3, stride=2, padding=1, groups=2, block=block)
    traced = TRAINED[way](layer, examples(layer))
    with pytest.raises((RuntimeError, AssertionError)):
        traced(torch.zeros(shape))


@pytest.mark.parametrize("way", ["fx", "export"])
def test_a_network_that_fit_trained_is_traced(way: str) -> None:
    networks = trained(local, seeds=2)
    x = stripes(torch.Generator().manual_seed(0)).x.double()
    network = local().double()
    network.load_state_dict({name: stacked[1] for name, stacked in networks.state.items()})
    assert_close(TRAINED[way](network, x[:3])(x), networks.predict(x)[1])


def test_scripting_is_refused_with_a_way_out_and_leaves_the_network_alone() -> None:
    network = nn.Sequential(LAYERS["line"](), nn.ReLU())
    with pytest.raises(ValueError, match=r"script torch\.jit\.trace"):
        torch.jit.script(network)
    assert isinstance(network[0], LocallyConnected1d)
