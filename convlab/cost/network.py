"""What a network costs: parameters, multiply-adds and bytes, counted exactly and by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from .. import memory
from ..numbers import number
from ..settings import Timing
from .kinds import MULTIPLYING
from .memory import saved_bytes, training_peak_bytes
from .modes import in_mode, plain_operations
from .rules import products_left_out
from .times import Times, times
from .trace import Entry, trace


@dataclass(frozen=True)
class LayerCost:
    """One layer: its name in the network, its class, and what one sample costs in all its calls.

    Multiply-adds are rounded up where a layer is not called once per sample. A layer without a
    rule is counted by its operations: what it runs itself, and not in layers inside of it.
    """

    name: str  # empty for the network itself
    kind: str
    parameters: int
    multiply_adds: int  # per sample, padding counted, no bias: the nominal number
    effective_multiply_adds: int  # of these, the ones that meet a real pixel
    executed_multiply_adds: int | None  # by what torch ran; None if it ran what cannot be counted
    calls: int = 1
    shape: tuple[int, ...] | None = None  # of what the last call put out, with all samples
    ruled: bool = False  # counted by a rule, not by its operations
    operations: Mapping[str, int] = field(default_factory=dict)  # executed, by name: `aten.bmm`
    uncounted: tuple[str, ...] = ()  # operations that may multiply and add, and have no formula
    data_dependent: tuple[str, ...] = ()  # operations that take numbers or sizes out of tensors

    def __str__(self) -> str:
        counts = (self.parameters, self.multiply_adds)
        parameters, multiply_adds = map(number, counts)
        named = f"{self.name} ({self.kind})" if self.name else self.kind
        return f"{named}: {parameters} parameters, {multiply_adds} multiply-adds per sample"


@dataclass(frozen=True)
class Cost:
    """What a network costs on an input; multiply-adds are per sample, bytes per batch."""

    layers: tuple[LayerCost, ...]  # those that were called, in that order
    parameters: int  # one that several layers share is counted once
    weight_bytes: int  # of the parameters
    saved_bytes: int | None  # kept for backward, in train mode: see `memory.saved_bytes`
    peak_bytes: int | None = None  # if asked for: see `memory.training_peak_bytes`
    mode: str = "eval"  # or train: in which layers ran and multiply-adds were counted
    training_failure: str = (
        ""  # why a pass in train mode failed, if it did: no bytes are known then
    )
    times: Times | None = None  # if asked for, since they are measured

    def __str__(self) -> str:
        """The sums over all layers, a line each; what is not known is `?`."""
        counts = {
            "parameters": self.parameters,
            "multiply-adds per sample": self.multiply_adds,
            "of these on real pixels": self.effective_multiply_adds,
            "bytes of weights": self.weight_bytes,
            "bytes kept for backward": self.saved_bytes,
        }
        texts = {name: "?" if each is None else number(each) for name, each in counts.items()}
        width = max(map(len, texts.values()))
        lines = [f"{text:>{width}} {name}" for name, text in texts.items()]
        missing = [f"not counted: {', '.join(self.uncounted)}"] if self.uncounted else []
        return "\n".join([*lines, *missing])

    def __repr__(self) -> str:
        what = f"{number(self.parameters)} parameters"
        return f"<Cost: {what}, {number(self.multiply_adds)} multiply-adds per sample>"

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def effective_multiply_adds(self) -> int:
        return sum(layer.effective_multiply_adds for layer in self.layers)

    @property
    def executed_multiply_adds(self) -> int | None:
        """None if one layer's are not known."""
        counts = [layer.executed_multiply_adds for layer in self.layers]
        return None if None in counts else sum(filter(None, counts))

    @property
    def uncounted(self) -> tuple[str, ...]:
        """What may multiply and add and is in none of the numbers, behind the layer's class."""
        names = (f"{layer.kind}: {what}" for layer in self.layers for what in layer.uncounted)
        return tuple(dict.fromkeys(names))

    @property
    def data_dependent(self) -> tuple[str, ...]:
        """What makes the count one of this input alone, as another may take another way."""
        names = (f"{layer.kind}: {what}" for layer in self.layers for what in layer.data_dependent)
        return tuple(dict.fromkeys(names))


