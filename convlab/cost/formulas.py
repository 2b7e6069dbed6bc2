"""What a single operation of torch multiplies and adds, by the shapes of its operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import inf, prod
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import flop_registry

from ..layers.windows import Windows
from .multiply_adds import MultiplyAdds, of_transposed_windows, of_windows, without_padding

Formula = Callable[..., MultiplyAdds | None]  # None: not for these operands


def count(
    operation: Any, operands: Sequence[Any], options: Mapping[str, Any], output: Any
) -> MultiplyAdds | None:
    """The multiply-adds of one call, of a kind that is a PRODUCT; None if they are not known."""
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


def _product(a: Tensor, b: Tensor, *_: Any, **__: Any) -> MultiplyAdds:
    """Of matrices, batches of them, or vectors: of a sparse one the numbers that it stores."""
    if _is_sparse(a) and _is_sparse(b):
        return without_padding(_meetings(a, b))
    if _is_sparse(b):
        return without_padding(_stored(b) * (a.shape[-2] if a.ndim > 1 else 1))
    return without_padding(_stored(a) * (b.shape[-1] if b.ndim > 1 else 1))


def _added_product(y: Tensor, a: Tensor, b: Tensor, *_: Any, **__: Any) -> MultiplyAdds:
    return _product(a, b)


def _is_sparse(x: Tensor) -> bool:
    return x.layout not in (torch.strided, torch._mkldnn)  # type: ignore[attr-defined]


def _stored(x: Tensor) -> int:
    if not _is_sparse(x):
        return x.numel()
    return (x._values() if x.layout == torch.sparse_coo else x.values()).numel()


def _meetings(a: Tensor, b: Tensor) -> int:
    """Pairs of stored numbers, one in column k of a and one in row k of b, over all k."""
    columns, rows = (each.to_sparse_coo().coalesce().indices() for each in (a, b))
    middle = a.shape[-1]
    meet = columns[-1].bincount(minlength=middle) * rows[-2].bincount(minlength=middle)
    return int(meet.sum())


def _sampled_product(y: Tensor, a: Tensor, b: Tensor, *_: Any, **__: Any) -> MultiplyAdds:
    """Only where y stores a number."""
    return without_padding(_stored(y) * a.shape[-1])


def _rows(x: Tensor, *_: Any, out_val: Tensor, **__: Any) -> MultiplyAdds:
    """Every output takes one row of x, whatever form the weights are packed in."""
    return without_padding(out_val.numel() * x.shape[-1])


def _grouped(a: Tensor, b: Tensor, *_: Any, out_val: Tensor, **__: Any) -> MultiplyAdds:
    """One product for each group, or of two matrices a sum over each group of columns."""
    groups = len(out_val) if a.ndim == b.ndim == 2 else 1
    return without_padding(out_val.numel() // groups * a.shape[-1])


def _trilinear(
    a: Tensor, b: Tensor, c: Tensor, *expanded: Sequence[int], **_: Any
) -> MultiplyAdds:
    """One for each triple: nn.Bilinear's, one for each weight and example."""
    shapes = [_expanded(x, axes).shape for x, axes in zip((a, b, c), expanded, strict=False)]
    return without_padding(prod(torch.broadcast_shapes(*shapes)))


def _expanded(x: Tensor, axes: Sequence[int]) -> Tensor:
    for axis in axes:
        x = x.unsqueeze(axis)
    return x


def _distances(x: Tensor, *others: Any, out_val: Tensor, **options: Any) -> MultiplyAdds | None:
    """Of p = 2 the squares of all differences; none of p = 0, 1 and ∞; others are powers."""
    p = options.get("p", next((each for each in others if not isinstance(each, Tensor)), 2))
    if p not in (0, 1, 2, inf):
        return None
    return without_padding(out_val.numel() * x.shape[-1] if p == 2 else 0)


def _norms(x: Tensor, p: float = 2, *_: Any, **__: Any) -> MultiplyAdds | None:
    """Of p = 2 the squares of all numbers; none of p = 0, 1 and ±∞; others are powers."""
    if p not in (0, 1, 2, inf, -inf):
        return None
    return without_padding(x.numel() if p == 2 else 0)


def _bags(
    weight: Tensor, indices: Tensor, offsets: Tensor, *options: Any, **named: Any
) -> MultiplyAdds:
    """Rows of a table are added up, and multiplied only where each has a weight of its own."""
    weights = named.get("per_sample_weights", options[3] if len(options) > 3 else None)
    return without_padding(0 if weights is None else indices.numel() * weight.shape[1])


def _of_time(x: Tensor, weight: Tensor, bias: Tensor, pad: int = 0, **_: Any) -> MultiplyAdds:
    """A convolution of x (T, N, C) by taps (K, C, O)."""
    windows = Windows.over(x.shape[:1], weight.shape[:1], 1, pad, 1, "zeros")
    return of_windows(x.shape[1] * weight.shape[1] * weight.shape[2], windows)


def _quantised_convolution(x: Tensor, packed: Any, *_: Any, **__: Any) -> MultiplyAdds:
    weight, _bias = packed.unpack()
    dims = x.ndim - 2
    options = packed.stride, packed.padding, packed.dilation
    stride, padding, dilation = (list(each())[-dims:] for each in options)
    taps = weight.shape[-dims:]
    windows = Windows.over(x.shape[2:], taps, stride, padding, dilation, "zeros")
    return of_windows(len(x) * weight.shape[0] * weight.shape[1], windows)


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
    "aten.conv_tbc": _of_time,
    **{f"aten.{each}": _product for each in ("mm", "bmm", "mv", "dot", "vdot", "_int_mm")},
    **{
        f"aten.{each}": _product
        for each in ("_sparse_mm", "_sparse_sparse_matmul", "hspmm", "smm")
    },
    **{f"aten.{each}": _added_product for each in ("addmm", "addmv", "addbmm", "baddbmm")},
    **{
        f"aten.{each}": _added_product
        for each in ("_addmm_activation", "_sparse_addmm", "sspaddmm")
    },
    "aten.sparse_sampled_addmm": _sampled_product,
    **{f"aten.{each}": _rows for each in ("_weight_int8pack_mm", "_weight_int4pack_mm_for_cpu")},
    **{f"aten.{each}": _rows for each in ("_weight_int4pack_mm", "mkldnn_linear")},
    **{
        f"quantized.linear{each}": _rows
        for each in ("", "_relu", "_dynamic", "_relu_dynamic", "_dynamic_fp16", "_leaky_relu")
    },
    **{
        f"quantized.conv{dims}d{relu}": _quantised_convolution
        for dims in (1, 2, 3)
        for relu in ("", "_relu")
    },
    "aten._grouped_mm": _grouped,
    "aten._scaled_grouped_mm": _grouped,
    "aten._trilinear": _trilinear,
    **{f"aten.{each}": _distances for each in ("_cdist_forward", "_pdist_forward")},
    "aten._euclidean_dist": _distances,
    "aten.linalg_vector_norm": _norms,
    **{f"aten.{each}": _bags for each in ("_embedding_bag", "_embedding_bag_forward_only")},
    "aten._scaled_dot_product_flash_attention_for_cpu": _attention,
    "aten._scaled_dot_product_fused_attention_overrideable": _attention,
    "aten.mkldnn_rnn_layer": _recurrent,
}
