"""The figure of `sharpness`: a photograph made smaller in three ways."""

from __future__ import annotations

import torch
from matplotlib.figure import Figure

from convlab.data import PHOTOGRAPHS
from convlab.figures import images
from convlab.record import Record

from ._pooled import AVERAGE, MAX
from ._sharp_quantities import GRADIENT, SHOWN, SUBSAMPLED
from ._sharpness import reduced


def of_a_photograph(record: Record, finding: str) -> Figure:
    name = PHOTOGRAPHS[-1]
    pixels = torch.from_numpy(record.measurements.arrays[name])[None]
    energies = {
        arm: record.measurements.get(GRADIENT, image=name, arm=arm, k=SHOWN).center
        for arm in (MAX, AVERAGE, SUBSAMPLED)
    }
    panels = {
        f"{arm}: {energy / energies[AVERAGE]:.2f}": reduced(pixels, arm, SHOWN)[0].numpy()
        for arm, energy in energies.items()
    }
    title = (
        f"{finding}\n(windows of {SHOWN} x {SHOWN} pixels; numbers: gradient "
        "energy of the whole photograph, over that of average pooling)"
    )
    return images(panels, title=title, highest=1.0)
