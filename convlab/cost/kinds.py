"""Which operations of torch multiply and add, and which do not: the rest may."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import cache
from typing import Any

import torch
from torch import Tensor

from .formulas import formula, name


class Kind(Enum):
    """What an operation does, as far as multiply-adds are concerned."""

    PRODUCT = "sums of products, counted by a formula"
    PLAIN = "nothing: moves, compares, adds, or applies a function to single numbers"
    UNKNOWN = "something else, which has no formula"


def kind(operation: Any, operands: Sequence[Any]) -> Kind:
    """What the operation does with these operands.

    A product of two tensors, number by number, is unknown: it may be added up afterwards.

        >>> kind(torch.ops.aten.mm.default, [torch.zeros(2, 3), torch.zeros(3, 4)]).name
        'PRODUCT'
        >>> kind(torch.ops.aten.mul.Tensor, [torch.zeros(3), torch.zeros(3)]).name
        'UNKNOWN'
        >>> kind(torch.ops.aten.mul.Tensor, [torch.zeros(3), torch.tensor(2.0)]).name
        'PLAIN'
    """
    if formula(operation) is not None:
        return Kind.PRODUCT
    if _is_plain(operation):
        return Kind.PLAIN
    several = [each for each in operands if isinstance(each, Tensor) and each.ndim]
    scales = name(operation) == "aten.mul" and len(several) < 2
    return Kind.PLAIN if scales else Kind.UNKNOWN


@cache
def _is_plain(operation: Any) -> bool:
    if name(operation) in MULTIPLYING:
        return False
    tagged = not HARMLESS.isdisjoint(getattr(operation, "tags", ()))
    moved = name(operation).endswith(("_copy", "_prepack"))
    listed = name(operation) in PLAIN or moved or name(operation).startswith("profiler.")
    return tagged or getattr(operation, "is_view", False) or listed


HARMLESS = {torch.Tag.pointwise, torch.Tag.inplace_view}
MULTIPLYING = {  # number by number, which torch files with functions of single numbers
    f"aten.{each}"
    for each in (
        *("mul", "addcmul", "lerp", "pow", "square", "addr", "float_power", "hypot", "xlogy"),
        *("special_xlog1py", "ldexp"),
    )
}
PLAIN = {
    f"aten.{each}"
    for each in (
        # moved, made or drawn
        *("_to_copy", "_unsafe_view", "arange", "bernoulli", "cat", "copy"),
        *("constant_pad_nd", "embedding", "empty", "empty_like", "empty_strided", "expand_copy"),
        *("eye", "fill", "flip", "full", "full_like", "gather", "im2col", "index", "index_put"),
        *("index_select", "lift", "lift_fresh_copy", "masked_fill", "masked_select"),
        *("new_empty", "new_empty_strided", "new_full", "new_ones", "new_zeros", "nonzero"),
        *("normal", "ones", "ones_like", "permute_copy", "pixel_shuffle", "pixel_unshuffle"),
        *("rand", "rand_like", "randint", "randn", "randn_like", "randperm", "reflection_pad1d"),
        *("reflection_pad2d", "reflection_pad3d", "repeat", "replication_pad1d", "resize", "roll"),
        *("replication_pad2d", "replication_pad3d", "rot90", "scalar_tensor", "scatter", "set"),
        *("slice_scatter", "select_scatter", "split_with_sizes_copy", "stack", "t_copy", "tril"),
        *("triu", "uniform", "unsafe_split", "unsafe_split_with_sizes", "upsample_nearest1d"),
        *("upsample_nearest2d", "upsample_nearest3d", "zero", "zeros", "zeros_like"),
        *(
            "_local_scalar_dense",
            "is_same_size",
            "channel_shuffle",
            "max_unpool2d",
            "max_unpool3d",
        ),
        *(f"_upsample_nearest_exact{axes}d" for axes in (1, 2, 3)),
        *("as_strided_scatter", "block_diag", "diag_embed", "diagonal_scatter", "index_copy"),
        *("index_fill", "linspace", "logspace", "masked_scatter", "nonzero_static", "take"),
        *("repeat_interleave", "tril_indices", "triu_indices", "_chunk_cat", "_pin_memory"),
        *("_unsafe_index", "_unsafe_index_put", "_unsafe_masked_index", "resize_as"),
        *("_pack_padded_sequence", "_jagged_to_padded_dense_forward", "empty_permuted"),
        *("_padded_dense_to_jagged_forward", "_assert_async", "_assert_scalar", "_print"),
        *("_assert_tensor_metadata", "_functional_assert_async", "randint_like", "multinomial"),
        *("poisson", "exponential", "geometric", "cauchy", "log_normal", "_fused_dropout"),
        *("_coalesce", "_to_dense", "_to_sparse", "_to_sparse_csr", "_to_sparse_csc", "_indices"),
        *("_to_sparse_bsr", "_to_sparse_bsc", "_nnz", "is_coalesced", "sparse_dim", "dense_dim"),
        *("to_mkldnn", "quantize_per_tensor", "quantize_per_channel", "dequantize"),
        *("_empty_affine_quantized", "quantize_per_tensor_dynamic", "q_scale", "q_zero_point"),
        # compared
        *("adaptive_max_pool2d", "adaptive_max_pool3d", "all", "amax", "amin", "aminmax", "any"),
        *("argmax", "argmin", "bucketize", "fractional_max_pool2d", "kthvalue", "max"),
        *("fractional_max_pool3d", "isin", "nanmedian", "unique_consecutive", "_unique", "histc"),
        *("max_pool2d_with_indices", "max_pool3d_with_indices", "median", "min", "mode", "sort"),
        *("searchsorted", "topk", "unique_dim", "_unique2", "cummax", "cummin"),
        # added up, or divided by a sum
        *("_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "_log_softmax", "_safe_softmax"),
        *("_softmax", "avg_pool1d", "avg_pool2d", "avg_pool3d", "col2im", "count_nonzero"),
        *("cumsum", "index_add", "logcumsumexp", "logsumexp", "mean", "nansum", "scatter_add"),
        *(
            "sum",
            "adaptive_avg_pool1d",
            "bincount",
            "trace",
            "_unsafe_masked_index_put_accumulate",
        ),
        # functions of single numbers that torch does not file as such
        *("_prelu_kernel", "complex", "log_sigmoid_forward", "native_dropout"),
        *("rrelu_with_noise", "view_as_real_copy", "hardswish", "floor_divide", "_masked_scale"),
    )
}
