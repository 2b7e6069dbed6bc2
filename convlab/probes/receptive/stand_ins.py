"""What each operation of torch reads, told by a stand-in through which a gradient finds it.

A stand-in takes what the operation takes, with 1 for a number that may be anything and 0 for one
that is surely 0. It depends on the same elements, but linearly, and no factor in it is below 0, so
that nothing cancels: a maximum becomes a sum, and a difference too. An operation that is linear
already, without signs, stands for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, adaptive_avg_pool3d, pad

from .operations import (
    BATCH_NORMS,
    INTERPOLATIONS,
    LINEAR,
    MIXTURES,
    MOVES,
    REDUCTIONS,
    RUNNING,
    SINGLE,
    Call,
)

StandIn = Callable[[Call], Any]
ROUNDED = 1e-9  # a smaller weight of an interpolation is a rounded 0


def stand_in(call: Call) -> Sequence[Tensor]:
    """What stands for the outputs; raises ValueError for an operation without a rule."""
    pointwise = torch.Tag.pointwise in call.operation.tags
    rule = STAND_INS.get(call.name, _pointwise if pointwise else None)
    if rule is None or call.operation._overloadname == "dtype":  # other bits, as numbers
        raise ValueError(
            f"no rule says what {call.operation} reads: compute it from other operations, or "
            "probe the part of the network before it"
        )
    results = rule(call)
    return [results] if isinstance(results, Tensor) else list(results)


def _pointwise(call: Call) -> Tensor:
    """Any function of the elements at one place."""
    arguments = [*call.positional, *call.named.values()]
    tensors = [argument for argument in arguments if isinstance(argument, Tensor)]
    return reduce(torch.add, tensors).expand(call.shapes[0])


def _choice(call: Call) -> Any:
    """where: what is not chosen is not read, unless the choice depends on the input too."""
    return call.run() if call["condition"].dtype == torch.bool else _pointwise(call)


def _linear(call: Call) -> Any:
    """Itself, with 1 for a factor or a divisor, which may be negative, and with 0 for 0."""
    given = {name: call[name] for name in ("alpha", "beta", "divisor_override")}
    factors = {name: int(each != 0) for name, each in given.items() if each is not None}
    return call.run_with(**factors) if any(each != 1 for each in given.values()) else call.run()


def _interpolation(call: Call) -> Tensor:
    """Along one axis after the other, without the signs that cubic weights have."""
    y: Tensor = call["self"] if call["self"] is not None else call["input"]
    for axis in range(2, y.ndim):
        y = (y.movedim(axis, -1) @ _taps(call, axis - 2, y.shape[axis])).movedim(-1, axis)
    return y


def _taps(call: Call, axis: int, pixels: int) -> Tensor:
    """Which outputs each pixel along an axis counts for, 1 or 0: (pixels, outputs)."""
    others = len(call["output_size"]) - 1
    declared = (argument.name for argument in call.operation._schema.arguments)
    scale = [call[name] for name in declared if name.startswith("scale")][axis]
    impulses = torch.eye(pixels, dtype=torch.float64).reshape(pixels, 1, *[1] * others, pixels)
    # all axes are alike, and only the last is laid out in one way whatever the others' sizes are
    size, scales = [*[1] * others, call["output_size"][axis]], [*[None] * others, scale]
    weights = call.operation(impulses, size, call["align_corners"], *scales)
    taps: Tensor = weights.reshape(pixels, -1).abs() > ROUNDED
    return taps.double()


def _reduction(call: Call) -> tuple[Tensor, ...]:
    """One number, or several, of all elements along some axes."""
    x: Tensor = call.positional[0]
    total = x.sum(_axes(call, x), keepdim=True)
    return tuple(total.reshape(shape) for shape in call.shapes)


def _mixture(call: Call) -> tuple[Tensor, ...]:
    """As many numbers as there are elements along an axis, each of all of them."""
    x: Tensor = call.positional[0]
    total = x.sum(_axes(call, x), keepdim=True)
    return tuple(total.expand(shape) for shape in call.shapes)


def _running(call: Call) -> tuple[Tensor, ...]:
    total = call.positional[0].cumsum(call["dim"])
    return tuple(total for _ in call.shapes)


def _softmax(call: Call) -> Tensor:
    """What a mask excludes is 0 afterwards, and does not count in the sum of the others."""
    x: Tensor = call.positional[0] * call.alive[0]
    return x.sum(_axes(call, x), keepdim=True).expand_as(x)


def _axes(call: Call, x: Tensor) -> list[int]:
    axes = call["dim"]
    if axes is None or axes == []:
        return list(range(x.ndim))
    return [axes] if isinstance(axes, int) else list(axes)


def _batch_norm(call: Call) -> Tensor:
    """In train mode each channel is compared with itself, everywhere in the batch."""
    x: Tensor = call["input"]
    everywhere = [axis for axis in range(x.ndim) if axis != 1]
    trained = call["training"] is not False
    return x.sum(everywhere, keepdim=True).expand_as(x) if trained else x


def _layer_norm(call: Call) -> Tensor:
    x: Tensor = call["input"]
    axes = list(range(-len(call["normalized_shape"]), 0))
    return x.sum(axes, keepdim=True).expand_as(x)


def _group_norm(call: Call) -> Tensor:
    x: Tensor = call["input"]
    groups = x.reshape(len(x), call["group"], -1)
    return groups.sum(-1, keepdim=True).expand_as(groups).reshape(x.shape)


def _maximum(call: Call) -> tuple[Tensor, ...]:
    """The sum over every window instead of its maximum, axis by axis."""
    x: Tensor = call["self"]
    kernel: Sequence[int] = call["kernel_size"]
    options = (call["stride"] or kernel, call["padding"], call["dilation"])
    sizes = call.shapes[0][-len(kernel) :]
    for axis, (size, k, *rest) in enumerate(
        zip(sizes, kernel, *(_each(option, len(kernel)) for option in options), strict=True),
        start=x.ndim - len(kernel),
    ):
        x = _sum(x, axis, size, k, *rest)
    return tuple(x for _ in call.shapes)


def _each(option: Sequence[int], axes: int) -> list[int]:
    return list(option) * (axes // len(option))


def _sum(
    x: Tensor, axis: int, size: int, kernel: int, stride: int, padding: int, dilation: int
) -> Tensor:
    """The sums over `size` windows along one axis."""
    span = dilation * (kernel - 1) + 1
    after = (size - 1) * stride + span - x.shape[axis] - padding  # less than 0: pixels left over
    padded = pad(x.movedim(axis, -1), (padding, after))
    return padded.unfold(-1, span, stride)[..., ::dilation].sum(-1).movedim(-1, axis)


def _adaptive_maximum(call: Call) -> tuple[Tensor, ...]:
    """Its windows are those of the adaptive mean."""
    mean = {"adaptive_max_pool2d": adaptive_avg_pool2d, "adaptive_max_pool3d": adaptive_avg_pool3d}
    y = mean[call.name](call["self"], call["output_size"])
    return tuple(y for _ in call.shapes)


STAND_INS: dict[str, StandIn] = {
    **dict.fromkeys(MOVES, Call.run),
    **dict.fromkeys(LINEAR, _linear),
    **dict.fromkeys(INTERPOLATIONS, _interpolation),
    **dict.fromkeys(REDUCTIONS, _reduction),
    **dict.fromkeys(MIXTURES, _mixture),
    **dict.fromkeys(RUNNING, _running),
    **dict.fromkeys(SINGLE, _pointwise),
    **dict.fromkeys(BATCH_NORMS, _batch_norm),
    **dict.fromkeys(("max_pool2d_with_indices", "max_pool3d_with_indices"), _maximum),
    **dict.fromkeys(("adaptive_max_pool2d", "adaptive_max_pool3d"), _adaptive_maximum),
    "view_as_real": lambda call: call["self"].unsqueeze(-1).expand(call.shapes[0]),
    "view_as_complex": lambda call: call["self"].sum(-1),
    "copy": lambda call: call["src"].expand(call.shapes[0]),
    "rrelu_with_noise_functional": lambda call: call["self"],
    "native_layer_norm": _layer_norm,
    "native_group_norm": _group_norm,
    "_softmax": _softmax,
    "where": _choice,
}
