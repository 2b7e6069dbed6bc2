"""The post's formula in several readings, each beside the layer."""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor

from convlab.streams import Stream
from convlab.workbench import Workbench

from ._layer_cases import Case
from ._signals import turned
from ._ways import MINUS, ONE_LINE, PRINTED, WHOLE_SUMS
from ._written import written


def compare(case: Case, workbench: Workbench, seed: int) -> dict[str, bool]:
    """Whether each reading of the formula gives the layer's numbers."""
    x, w = case.numbers(workbench.generator(Stream.DATA, seed))
    layer = case.layer(x, w)
    lines = list(product(range(case.k), repeat=case.dimensions - 1))  # every value of q and r
    line = lines[seed % len(lines)]
    alone = only(w, line)
    return {
        PRINTED: any(torch.equal(by_sums(x, only(w, each)), layer) for each in lines),
        WHOLE_SUMS: torch.equal(by_sums(x, w), layer),
        MINUS: torch.equal(by_sums(x, turned(w)), layer),
        ONE_LINE: torch.equal(by_sums(x, only(alone, line)), case.layer(x, alone)),
    }


def by_sums(x: Tensor, w: Tensor) -> Tensor:
    return torch.from_numpy(written(x.long().numpy(), w.long().numpy())).double()


def only(w: Tensor, line: tuple[int, ...]) -> Tensor:
    """The kernel, 0 but where q and r have these values: then the sum over p is all there is."""
    where: tuple[slice | int, ...] = (slice(None), slice(None), slice(None), *line)
    kept = torch.zeros_like(w)
    kept[where] = w[where]
    return kept
