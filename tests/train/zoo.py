"""One network for every layer of torch.nn that takes a tensor, and a task for every loss."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Generator, Tensor, nn

from convlab.streams import Data

Build = Callable[[], nn.Module]
Draw = Callable[[Generator], Data]
EXAMPLES = 8
TIMES, ROW, LINE, PLANE, SPACE = (6, 4), (8,), (4, 8), (4, 8, 8), (4, 4, 4, 4)  # of an example
OVER_AXES = {1: LINE, 2: PLANE, 3: SPACE}


class Call(nn.Module):
    """A layer called as `call` says, such as twice with the same argument."""

    def __init__(self, layer: nn.Module, call: Callable[[nn.Module, Tensor], Tensor]) -> None:
        super().__init__()
        self.layer, self.call = layer, call

    def forward(self, x: Tensor) -> Tensor:
        return self.call(self.layer, x)


def called(
    layer: Callable[..., nn.Module], *arguments: object, by: Callable[..., Tensor], **named: object
) -> Build:
    return lambda: Call(layer(*arguments, **named), by)


def first(layer: nn.Module, x: Tensor) -> Tensor:
    answer: Tensor = layer(x)[0]
    return answer


def twice(layer: nn.Module, x: Tensor) -> Tensor:
    answer: Tensor = layer(x, x)
    return answer


def unpooled(unpool: nn.Module, x: Tensor) -> Tensor:
    pool = getattr(nn, type(unpool).__name__.replace("Unpool", "Pool"))(2, return_indices=True)
    answer: Tensor = unpool(*pool(x))
    return answer


def over_axes(
    name: str, *arguments: object, axes: Sequence[int] = (1, 2, 3), **named: object
) -> dict[str, tuple[Build, tuple[int, ...]]]:
    """The layers `name1d` to `name3d`, and what they take."""
    return {
        f"{name}{axis}d": (
            partial(getattr(nn, f"{name}{axis}d"), *arguments, **named),
            OVER_AXES[axis],
        )
        for axis in axes
    }


def on(shape: tuple[int, ...], **layers: Build) -> dict[str, tuple[Build, tuple[int, ...]]]:
    return {name: (build, shape) for name, build in layers.items()}


ELEMENTWISE = (
    *("CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity"),
    *("LeakyReLU", "LogSigmoid", "Mish", "PReLU", "ReLU", "ReLU6", "RReLU", "SELU", "SiLU"),
    *("Sigmoid", "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink"),
    *("Dropout", "AlphaDropout", "FeatureAlphaDropout", "Flatten"),
)
LAYERS: dict[str, tuple[Build, tuple[int, ...]]] = {
    **on(PLANE, **{name: getattr(nn, name) for name in ELEMENTWISE}),
    **on(
        ROW,
        Linear=partial(nn.Linear, 8, 5),
        Threshold=partial(nn.Threshold, 0.1, 0.5),
        Softmax=partial(nn.Softmax, 1),
        Softmin=partial(nn.Softmin, 1),
        LogSoftmax=partial(nn.LogSoftmax, 1),
        GLU=nn.GLU,
        Bilinear=called(nn.Bilinear, 8, 8, 3, by=twice),
        CosineSimilarity=called(nn.CosineSimilarity, by=lambda f, x: f(x, x.flip(1))[:, None]),
        PairwiseDistance=called(nn.PairwiseDistance, by=lambda f, x: f(x, x.flip(1))[:, None]),
        LayerNorm=partial(nn.LayerNorm, 8),
        RMSNorm=partial(nn.RMSNorm, 8),
        LSTMCell=called(nn.LSTMCell, 8, 3, by=first),
        GRUCell=partial(nn.GRUCell, 8, 3),
        RNNCell=partial(nn.RNNCell, 8, 3),
        Unflatten=partial(nn.Unflatten, 1, (2, 4)),
    ),
    **on(
        TIMES,
        LSTM=called(nn.LSTM, 4, 3, by=first, batch_first=True),
        GRU=called(nn.GRU, 4, 3, by=first, batch_first=True),
        RNN=called(nn.RNN, 4, 3, by=first, batch_first=True),
        MultiheadAttention=called(
            *(nn.MultiheadAttention, 4, 2),
            by=lambda f, x: f(x, x, x)[0],
            batch_first=True,
        ),
        TransformerEncoderLayer=partial(
            nn.TransformerEncoderLayer, 4, 2, 8, dropout=0.0, batch_first=True
        ),
        TransformerDecoderLayer=called(
            *(nn.TransformerDecoderLayer, 4, 2, 8), by=twice, dropout=0.0, batch_first=True
        ),
        TransformerEncoder=lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True), 1
        ),
        TransformerDecoder=lambda: Call(
            nn.TransformerDecoder(
                nn.TransformerDecoderLayer(4, 2, 8, dropout=0.1, batch_first=True), 1
            ),
            twice,
        ),
        Transformer=called(nn.Transformer, 4, 2, 1, 1, 8, by=twice, batch_first=True),
    ),
    **on(
        PLANE,
        Softmax2d=nn.Softmax2d,
        GroupNorm=partial(nn.GroupNorm, 2, 4),
        LocalResponseNorm=partial(nn.LocalResponseNorm, 2),
        CrossMapLRN2d=partial(nn.CrossMapLRN2d, 2),
        ChannelShuffle=partial(nn.ChannelShuffle, 2),
        PixelShuffle=partial(nn.PixelShuffle, 2),
        PixelUnshuffle=partial(nn.PixelUnshuffle, 2),
        Unfold=partial(nn.Unfold, 3),
        Upsample=partial(nn.Upsample, scale_factor=2, mode="bilinear"),
        UpsamplingBilinear2d=partial(nn.UpsamplingBilinear2d, scale_factor=2),
        UpsamplingNearest2d=partial(nn.UpsamplingNearest2d, scale_factor=2),
    ),
    **on((4, 25), Fold=partial(nn.Fold, (6, 6), 2, stride=1)),
    **over_axes("Conv", 4, 3, 3, padding=1),
    **over_axes("ConvTranspose", 4, 3, 2),
    **over_axes("BatchNorm", 4),
    **over_axes("InstanceNorm", 4, affine=True),
    **over_axes("Dropout", 0.3),
    **over_axes("AvgPool", 2),
    **over_axes("MaxPool", 2),
    **over_axes("LPPool", 2, 2),
    **over_axes("AdaptiveAvgPool", 2),
    **over_axes("AdaptiveMaxPool", 2),
    **over_axes("FractionalMaxPool", 2, output_size=2, axes=(2, 3)),
    **over_axes("CircularPad", 1),
    **over_axes("ConstantPad", 1, 0.5),
    **over_axes("ReflectionPad", 1),
    **over_axes("ReplicationPad", 1),
    **over_axes("ZeroPad", 1),
    **{
        name: (called(build, by=unpooled), shape)
        for name, (build, shape) in over_axes("MaxUnpool", 2).items()
    },
    **over_axes("LazyConv", 3, 3),
    **over_axes("LazyConvTranspose", 3, 2),
    **over_axes("LazyBatchNorm"),
    **over_axes("LazyInstanceNorm", affine=True),
    **on(ROW, LazyLinear=partial(nn.LazyLinear, 3)),
}
WORDS: dict[str, Build] = {  # layers of whole numbers
    "Embedding": partial(nn.Embedding, 10, 3),
    "Embedding, padded": partial(nn.Embedding, 10, 3, padding_idx=0),
    "Embedding, by frequency": partial(nn.Embedding, 10, 3, scale_grad_by_freq=True),
    "Embedding, sparse": partial(nn.Embedding, 10, 3, sparse=True),
    "Embedding, renormed": partial(nn.Embedding, 10, 3, max_norm=0.5),
    "EmbeddingBag": partial(nn.EmbeddingBag, 10, 3),
    "EmbeddingBag, padded": partial(nn.EmbeddingBag, 10, 3, padding_idx=0),
}
NO_LAYERS = {  # of torch.nn, and why none of them stands above
    *("Container", "Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList"),
    *("Sequential", "RNNBase", "RNNCellBase"),  # what others are made of
    "SyncBatchNorm",  # takes tensors of an accelerator only
    "LinearCrossEntropyOptions",  # no module
}


def network(build: Build, shape: tuple[int, ...]) -> nn.Module:
    """Weights, the layer, and weights again, as one chain."""
    before = nn.Linear(shape[-1], shape[-1])
    return nn.Sequential(before, build(), nn.Flatten(), nn.LazyLinear(2)).double()


def of_words(build: Build) -> nn.Module:
    return nn.Sequential(build(), nn.Flatten(), nn.LazyLinear(2)).double()


def task(shape: tuple[int, ...], generator: Generator) -> Data:
    x = torch.randn(EXAMPLES, *shape, generator=generator, dtype=torch.float64)
    return Data(x, torch.randn(EXAMPLES, 2, generator=generator, dtype=torch.float64))


def sentences(generator: Generator) -> Data:
    x = torch.randint(10, (EXAMPLES, 5), generator=generator)
    return Data(x, torch.randn(EXAMPLES, 2, generator=generator, dtype=torch.float64))