def cost(
    network: nn.Module,
    x: Tensor,
    *,
    train: bool = False,
    peak: bool = False,
    timing: Timing | None = None,
) -> Cost:
    """The cost of `network` on the batch x (N, ...); the network stays as it was.

    Multiply-adds are those of a prediction, in eval mode; with `train`, those of a pass in train
    mode, which fails where the network cannot be trained on x. Bytes are always those of training,
    and None where that fails, as batch norm does on one number per channel.
    A multiply-add is a product that is added to others. Layers are counted by their rule, where
    `rules.rule` has one, and products of tensors outside of such layers by their shapes. What
    moves, compares, adds or takes functions of single numbers (activations, pooling, dropout)
    does none. What else multiplies is named in `uncounted`: normalisation, products of two
    tensors number by number, Fourier transforms, custom operations, and what makes the weights of
    a layer that has a rule. What numpy or Python compute is not seen; that numbers go there is in
    `data_dependent`. Compiled parts run as they were written. On the meta device nothing is
    allocated.

    With `peak`, a second pass goes backward too; with `timing`, many do. Raises ValueError for
    an empty batch.

        >>> import torch
        >>> network = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        >>> counts = cost(network, torch.zeros(2, 1, 10, 10))
        >>> counts
        <Cost: 96 parameters, 4\u202f608 multiply-adds per sample>
        >>> counts.parameters, counts.multiply_adds, counts.mode, counts.uncounted[0]
        (96, 4608, 'eval', 'BatchNorm2d: aten._native_batch_norm_legit_no_training')
    """
    if not len(x):
        raise ValueError(f"cost needs a sample to count for, but x has the shape {tuple(x.shape)}")
    with plain_operations():
        with in_mode(network, train), trace(network) as entries:
            saved: int | None = saved_bytes(network, x)
        failure = ""
        if not train:
            saved, failure = _in_training(saved_bytes, network, x)
        most = _in_training(training_peak_bytes, network, x)[0] if peak and not failure else None
    parameters = list(network.parameters())
    return Cost(
        layers=tuple(_layer_costs(network, entries, len(x))),
        parameters=sum(p.numel() for p in parameters),
        weight_bytes=sum(p.numel() * p.element_size() for p in parameters),
        saved_bytes=saved,
        peak_bytes=most,
        mode="train" if train else "eval",
        training_failure=failure,
        times=times(network, x, timing, train=train, backward=not failure) if timing else None,
    )


def _in_training(
    count: Callable[[nn.Module, Tensor], int], network: nn.Module, x: Tensor
) -> tuple[int | None, str]:
    """A count in train mode; or None, and why a network that can predict cannot be trained so."""
    try:
        with memory.guard(), in_mode(network, train=True):
            return count(network, x), ""
    except (ValueError, RuntimeError) as error:
        return None, f"{type(error).__name__}: {error}".splitlines()[0]


def multiply_adds_run(function: Callable[[], object]) -> int:
    """The multiply-adds that torch's own counter sees while `function()` runs, of all samples.

    Products of matrices and convolutions, forward and backward, with the zeros of the padding.

        >>> import torch
        >>> x = torch.zeros(5, 3)
        >>> multiply_adds_run(lambda: x @ x.T)
        75
    """
    with FlopCounterMode(display=False) as counter:
        function()
    return int(counter.get_total_flops()) // 2


def _layer_costs(
    network: nn.Module, entries: Mapping[nn.Module, Entry], samples: int
) -> Iterator[LayerCost]:
    names = {layer: name for name, layer in network.named_modules()}
    for layer, entry in entries.items():
        whole = entry.by_rule is not None or not list(layer.children())
        parameters = sum(p.numel() for p in layer.parameters(recurse=whole))
        if whole or parameters or entry.by_name or entry.unknown or entry.reading:
            yield _layer_cost(layer, names[layer], parameters, entry, samples)


def _layer_cost(
    layer: nn.Module, name: str, parameters: int, entry: Entry, samples: int
) -> LayerCost:
    ruled = entry.by_rule is not None
    multiply_adds = entry.by_rule or entry.by_operations
    opaque = ruled and not MULTIPLYING.issuperset(entry.unknown)
    executed = _per_sample(entry.by_operations.nominal, samples)
    return LayerCost(
        name=name,
        kind=type(layer).__name__,
        parameters=parameters,
        multiply_adds=_per_sample(multiply_adds.nominal, samples),
        effective_multiply_adds=_per_sample(multiply_adds.effective, samples),
        executed_multiply_adds=None if opaque else executed,
        calls=entry.calls,
        shape=entry.shape,
        ruled=ruled,
        operations={name: _per_sample(count, samples) for name, count in entry.by_name.items()},
        uncounted=_left_out(layer, entry) if ruled else tuple(entry.unknown),
        data_dependent=tuple(entry.reading),
    )


def _left_out(layer: nn.Module, entry: Entry) -> tuple[str, ...]:
    return (*products_left_out(layer), *(f"{name} of its weights" for name in entry.of_weights))


def _per_sample(count: int, samples: int) -> int:
    return ceil(Fraction(count, samples))
