"""Why a peer counts other multiply-adds than `cost`: reasons that account for the difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from torch import nn

from .network import Cost, LayerCost
from .peers import Seen
from .rules import rule

UNEXPLAINED = "unexplained"
ROUNDED = 0.0005  # of a number that is written with four digits
PRODUCTS = {"addmm", "bmm", "conv", "einsum", "linear", "matmul", "mm"}  # of fvcore
UNFUSED = ("aten.addmm", "aten.mm")
KERNELS = {  # by which operations torch does one that is made of others, on one device or another
    "aten.scaled_dot_product_attention": ("aten.bmm", "aten._scaled_dot_product"),
    "aten.lstm": (*UNFUSED, "aten.mkldnn_rnn_layer"),
    "aten.gru": UNFUSED,
    "aten.rnn_tanh": UNFUSED,
    "aten.rnn_relu": UNFUSED,
}
Reasons = dict[str, int]
Explain = Callable[[nn.Module, LayerCost, Seen, int], Reasons]


@dataclass(frozen=True)
class Difference:
    """What a peer counts more than `cost`, per sample, for one reason; and in which layers."""

    reason: str
    multiply_adds: float
    layers: tuple[str, ...]


def differences(
    peer: str, network: nn.Module, spent: Cost, seen: Mapping[str, Seen], samples: int
) -> tuple[Difference, ...]:
    """Together they are the peer's total less ours.

    A reason is given only for a difference that is to the last digit what follows from it, or is
    within the bound of a rounding; the rest is UNEXPLAINED.
    """
    amounts: Counter[str] = Counter()
    layers: dict[str, list[str]] = {}
    for layer, ours, theirs in _layers(network, spent, seen):
        for reason, amount in EXPLAIN[peer](layer, ours, theirs, samples).items():
            amounts[reason] += amount
            layers.setdefault(reason, []).append(ours.name)
    return tuple(
        Difference(reason, float(Fraction(amount, samples)), tuple(layers[reason]))
        for reason, amount in amounts.items()
    )


def _layers(
    network: nn.Module, spent: Cost, seen: Mapping[str, Seen]
) -> Iterator[tuple[nn.Module, LayerCost, Seen]]:
    """Each layer with our count and the peer's, of which those inside are parts of their own."""
    rows = {row.name: row for row in spent.layers}
    inside: tuple[str, ...] = ()
    for name, layer in network.named_modules():
        if name.startswith(inside) and inside:
            continue
        row = rows.get(name) or LayerCost(name, type(layer).__name__, 0, 0, 0, 0)
        whole, told = seen.get(name, Seen(0)), f"{name}." if name else ""
        if rule(layer):
            inside = (*inside, told)
            yield layer, row, whole
        else:
            parts = [seen.get(told + part, Seen(0)) for part, _ in layer.named_children()]
            yield layer, row, whole.without(parts)


def _torchinfo(layer: nn.Module, ours: LayerCost, seen: Seen, samples: int) -> Reasons:
    """It multiplies parameters called weight or bias by a factor that the class's name decides."""
    counted, shape = ours.multiply_adds * samples, ours.shape or ()
    sizes = {name: p.numel() for name, p in layer.named_parameters(recurse=False)}
    factor = shape[:1] + shape[2:] if "Conv" in ours.kind else shape[:1]
    biases = ours.calls * _taken(sizes, "bias", factor, shape)
    weights = ours.calls * _taken(sizes, "weight", factor, shape)
    rest = seen.multiply_adds - biases
    if seen.multiply_adds in (0, counted):  # with nothing for biases
        rest, biases = seen.multiply_adds, 0
    reason = UNEXPLAINED
    if rest == 0:
        reason = (
            "counts no products but those of parameters called weight, in layers without parts"
        )
    elif rest == weights:
        reason = _of_weights(ours, sizes.get("weight", 0), samples) or UNEXPLAINED
    return _nonzero({"counts a bias as a product": biases, reason: rest - counted})


def _taken(
    sizes: Mapping[str, int], kind: str, factor: tuple[int, ...], shape: tuple[int, ...]
) -> int:
    """What torchinfo makes of the parameters called so, or whose name contains it."""
    others = sum(size for name, size in sizes.items() if kind in name and name != kind)
    return sizes.get(kind, 0) * prod(factor) + others * prod(shape[:2])


def _of_weights(ours: LayerCost, weights: int, samples: int) -> str:
    counted, rows = ours.multiply_adds * samples, prod((ours.shape or ())[:-1])
    if not counted:
        return f"counts the weights of {ours.kind}, which are no part of a sum of products"
    if "Conv" in ours.kind and counted == ours.calls * weights * samples:
        return "multiplies all weights by the number of positions, for a class called Conv"
    if ours.ruled and counted == ours.calls * weights * rows:
        return "counts each weight once per sample, where a layer is applied to several rows of it"
    unknown = not ours.ruled and "Conv" not in ours.kind
    return "counts each weight once, and no more, of a class that it does not know" * unknown


def _fvcore(layer: nn.Module, ours: LayerCost, seen: Seen, samples: int) -> Reasons:
    """It counts by operation, of which it does not know all, and elementwise ones by number."""
    counted = ours.multiply_adds * samples
    others = {name: round(n) for name, n in seen.operations.items() if name not in PRODUCTS}
    rest = seen.multiply_adds - sum(others.values())
    by_number = {f"counts {name} by the number": amount for name, amount in others.items()}
    missed = {name: samples * _ran_as(name, ours.operations) for name in seen.unknown}
    reason = UNEXPLAINED
    if counted - rest == sum(missed.values()):
        reason = f"does not know {', '.join(name for name in missed if missed[name])}"
    elif abs(counted - rest) <= ROUNDED * seen.operations["einsum"]:
        reason = "reads what an einsum takes off a text of four digits"
    return _nonzero({**by_number, reason: rest - counted})


def _ran_as(name: str, operations: Mapping[str, int]) -> int:
    """The multiply-adds of what torch ran for an operation that fvcore saw, such as aten::bmm_."""
    if name.startswith("prim::PythonOp"):  # an autograd.Function: fvcore does not look inside
        return sum(operations.values())
    plain = name.replace("::", ".").removesuffix("_")
    kernels = KERNELS.get(plain, ())
    return sum(n for ran, n in operations.items() if ran == plain or ran.startswith(kernels))


def _nonzero(reasons: Reasons) -> Reasons:
    return {reason: amount for reason, amount in reasons.items() if amount}


EXPLAIN: dict[str, Explain] = {"torchinfo": _torchinfo, "fvcore": _fvcore}
