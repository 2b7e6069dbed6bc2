"""Locally connected layers that find their channels and their size at the first call.

They behave as torch's `nn.LazyConv2d`. Until then the parameters are of the class
`nn.UninitializedParameter`: they have a device and a dtype, and no shape yet. At the first call,
with any number of examples, the layer takes in_channels and in_size from x, draws its parameters
and becomes a plain `LocallyConnected2d` (1d, 3d), which takes no other size. Parameters that were
loaded before are kept. Give an optimizer the parameters after the first call.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter, is_lazy

from ..windows import Size, Windows
from .layers import LocallyConnected1d, LocallyConnected2d, LocallyConnected3d
from .module import Bias, LocallyConnected, bias_kind, check_channels
from .sharing import block_of

LARGE = 2**40  # pixels along an axis: what does not fit here fits no input


class LazyLocallyConnected(LazyModuleMixin, nn.Module):
    """A layer of the class `cls_to_become` before its first call."""

    cls_to_become: type[LocallyConnected]
    weight: nn.Parameter

    def __init__(
        self,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: Bias | bool = "position",
        padding_mode: str = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        block: Size = 1,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels, self.groups = 0, index(out_channels), index(groups)
        check_channels(self.groups, self.out_channels, self.groups)
        dims = self.cls_to_become.dims
        options = kernel_size, stride, padding, dilation, padding_mode
        self.windows = Windows.over((LARGE,) * dims, *options)
        self._block, self._bias = block_of(block, dims), bias_kind(bias)
        unset: Any = UninitializedParameter  # the types of torch lack its arguments
        for name in ("weight", "bias"):
            self.register_parameter(name, unset(device=device, dtype=dtype))
        if self._bias is None:
            self.bias = None

    kernel_size, block = LocallyConnected.kernel_size, LocallyConnected.block
    stride, padding = LocallyConnected.stride, LocallyConnected.padding
    dilation, padding_mode = LocallyConnected.dilation, LocallyConnected.padding_mode

    def forward(self, x: Tensor) -> Tensor:
        """That of the class which it is by then: this one is bound before the first call."""
        if not self.in_channels:
            raise RuntimeError(
                f"call this {type(self).__name__} with an input before it is traced"
            )
        return self.forward(x)

    def initialize_parameters(self, x: Tensor) -> None:
        """Take channels and size from x (N, C, *in_size) or (C, *in_size), and draw the rest.

        Raises ValueError where x has another number of axes, where its size does not suit the
        arguments, or where parameters that were loaded are for another size.
        """
        made = self._made_for(x)
        for name, parameter in made.named_parameters():
            self._take(name, parameter)
        del self._bias
        own = vars(nn.Module())
        vars(self).update({name: value for name, value in vars(made).items() if name not in own})

    def _made_for(self, x: Tensor) -> LocallyConnected:
        """The layer that this one becomes at x; without memory if nothing has to be drawn."""
        dims = self.cls_to_become.dims
        if x.ndim not in (dims + 1, dims + 2):
            raise ValueError(
                f"{type(self).__name__} takes inputs (N, C, *in_size) or (C, *in_size) of "
                f"{dims + 2} or {dims + 1} axes, not {tuple(x.shape)}"
            )
        channels, *size = x.shape[-1 - dims :]
        like = self.weight.data
        device = like.device if self.has_uninitialized_params() else "meta"
        return self.cls_to_become(
            channels, in_size=size, **self._arguments(), device=device, dtype=like.dtype
        )

    def _take(self, name: str, drawn: nn.Parameter) -> None:
        """What was drawn for a parameter, unless it was loaded."""
        parameter = self.get_parameter(name)
        if is_lazy(parameter):
            parameter.materialize(drawn.shape)
            parameter.data = drawn.data
        elif parameter.shape != drawn.shape:
            raise ValueError(
                f"the {name} that was loaded is {tuple(parameter.shape)}, but for this input it "
                f"should be {tuple(drawn.shape)}: its kernels belong to positions, so in_size is "
                "fixed"
            )

    def reset_parameters(self, init: Callable[[Tensor], object] | None = None) -> None:
        """Nothing: what is not loaded is drawn at the first call, as in torch's lazy layers.

        Raises ValueError for an `init`, which would be lost.
        """
        if init is not None:
            raise ValueError("there is nothing to fill yet: reset_parameters(init) after a call")

    def _arguments(self) -> dict[str, Any]:
        names = "out_channels", "kernel_size", "stride", "padding", "dilation", "groups"
        found = {name: getattr(self, name) for name in (*names, "padding_mode", "block")}
        return found | {"bias": None if self.bias is None else self._bias}

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self._arguments().items())


class LazyLocallyConnected1d(LazyLocallyConnected):
    """A LocallyConnected1d that finds in_channels and in_size at its first call.

    >>> network = nn.Sequential(LazyLocallyConnected1d(8, kernel_size=5), nn.ReLU())
    >>> network(torch.zeros(2, 3, 10)).shape
    torch.Size([2, 8, 6])
    >>> network[0].in_channels, network[0].in_size
    (3, (10,))
    """

    cls_to_become = LocallyConnected1d


class LazyLocallyConnected2d(LazyLocallyConnected):
    """A LocallyConnected2d that finds in_channels and in_size at its first call."""

    cls_to_become = LocallyConnected2d


class LazyLocallyConnected3d(LazyLocallyConnected):
    """A LocallyConnected3d that finds in_channels and in_size at its first call."""

    cls_to_become = LocallyConnected3d
