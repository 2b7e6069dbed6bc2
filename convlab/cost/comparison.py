"""A network's multiply-adds as torchinfo and fvcore count them, beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec

from torch import Tensor, nn

from ..errors import UsageError
from .differences import Difference, differences
from .network import Cost
from .peers import PEERS, Seen


@dataclass(frozen=True)
class Comparison:
    """What a peer says, per sample, and why it is not what `cost` says."""

    peer: str
    multiply_adds: float | None = None  # None if it failed
    differences: tuple[Difference, ...] = ()
    failure: str = ""


def comparisons(network: nn.Module, x: Tensor, spent: Cost) -> tuple[Comparison, ...]:
    """Of all PEERS that are installed; raises UsageError where none is."""
    installed = [peer for peer in PEERS if find_spec(peer)]
    if not installed:
        raise UsageError(
            f"nothing to compare with: neither {' nor '.join(PEERS)} is installed; "
            f"pip install {' '.join(PEERS)}"
        )
    return tuple(_compared(peer, network, x, spent) for peer in installed)


def _compared(peer: str, network: nn.Module, x: Tensor, spent: Cost) -> Comparison:
    try:
        seen: Mapping[str, Seen] = PEERS[peer](network, x)
    except Exception as error:  # what a peer cannot do is part of what there is to say
        said = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        return Comparison(peer, failure=said)
    told = differences(peer, network, spent, seen, len(x))
    return Comparison(peer, float(Fraction(seen[""].multiply_adds, len(x))), told)
