"""The layers whose multiply-adds have a closed form, biases left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from torch import Tensor, nn

from ..layers import (
    Capsules,
    LocallyConnected1d,
    LocallyConnected2d,
    LocallyConnected3d,
    PrimaryCapsules,
)
from ..layers.windows import Windows, per_axis
from .multiply_adds import MultiplyAdds, of_transposed_windows, of_windows, without_padding

Rule = Callable[[Any, Sequence[Any], Any], MultiplyAdds]


def rule(layer: nn.Module) -> Rule | None:
    """The function of a layer, its inputs and its output that counts one call; None if unknown.

    Of M inputs and N outputs a fully connected layer takes N M per sample, and a bilinear one, of
    two inputs, one per weight. A convolution, and a locally connected layer just the same, of O
    and C channels in G groups takes O C / G times what `of_windows` says, and a transposed one
    what `of_transposed_windows` says. A recurrent layer takes each weight once per step; the
    products of its gates are in LEFT_OUT. Attention of L queries to S keys takes its four
    projections and 2 L S E for scores and mixtures of E features, whatever a mask hides. Of I
    capsules of D features, O of E are predicted by I O D E; each round of routing takes I O E for
    agreement and as many for the sum, and every squash, once before the rounds and in each, the
    square of every number. A subclass with a forward of its own may do anything, and has no rule.

        >>> import torch
        >>> layer = nn.Conv1d(1, 1, 3, padding=1)
        >>> x = torch.zeros(1, 1, 10)
        >>> rule(layer)(layer, [x], layer(x))
        MultiplyAdds(nominal=30, effective=28)
    """
    kinds = (kind for kind in RULES if isinstance(layer, kind))
    return next((RULES[kind] for kind in kinds if type(layer).forward is kind.forward), None)


def products_left_out(layer: nn.Module) -> tuple[str, ...]:
    """What a layer with a rule multiplies besides, in words."""
    return tuple(what for kinds, what in LEFT_OUT.items() if isinstance(layer, kinds))


def _nothing(layer: Any, inputs: Sequence[Any], y: Tensor) -> MultiplyAdds:
    return MultiplyAdds()  # dropout keeps a number, scaled, or not


def _linear(layer: Any, inputs: Sequence[Any], y: Tensor) -> MultiplyAdds:
    return without_padding(layer.in_features * y.numel())


def _bilinear(layer: Any, inputs: Sequence[Any], y: Tensor) -> MultiplyAdds:
    return without_padding(layer.in1_features * layer.in2_features * y.numel())


def _convolution(layer: Any, inputs: Sequence[Any], y: Tensor) -> MultiplyAdds:
    size = inputs[0].shape[-len(layer.kernel_size) :]
    options = layer.stride, layer.padding, layer.dilation, layer.padding_mode
    return _in_windows(layer, Windows.over(size, layer.kernel_size, *options), y)


def _local(layer: Any, inputs: Sequence[Any], y: Tensor) -> MultiplyAdds:
    return _in_windows(layer, layer.windows, y)


def _in_windows(layer: Any, windows: Windows, y: Tensor) -> MultiplyAdds:
    kernels = y.numel() // prod(windows.out_size) * (layer.in_channels // layer.groups)
    return of_windows(kernels, windows)


def _transposed(layer: Any, inputs: Sequence[Any], y: Tensor) -> MultiplyAdds:
    dims = len(layer.kernel_size)
    in_size, out_size = inputs[0].shape[-dims:], y.shape[-dims:]
    kernels = y.numel() // prod(out_size) * (layer.in_channels // layer.groups)
    padding = per_axis("padding", layer.padding, dims)
    options = layer.kernel_size, layer.stride, layer.dilation, padding
    return of_transposed_windows(kernels, in_size, out_size, *options)


def _recurrent(layer: Any, inputs: Sequence[Any], y: Any) -> MultiplyAdds:
    steps = inputs[0].data.numel() // layer.input_size  # of all sequences, also if packed
    own = layer.named_parameters(recurse=False)
    return without_padding(steps * sum(p.numel() for name, p in own if name.startswith("weight")))


def _attention(layer: Any, inputs: Sequence[Any], y: Any) -> MultiplyAdds:
    query, key = inputs[0], inputs[1]
    along = layer.batch_first if query.ndim == 3 else 0
    samples = query.shape[1 - along] if query.ndim == 3 else 1
    queries, keys, features = query.shape[along], key.shape[along], layer.embed_dim
    all_keys = keys + (layer.bias_k is not None) + layer.add_zero_attn
    projections = 2 * queries * features + keys * (layer.kdim + layer.vdim)
    return without_padding(samples * features * (projections + 2 * queries * all_keys))


def _capsules(layer: Any, inputs: Sequence[Any], y: Tensor) -> MultiplyAdds:
    sums = layer.in_capsules * (layer.in_features + 2 * layer.rounds)
    return without_padding(y.numel() * (sums + 1 + layer.rounds))


def _primary_capsules(layer: Any, inputs: Sequence[Any], y: Tensor) -> MultiplyAdds:
    return without_padding(y.numel())  # their squares


RULES: dict[type[nn.Module], Rule] = {
    **dict.fromkeys((nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d), _nothing),
    **dict.fromkeys((nn.AlphaDropout, nn.FeatureAlphaDropout), _nothing),
    nn.Linear: _linear,
    nn.Bilinear: _bilinear,
    **dict.fromkeys((nn.Conv1d, nn.Conv2d, nn.Conv3d), _convolution),
    **dict.fromkeys((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), _transposed),
    **dict.fromkeys((LocallyConnected1d, LocallyConnected2d, LocallyConnected3d), _local),
    **dict.fromkeys((nn.RNN, nn.LSTM, nn.GRU, nn.RNNCell, nn.LSTMCell, nn.GRUCell), _recurrent),
    nn.MultiheadAttention: _attention,
    Capsules: _capsules,
    PrimaryCapsules: _primary_capsules,
}
LEFT_OUT: dict[tuple[type[nn.Module], ...], str] = {
    (nn.LSTM, nn.GRU, nn.LSTMCell, nn.GRUCell): "gates",
}
