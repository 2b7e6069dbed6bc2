"""What a single operation of torch multiplies and adds, by the shapes of its operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from torch import Tensor
from torch.utils.flop_counter import flop_registry

from ..layers.windows import Windows
from .multiply_adds import MultiplyAdds, of_transposed_windows, of_windows, without_padding

Formula = Callable[..., MultiplyAdds]


def count(
    operation: Any, operands: Sequence[Any], options: Mapping[str, Any], output: Any
) -> MultiplyAdds:
    """The multiply-adds of one call, of a kind that is a PRODUCT."""
    function = formula(operation)
    assert function is not None
    return function(*operands, **options, out_val=output)


def name(operation: Any) -> str:
    """The operation's name, without its overload and in place or not: `aten.bmm`."""
    packet = getattr(operation, "overloadpacket", operation)
    return str(packet).removesuffix("_")


@cache
def formula(operation: Any) -> Formula | None:
    """What counts the operation, in place or not; None if nothing does."""
    if name(operation) in FORMULAS:
        return FORMULAS[name(operation)]
    flops = {str(packet): count for packet, count in flop_registry.items()}.get(name(operation))
    return None if flops is None else _from_flops(flops)


def _from_flops(flops: Callable[..., int]) -> Formula:
    """torch's own formula, which counts a multiplication and an addition as two."""

    def multiply_adds(*operands: Any, **options: Any) -> MultiplyAdds:
        return without_padding(flops(*operands, **options) // 2)

    return multiply_adds


def _convolution(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
    transposed: bool,
    *_: Any,
    out_val: Tensor,
    **__: Any,
) -> MultiplyAdds:
    kernels, size, taps = len(x) * weight.shape[0] * weight.shape[1], x.shape[2:], weight.shape[2:]
    if transposed:
        return of_transposed_windows(
            kernels, size, out_val.shape[2:], taps, stride, dilation, padding
        )
    return of_windows(kernels, Windows.over(size, taps, stride, padding, dilation, "zeros"))


def _vector(matrix: Tensor, *_: Any, **__: Any) -> MultiplyAdds:
    return without_padding(matrix.numel())


def _added_vector(y: Tensor, matrix: Tensor, *_: Any, **__: Any) -> MultiplyAdds:
    return without_padding(matrix.numel())


def _added_matrices(y: Tensor, a: Tensor, b: Tensor, *_: Any, **__: Any) -> MultiplyAdds:
    return without_padding(a.numel() * b.shape[-1])


def _attention(query: Tensor, key: Tensor, value: Tensor, *_: Any, **__: Any) -> MultiplyAdds:
    """(N, H, L, E), (N, h, S, E), (N, h, S, V): scores and mixtures, whatever a mask hides."""
    return without_padding(
        query[..., 0].numel() * key.shape[-2] * (query.shape[-1] + value.shape[-1])
    )


def _recurrent(x: Tensor, w_input: Tensor, w_hidden: Tensor, *_: Any, **__: Any) -> MultiplyAdds:
    """One layer in one direction: each weight once per step."""
    return without_padding(x.numel() // x.shape[-1] * (w_input.numel() + w_hidden.numel()))


FORMULAS: dict[str, Formula] = {  # beside, and before, those of torch's FLOP counter
    "aten.convolution": _convolution,
    "aten.mv": _vector,
    "aten.dot": _vector,
    "aten.vdot": _vector,
    "aten.addmv": _added_vector,
    "aten.addbmm": _added_matrices,
    "aten._addmm_activation": _added_matrices,
    "aten._scaled_dot_product_flash_attention_for_cpu": _attention,
    "aten._scaled_dot_product_fused_attention_overrideable": _attention,
    "aten.mkldnn_rnn_layer": _recurrent,
}
