"""The operations that torch records, sorted by what they read, and one call of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

VIEWS = torch.ops.aten.view.default, torch.ops.aten._unsafe_view.default


@dataclass(frozen=True)
class Call:
    """One call of an operation, such as aten.relu.default."""

    operation: Any
    positional: Sequence[Any]
    named: Mapping[str, Any]
    shapes: Sequence[tuple[int, ...]]  # of the outputs
    alive: Sequence[Tensor] = ()  # where these can be other than 0

    @property
    def name(self) -> str:
        """The same for all kinds of arguments: add for aten.add.Tensor."""
        return str(self.operation._schema.name).split("::")[1]

    @property
    def random(self) -> bool:
        return torch.Tag.nondeterministic_seeded in self.operation.tags

    @property
    def blind(self) -> bool:
        """Whether of a tensor only the shape matters, as in zeros_like."""
        return self.name.startswith("new_") or self.name.endswith("_like")

    def __getitem__(self, argument: str) -> Any:
        """The argument of this name, as it was given or by default."""
        for place, declared in enumerate(self.operation._schema.arguments):
            if declared.name == argument:
                if place < len(self.positional):
                    return self.positional[place]
                return self.named.get(argument, declared.default_value)
        return None

    def run_with(self, **others: Any) -> Any:
        """With other values for some of its arguments."""
        declared = [argument.name for argument in self.operation._schema.arguments]
        return self.operation(**{name: others.get(name, self[name]) for name in declared})

    def run(self) -> Any:
        if self.operation in VIEWS:  # which the other strides here may not allow
            return torch.reshape(*self.positional)
        return self.operation(*self.positional, **self.named)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What only moves elements, repeats or drops them, or adds zeros.
MOVES = _names("""
    view _unsafe_view _reshape_alias reshape permute transpose t expand slice select squeeze
    unsqueeze cat stack clone alias lift_fresh lift_fresh_copy constant_pad_nd index index_select
    gather as_strided slice_scatter select_scatter diagonal_scatter scatter
    index_put flip roll repeat unfold split split_with_sizes unbind copy diagonal tril triu
    pixel_shuffle pixel_unshuffle channel_shuffle im2col
    reflection_pad1d reflection_pad2d reflection_pad3d
    replication_pad1d replication_pad2d replication_pad3d
    upsample_nearest1d upsample_nearest2d upsample_nearest3d
    _upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d
""")
LINEAR = _names("""
    convolution mm bmm mv dot addmm baddbmm addmv addbmm col2im scatter_add index_add
    avg_pool1d avg_pool2d avg_pool3d
    adaptive_avg_pool1d _adaptive_avg_pool2d _adaptive_avg_pool3d
""")
INTERPOLATIONS = _names("""
    upsample_linear1d upsample_bilinear2d upsample_trilinear3d upsample_bicubic2d
    _upsample_bilinear2d_aa _upsample_bicubic2d_aa _upsample_lanczos2d_aa
""")
REDUCTIONS = _names("""
    sum mean amax amin max min var std prod argmax argmin any all logsumexp linalg_vector_norm
    norm var_mean std_mean median nanmedian mode kthvalue nansum count_nonzero
""")
MIXTURES = _names("_log_softmax sort topk _fft_r2c _fft_c2r _fft_c2c")
RUNNING = _names("cumsum cumprod cummax cummin logcumsumexp")
SINGLE = _names("""
    _to_copy detach _prelu_kernel bernoulli native_dropout rsub complex polar
    _conj _conj_physical resolve_conj _neg_view resolve_neg
""")
BATCH_NORMS = _names("native_batch_norm _native_batch_norm_legit cudnn_batch_norm")
