"""How the answers of networks to moved digits compare with the truth, and with each other."""

from __future__ import annotations

import torch
from torch import Tensor

from convlab.measure import Sample, exactly
from convlab.probes.answers import accuracy, probability_change
from convlab.streams import Data

from ._centred_digits import SHIFTS, over_splits
from ._consistency_names import CENTRED, CHANGE, MOVED, PROBABILITY, SAME
from ._halving import CLASSES
from ._under_shifts import consistency


def compared(logits: Tensor, digits: Data) -> dict[str, Sample]:
    """Of logits (S, shifts, N, K), of which the first shift is none."""
    right = torch.stack([accuracy(each, digits.y) for each in logits.unbind(1)], dim=1)
    still, moved = logits[:, 0], logits[:, 1:].unbind(1)
    changes = torch.stack([probability_change(still, each, digits.y) for each in moved])
    return {
        CENTRED: over_splits(right[:, 0]),
        MOVED: over_splits(right[:, 1:].mean(dim=1)),
        SAME: over_splits(consistency(logits)),
        PROBABILITY: over_splits(changes.mean(dim=0)),
        CHANGE: exactly(float((logits - still.unsqueeze(1)).abs().max())),
    }


def one_class(digits: Data) -> Tensor:
    """The logits of a classifier that gives every digit, wherever it is, the first class."""
    seeds, images = digits.y.shape
    logits = torch.zeros(seeds, len(SHIFTS), images, CLASSES)
    logits[..., 0] = 1
    return logits
