"""Locally connected layers: convolutions with another kernel at every output position.

Their arguments are those of `torch.nn.Conv1d` to `Conv3d` and come in the same order, but for

    in_size   the pixels of the input along each axis; the kernels belong to positions, so a
              layer takes no other size
    bias      "position" or True (one for each channel and position), "channel" (as in a
              convolution), None or False
    block     the positions along each axis that share a kernel: 1 gives each its own, and a block
              as large as the output is a convolution. Where blocks do not divide the output, the
              last is smaller. The "position" biases are shared as the kernels are, and the shapes
              of both have the number of blocks along each axis in place of the positions

They start as convolutions start, have the same output variance, and become them when tied:
`from_conv` and `to_conv` convert. Sizes and options that do not fit raise ValueError.

As in a convolution parameters are contiguous, outputs are too unless the inputs are channels-last,
half precision is summed in float32, a weight or bias of another type or on another device raises
RuntimeError, and stride, padding, dilation and padding_mode may be changed as long as the
positions stay as many.
A weight of ∞ that sees padding gives NaN, for padding has the value 0.

A position takes a matrix product, of views of the input where they overlap in memory; `blocks`
says how. Beside input, weights and output a layer holds one copy of its weights, in which each
kernel lies by itself, one padded copy of the input and up to four megabytes, and in its backward
pass a copy of the output's gradient and one of the weights'.

On a CUDA device a layer takes few calls; `ways` says which. Its own kernels need no memory beside
the tensors, gathered rows up to 256 megabytes for each of two copies.
"""

from __future__ import annotations

from .module import LocallyConnected


class LocallyConnected1d(LocallyConnected):
    """Convolves sequences with another kernel at every position p.

    y[n, o, p] = bias[o, p] + Σ_i Σ_k weight[o, i, p, k] x[n, i, stride p + dilation k - padding]

    x is (N, C, L) and y (N, O, P), or both without N; weight (O, C / groups, P, K).
    Called on the weight, `nn.init.kaiming_normal_` and its like take positions for taps:
    `reset_parameters(nn.init.kaiming_normal_)` has it fill each position's kernel.

        >>> layer = LocallyConnected1d(3, 8, in_size=10, kernel_size=5)
        >>> layer(torch.zeros(2, 3, 10)).shape
        torch.Size([2, 8, 6])
    """

    dims = 1


class LocallyConnected2d(LocallyConnected):
    """Convolves images with another kernel at every position (p, q).

    y[n, o, p, q] = bias[o, p, q] + Σ_i Σ_kl weight[o, i, p, q, k, l] x[n, i, p + k, q + l]

    for stride and dilation 1 without padding; along each axis x is in general read at
    stride p + dilation k - padding. x is (N, C, H, W) and y (N, O, P, Q), or both without N;
    weight (O, C / groups, P, Q, K, L).
    Called on the weight, `nn.init.kaiming_normal_` and its like take positions for taps:
    `reset_parameters(nn.init.kaiming_normal_)` has it fill each position's kernel.

        >>> layer = LocallyConnected2d(3, 8, in_size=(28, 20), kernel_size=3, padding="same")
        >>> layer(torch.zeros(2, 3, 28, 20)).shape
        torch.Size([2, 8, 28, 20])
    """

    dims = 2


class LocallyConnected3d(LocallyConnected):
    """Convolves volumes with another kernel at every position, as LocallyConnected2d does images.

    x is (N, C, D, H, W) and y (N, O, P, Q, R), or both without N; weight
    (O, C / groups, P, Q, R, K, L, M).
    Called on the weight, `nn.init.kaiming_normal_` and its like take positions for taps:
    `reset_parameters(nn.init.kaiming_normal_)` has it fill each position's kernel.

        >>> layer = LocallyConnected3d(1, 4, in_size=6, kernel_size=(1, 3, 3), stride=(1, 3, 3))
        >>> layer(torch.zeros(2, 1, 6, 6, 6)).shape
        torch.Size([2, 4, 6, 2, 2])
    """

    dims = 3
