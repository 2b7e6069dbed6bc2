"""What the locally connected layers share: their parameters, and a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from operator import index
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from ..windows import Size, Windows, per_axis, size_text
from . import keras
from .conversions import Convolution, from_convolution, to_convolution
from .functional import check_fit, check_tensor, local_layer
from .plain import has_sizes
from .sharing import block_of, blocks_per_axis

Bias = Literal["position", "channel"] | None


def _fixed(name: str) -> property:
    """A field of the windows, that the weights were made for."""
    return property(lambda layer: getattr(layer.windows, name))


def _changeable(name: str) -> property:
    """A field of the windows; a change counts from the next call, as in a convolution."""

    def change(layer: LocallyConnected, value: Size | str) -> None:
        layer.windows = layer.windows.changed(**{name: value})

    return property(lambda layer: getattr(layer.windows, name), change)


class LocallyConnected(nn.Module):
    """A locally connected layer over `dims` axes; see the public classes in `local`."""

    dims: ClassVar[int]

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        in_size: Size,
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
        channels = map(index, (in_channels, out_channels, groups))
        self.in_channels, self.out_channels, self.groups = channels
        check_channels(self.in_channels, self.out_channels, self.groups)
        self._block = block_of(block, self.dims)
        in_size = per_axis("in_size", in_size, self.dims)
        windows = Windows.over(in_size, kernel_size, stride, padding, dilation, padding_mode)
        self.windows = windows
        self._allocate(bias_kind(bias), device, dtype)
        self.reset_parameters()

    in_size, out_size, kernel_size = map(_fixed, ("in_size", "out_size", "kernel_size"))
    stride, padding, dilation = map(_changeable, ("stride", "padding", "dilation"))
    padding_mode = _changeable("padding_mode")
    block = property(lambda layer: layer._block)  # the weights were made for it

    def _allocate(
        self, bias: Bias, device: torch.device | str | None, dtype: torch.dtype | None
    ) -> None:
        """Make the parameters, unset: the weight is (O, C / groups, *blocks, *kernel_size)."""
        kernels = self.out_channels, self.in_channels // self.groups
        blocks = blocks_per_axis(self.out_size, self.block)
        shape = *kernels, *blocks, *self.kernel_size
        self.weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.bias: nn.Parameter | None
        self.register_parameter("bias", None)
        if bias is not None:
            shape = (self.out_channels, *(blocks if bias == "position" else ()))
            self.bias = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))

    def reset_parameters(self, init: Callable[[Tensor], object] | None = None) -> None:
        """Draw weights and biases as a convolution does, uniform in ±1 / √(C / groups · taps).

        That is the fan-in of one output: the positions share no weights and do not count. The
        functions of `torch.nn.init` take positions for taps, where they are called on the weight;
        given here as `init`, one fills the kernel (O, C / groups, *kernel_size) of each position.

            >>> from convlab.layers import LocallyConnected2d
            >>> layer = LocallyConnected2d(3, 8, in_size=28, kernel_size=3)
            >>> layer.reset_parameters(nn.init.kaiming_normal_)
        """
        bound = (self.in_channels // self.groups * prod(self.kernel_size)) ** -0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)
        if init is not None:
            self._draw_kernels(init)

    @torch.no_grad()
    def _draw_kernels(self, init: Callable[[Tensor], object]) -> None:
        for kernel in self.weight.flatten(2, 1 + self.dims).unbind(2):
            drawn = torch.zeros_like(kernel, memory_format=torch.contiguous_format)
            filled = init(drawn)
            if isinstance(filled, Tensor) and filled.data_ptr() != drawn.data_ptr():
                raise ValueError("init should fill the kernel that it is given, not make another")
            kernel.copy_(drawn)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, *in_size) to (N, out_channels, *out_size), or both without N."""
        check_tensor("the input", x)
        if has_sizes(x):
            self._check(x)
        return local_layer(x, self.weight, self.bias, self.windows, self.groups, self.block)

    def _check(self, x: Tensor) -> None:
        example = (self.in_channels, *self.in_size)
        if x.shape[-len(example) :] != example or x.ndim > len(example) + 1:
            raise ValueError(
                f"{type(self).__name__} was made for inputs (N, {', '.join(map(str, example))}), "
                f"not {tuple(x.shape)}: its kernels belong to positions, so in_size is fixed"
            )
        if self.weight.shape[2 + self.dims :] != self.kernel_size:
            raise ValueError(
                f"the weight {tuple(self.weight.shape)} should end in kernels of "
                f"{size_text(self.kernel_size)} taps, for which the layer was made"
            )
        check_fit(x, self.weight, self.bias, self.groups, self.windows, self.block)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Also that of a layer that was stored when there were no blocks."""
        super().__setstate__({"_block": (1,) * self.dims} | state)  # type: ignore[no-untyped-call]

    def __prepare_scriptable__(self) -> Self:
        raise ValueError(
            f"torch.jit.script cannot read a {type(self).__name__}: script "
            "torch.jit.trace(layer, x) in its place, or torch.fx.symbolic_trace(network)"
        )

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Move or convert the parameters as rows: formats of images are not for their axes."""

        def apply(tensor: Tensor) -> Tensor:
            return fn(tensor.flatten()).view(tensor.shape)

        applied: Self = super()._apply(apply, recurse)  # type: ignore[no-untyped-call]
        return applied

    @property
    def num_effective_parameters(self) -> int:
        """The weights that ever see a pixel, and the biases.

        With zero padding, finite weights at the border that only see zeros have no effect.
        """
        kernels = self.out_channels * self.in_channels // self.groups
        live = self.windows.live_taps_by(self.block)
        return kernels * live + (0 if self.bias is None else self.bias.numel())

    @classmethod
    def from_conv(cls, conv: Convolution, in_size: Size, block: Size = 1) -> Self:
        """The layer that does on inputs of `in_size` what `conv` does: its kernel everywhere.

        Copies weights, bias (per channel), which of them are trained, and all options, and draws
        no random number. What computes a weight, such as weight norm or pruning, is not copied.
        """
        return from_convolution(cls, conv, in_size, block)

    @classmethod
    def from_keras(
        cls,
        weights: Sequence[Any],
        in_size: Size,
        kernel_size: Size,
        stride: Size = 1,
        data_format: str = "channels_last",
    ) -> Self:
        """The layer with the weights of Keras' LocallyConnected1D or 2D, of implementation 1.

        `weights` is what its `get_weights()` gives: kernels (positions, taps · channels, outputs)
        and, unless it has none, biases (*out_size, outputs), as arrays. The other arguments are
        those that it was built with; it has no padding, dilation or groups. Its activation is no
        weight and is not in the layer. x is (N, C, *in_size) here, also where `data_format` says
        that it was (N, *in_size, C) in Keras. The sources are named in `local.keras`.
        Raises ValueError where the weights do not fit, or are of implementation 2 or 3.
        """
        tensors = keras.read(weights, cls.dims)
        numbers = keras.channels(tensors[0], kernel_size, cls.dims)
        bias: Bias = "position" if len(tensors) > 1 else None
        layer: Self = skip_init(
            cls, *numbers, in_size, kernel_size, stride, bias=bias, dtype=tensors[0].dtype
        )
        state = keras.state(tensors, layer.out_size, layer.kernel_size, data_format)
        layer.load_state_dict(state)
        return layer

    def to_conv(self) -> Convolution:
        """The convolution that does the same; raises ValueError unless all positions agree."""
        return to_convolution(self)

    def extra_repr(self) -> str:
        bias = None if self.bias is None else ("position", "channel")[self.bias.ndim == 1]
        block = f", block={self.block}" if max(self.block) > 1 else ""
        return (
            f"{self.in_channels}, {self.out_channels}, in_size={self.in_size}, "
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding!r}, "
            f"dilation={self.dilation}, groups={self.groups}, bias={bias!r}, "
            f"padding_mode={self.padding_mode!r}{block}"
        )


def check_channels(in_channels: int, out_channels: int, groups: int) -> None:
    if min(in_channels, out_channels, groups) < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"in_channels {in_channels} and out_channels {out_channels} should be positive "
            f"multiples of groups {groups}"
        )


def bias_kind(bias: Bias | bool) -> Bias:
    """In words, where a convolution says only whether there is one."""
    if bias in ("position", "channel", None):
        return bias
    if bias in (True, False):
        return "position" if bias else None
    raise ValueError(f"bias should be 'position', 'channel', None or a bool, not {bias!r}")
