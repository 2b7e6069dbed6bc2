"""The figures of `spikes`: maps that stay the same, and one digit whose pixel moves."""

from __future__ import annotations

import torch
from matplotlib.figure import Figure

from convlab.figures import bars, images
from convlab.record import Record

from ._pooled import MAX
from ._spikes_names import AFTER, BEFORE, NEAR, SAME
from ._strokes import POOLS
from ._windows import pooled


def of_shares(record: Record, title: str) -> Figure:
    shares = {
        f"{arm}, {k} x {k}" if k > 1 else arm: record.measurements.get(
            SAME, arm=arm, k=k, moves=NEAR
        )
        for arm, k in POOLS
    }
    return bars(
        {name: 100 * share.center for name, share in shares.items()},
        title=title,
        x="digits with the same map (%), mean of the seeds",
        log=False,
    )


def of_a_shape(record: Record) -> Figure:
    shapes = {name: torch.from_numpy(record.measurements.arrays[name]) for name in (BEFORE, AFTER)}
    maps = {f"{each}, {MAX}": pooled(shapes[each][None], MAX, 3, stride=3)[0] for each in shapes}
    panels = {name: image.numpy() for name, image in (shapes | maps).items()}
    return images(panels, title="One pixel of a digit's stroke moves to a neighbour")
