"""From a convolution to the locally connected layer that does the same, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from ..windows import Size
from .functional import with_axes

if TYPE_CHECKING:  # it imports these functions
    from .module import LocallyConnected

Layer = TypeVar("Layer", bound="LocallyConnected")
Convolution = nn.Conv1d | nn.Conv2d | nn.Conv3d
CONVOLUTIONS: dict[int, type[Convolution]] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}


def from_convolution(kind: type[Layer], conv: Convolution, in_size: Size, block: Size) -> Layer:
    """As `LocallyConnected.from_conv` says."""
    _check_convolution(conv, kind)
    bias = None if conv.bias is None else "channel"
    layer: Layer = skip_init(
        kind,
        *_channels(conv),
        in_size,
        conv.kernel_size,
        bias=bias,
        block=block,
        **_options(conv),
    )
    weight = with_axes(conv.weight, 1, kind.dims).expand_as(layer.weight)
    layer.load_state_dict({"weight": weight} | ({"bias": conv.bias} if bias else {}))
    _freeze(layer, conv)
    return layer.train(conv.training)


def to_convolution(layer: LocallyConnected) -> Convolution:
    """As `LocallyConnected.to_conv` says."""
    state = {"weight": _shared("kernels", layer.weight, 1, layer.dims)}
    if layer.bias is not None:
        state["bias"] = _shared("biases", layer.bias, 0, layer.bias.ndim - 1)
    conv: Convolution = skip_init(
        CONVOLUTIONS[layer.dims],
        *_channels(layer),
        layer.kernel_size,
        bias="bias" in state,
        **_options(layer),
    )
    conv.load_state_dict(state)
    _freeze(conv, layer)
    return conv.train(layer.training)


def _check_convolution(conv: nn.Module, cls: type[LocallyConnected]) -> None:
    """Raise ValueError for what does not compute what torch's own class computes."""
    own, kind = CONVOLUTIONS[cls.dims], type(conv)
    if not isinstance(conv, own):
        raise ValueError(f"{cls.__name__} takes an nn.Conv{cls.dims}d, not {kind.__name__}")
    if kind.forward is not own.forward or kind._conv_forward is not own._conv_forward:  # type: ignore[attr-defined]
        raise ValueError(
            f"{kind.__name__} computes in a way of its own, which {cls.__name__} does not know: "
            f"give it an nn.Conv{cls.dims}d with the weights that are used"
        )


@torch.enable_grad()
def _freeze(to: nn.Module, of: nn.Module) -> None:
    """Let parameters be trained or not, as those of another, or as what these are computed of."""
    for name, parameter in to.named_parameters():
        parameter.requires_grad_(getattr(of, name).requires_grad)


def _channels(layer: LocallyConnected | Convolution) -> tuple[int, int]:
    return layer.in_channels, layer.out_channels


def _options(layer: LocallyConnected | Convolution) -> dict[str, Any]:
    """The arguments that a convolution and a locally connected layer have in common."""
    names = "stride", "padding", "dilation", "groups", "padding_mode"
    own = {"device": layer.weight.device, "dtype": layer.weight.dtype}
    return {name: getattr(layer, name) for name in names} | own


def _shared(name: str, parameter: Tensor, axis: int, dims: int) -> Tensor:
    """What all positions, the `dims` axes after `axis`, have in common."""
    first = parameter
    for _ in range(dims):
        first = first.select(axis + 1, 0)
    everywhere = with_axes(first, axis, dims).expand_as(parameter)
    if parameter.is_meta:
        raise ValueError("to_conv compares numbers, and a layer on the meta device has none")
    if not torch.allclose(parameter, everywhere, rtol=0, atol=0, equal_nan=True):
        raise ValueError(
            f"the {name} differ between positions, but a convolution has the same everywhere: "
            "to_conv takes tied layers only, such as from_conv makes"
        )
    return first
