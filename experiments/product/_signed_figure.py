"""The figure of `signed`: what networks make of numbers of both signs, beside the product."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from matplotlib.figure import Figure

from convlab.figures import images
from convlab.record import Record


def of_signs(record: Record, title: str, arms: Iterable[str]) -> Figure:
    values = torch.linspace(-1, 1, 41)
    shown = {"product, as it should be": (values[:, None] * values).numpy()}
    shown |= {f"{arm}, trained": record.measurements.arrays[arm] for arm in arms}
    return images(
        shown,
        title=f"{title}\nOne seed; a from left to right, b from top to bottom, "
        "both −1 to 1; red: above 0, blue: below",
        shared=True,
    )
