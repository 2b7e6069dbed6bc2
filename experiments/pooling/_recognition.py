"""Digits that are recognised by the nearest of others, in place or a pixel off, after pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from convlab.data import Dataset, load, shift_images, split
from convlab.measure import Sample
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._pooled import AVERAGE, DISPLACED, IN_PLACE, MAX, NONE, SIZES, WIDTHS
from ._windows import pooled

ARMS = [(NONE, 1), *((arm, k) for arm in (MAX, AVERAGE) for k in WIDTHS)]
ASKED = 0.2  # of the digits
PLACES = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))  # pixels, down and right: in place, and off

Key = tuple[int, str, int]  # size, arm and k


@dataclass(frozen=True)
class Questions:
    """Which digits a seed knows (K,), which it asks for (N,), and in which place off (N,)."""

    known: Tensor
    asked: Tensor
    off: Tensor


def recognised(workbench: Workbench, seeds: Sequence[int]) -> dict[Key, dict[str, Sample]]:
    """The shares of held-out digits that are recognised: each seed has a split of its own."""
    digits, found = load("digits"), {}
    questions = [drawn(digits, workbench, seed) for seed in seeds]
    for size in SIZES:
        images = in_all_places(digits.x, size)
        for arm, k in ARMS:
            outputs = pooled(images, arm, k, stride=k)
            shares = zip(*(answered(each, outputs, digits.y) for each in questions), strict=True)
            samples = (Sample(each, "mean", "data", ASKED / (1 - ASKED)) for each in shares)
            found[size, arm, k] = dict(zip((IN_PLACE, DISPLACED), samples, strict=True))
    return found


def drawn(digits: Dataset, workbench: Workbench, seed: int) -> Questions:
    numbered = replace(digits, x=torch.arange(len(digits.y)))
    known, asked = split(numbered, workbench.generator(Stream.SPLIT, seed), ASKED)
    places = workbench.generator(Stream.HELD_OUT, seed)
    off = torch.randint(1, len(PLACES), asked.x.shape, generator=places)
    return Questions(known.x, asked.x, off)


def in_all_places(digits: Tensor, size: int) -> Tensor:
    """Digits of that size, (N, places, H, W), on margins so wide that all windows tile them."""
    framed = pad(interpolate(digits, size=(size, size), mode="bilinear"), (size // 4,) * 4)
    return torch.cat([shift_images(framed, *each) for each in PLACES], dim=1)


def answered(questions: Questions, outputs: Tensor, y: Tensor) -> tuple[float, float]:
    """The shares of digits that are recognised, in place and off, by outputs (N, places, h, w).

    Each is given the class of the nearest known digit, by the distance of their outputs.
    """
    known, asked = questions.known, questions.asked
    there = outputs[known, 0].flatten(1)

    def share(place: Tensor) -> float:
        nearest = torch.cdist(outputs[asked, place].flatten(1), there).argmin(dim=1)
        return float((y[known[nearest]] == y[asked]).double().mean())

    return share(torch.zeros_like(questions.off)), share(questions.off)
