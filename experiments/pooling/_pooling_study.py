"""What windows keep of images that move, and of one bright pixel, as rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import torch
from torch.nn.functional import max_pool2d

from convlab.measure import Measurements, Sample, Varies, exactly
from convlab.workbench import Workbench

from ._laws import law_of_noise
from ._pooled import FEATURES, MAX, SEEN, UNCHANGED, WIDTHS
from ._pooling_quantities import ALONG, DIAGONAL, LAW, MAXIMUM, OTHERWISE, SAME_OUTPUT
from ._windows import Key, drawn_images, photographs, share_of_same_outputs, shares

MOVES = {ALONG: (0, 1), DIAGONAL: (1, 1)}  # pixels, down and right
EXAMPLE = {"[1, 0, 0]": (1.0, 0.0, 0.0), "[0, 0, 1]": (0.0, 0.0, 1.0)}


def add_shares(
    measurements: Measurements, seeds: Sequence[int], side: int, workbench: Workbench
) -> None:
    """The outputs that stay the same, of windows with max-pooling and otherwise."""
    found = shares_of_all(seeds, side, workbench)
    for (image, arm, k), share in sorted(found.items(), key=lambda item: item[0][1] != MAX):
        if arm == MAX:
            measurements.add(
                "Windows of k x k pixels that keep their maximum when the image moves by a pixel",
                {"image": image, "k": k},
                {UNCHANGED: share, LAW: exactly(law_of_noise(k))},
            )
        else:
            title = "Outputs that stay the same without max-pooling, averages of 3 x 3 pixels"
            measurements.add(title, {"image": image, "arm": arm}, {OTHERWISE: share})


def shares_of_all(seeds: Sequence[int], side: int, workbench: Workbench) -> dict[Key, Sample]:
    """Of the photographs, and of what each seed draws: noise of that side, and feature maps."""
    known = photographs()
    by_seed = [
        shares(drawn_images(known, side, workbench, seed))
        for seed in workbench.track("noise and maps", seeds)
    ]
    found = {key: exactly(share) for key, share in shares(known).items()}
    for key in by_seed[0]:
        varies: Varies = "weights" if key[0] in (FEATURES, SEEN) else "data"
        found[key] = Sample(tuple(seed[key] for seed in by_seed), "mean", varies)
    return found


def add_bright_pixel(measurements: Measurements) -> None:
    """For each window and move, the share of positions of a bright pixel with the same output."""
    title = "One bright pixel moves by one: positions with the same output of k x k windows"
    for k, arm in product(WIDTHS, MOVES):
        same = exactly(share_of_same_outputs(k, MOVES[arm]))
        measurements.add(title, {"k": k, "arm": arm}, {SAME_OUTPUT: same})


def add_example(measurements: Measurements) -> None:
    for vector, pixels in EXAMPLE.items():
        maximum = exactly(float(max_pool2d(torch.tensor([[pixels]]), (1, 3))))
        measurements.add("The post's example, max-pooled", {"input": vector}, {MAXIMUM: maximum})
