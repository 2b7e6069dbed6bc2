"""The figures of `hadamard`: what its networks make of the scene, and how their losses fell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from convlab import figures
from convlab.record import Record
from convlab.train import Networks

from ._boxes import Scene
from ._hadamard_quantities import FIELDS, SCENE
from ._scenes import filled_rectangles, product

Arrays = dict[str, NDArray[Any]]
PRODUCT = "product, as it should be"
SHOWN = (("plain", SCENE), ("exp 3x3", SCENE), ("log-exp", SCENE), ("log-exp", FIELDS))
NAMED = {SCENE: "the scene", FIELDS: FIELDS}


def keep_maps(
    arrays: Arrays,
    trained: Mapping[str, Mapping[str, Networks]],
    boxes: Scene,
    values: tuple[float, float],
) -> None:
    """What the first seed makes of the scene, and of the scene with a doubled, for the figure."""
    a, b = values
    for inputs, pair in {"(a, b)": (a, b), "(2a, b)": (2 * a, b)}.items():
        scene = filled_rectangles(boxes, pair)
        maps = {PRODUCT: product(scene)[0]}
        for arm, on in SHOWN:
            maps[f"{arm}, trained on {NAMED[on]}"] = trained[on][arm].predict(scene)[0, 0]
        arrays |= {f"{name}, of {inputs}": m[0].numpy() for name, m in maps.items()}


def draw_maps(record: Record, title: str) -> Figure:
    """The maps of (a, b) in one row, of (2a, b) in another, each named by its training."""
    panels = {name: pixels for row in ("(a, b)", "(2a, b)") for name, pixels in _row(record, row)}
    title += "\nOne seed; red: too large, blue: below 0. The second row doubles a."
    columns = len(panels) // 2
    return figures.images(panels, title=title, highest=1.05, lowest=-0.01, columns=columns)


def _row(record: Record, inputs: str) -> Iterator[tuple[str, NDArray[Any]]]:
    """The maps of these inputs by name, as shares of the largest product."""
    maps = {n: m for n, m in record.measurements.arrays.items() if n.endswith(f"of {inputs}")}
    largest = next(m for name, m in maps.items() if name.startswith(PRODUCT)).max()
    for name, pixels in maps.items():
        label = name.replace(", ", "\n", 1).replace(", of", "\nof")
        yield f"{label}: up to {pixels.max():.3g}", pixels / largest


def draw_losses(record: Record, title: str) -> Figure:
    """The losses on the scene, beside the least that any convolution can reach."""
    arrays = record.measurements.arrays
    unit = float((arrays[f"{PRODUCT}, of (a, b)"] ** 2).sum() ** 0.5)
    floor = record.measurements.get("least error (share)").center
    return figures.curves(
        {arm: arrays[f"loss of {arm}, scene"] / unit for arm in ("plain", "exp 3x3", "log-exp")},
        title=title,
        y="loss on the scene, as a share of ‖ab‖\n(line: median, band: middle 80 % of the seeds)",
        floors={"least-squares floor of every convolution": floor},
    )
