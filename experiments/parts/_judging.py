"""What networks are taught about faces, and how many of which new images they then call faces.

Every seed draws images of its own, to train on and to be asked. Class 1 is a face.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from matplotlib.figure import Figure
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from convlab.data import shift_images
from convlab.figures import side_by_side
from convlab.measure import Measurements, Sample
from convlab.probes.exact import exact_logits
from convlab.settings import Training
from convlab.streams import Data, Draw, Stream
from convlab.train import Loss, Networks, sample
from convlab.workbench import Workbench

from ._face_names import (
    DELETED,
    DOUBLED,
    DUPLICATES,
    FACES,
    JUMBLED,
    MISSING,
    MOVED,
    SCRAPS,
    SHOWN,
    Learning,
)
from ._faces import (
    REACH,
    SHOWN_ORDERS,
    composed,
    drawn_offsets,
    drawn_parts,
    duplicated,
    in_place,
    jumbled,
    missing,
    scrapped,
)

Order = Callable[[int, Generator], Tensor]
Questions = dict[str, Tensor]  # images (S, N, 1, SIDE, SIDE) by kind
NONE: dict[str, tuple[Order, ...]] = {  # what is no face, in equal shares
    MISSING: (missing,),
    SCRAPS: (missing, scrapped),
    DUPLICATES: (missing, duplicated),
    SHOWN: (missing, partial(jumbled, orders=SHOWN_ORDERS)),
}
ASIDE = 4  # pixels that moved faces are further to the right; the deep network's strides make 4


def examples(kind: str, faces: int, reach: int = REACH) -> Draw:
    """Draws so many faces and as many images of that kind that are none."""

    def draw(generator: Generator) -> Data:
        wrong = NONE[kind]
        counts = [_part_of(faces, number, len(wrong)) for number in range(len(wrong))]
        drawn = [each(count, generator) for each, count in zip(wrong, counts, strict=True)]
        order = torch.cat([in_place(faces), *drawn])
        parts = drawn_parts(len(order), generator)
        offsets = drawn_offsets(len(order), generator, reach)
        return Data(composed(parts, order, offsets), (torch.arange(len(order)) < faces).long())

    return draw


def _part_of(count: int, number: int, parts: int) -> int:
    """So many fall to this part where they are shared out as equally as can be."""
    return count // parts + (number < count % parts)


def learn(
    workbench: Workbench,
    name: str,
    build: Callable[[], nn.Module],
    kind: str,
    settings: Learning,
    *,
    training: Training | None = None,
    loss: Loss = cross_entropy,
    reach: int = REACH,
) -> Networks:
    """Networks that have learned faces and what is none, one per seed."""
    return workbench.fit(
        name,
        build,
        examples(kind, settings.faces, reach),
        loss,
        seeds=settings.seeds,
        training=training or settings.training,
    )


def half_the_steps(training: Training) -> Training:
    return training.model_copy(update={"steps": max(1, training.steps // 2)})


def new_images(workbench: Workbench, settings: Learning, reach: int = REACH) -> Questions:
    """New images of each kind for each seed: the same parts in other orders, and moved."""
    streams = (workbench.generator(Stream.HELD_OUT, seed) for seed in range(settings.seeds))
    drawn = [_new_images(settings.asked, generator, reach) for generator in streams]
    return {kind: torch.stack([each[kind] for each in drawn]) for kind in drawn[0]}


def _new_images(count: int, generator: Generator, reach: int) -> Questions:
    parts, offsets = drawn_parts(count, generator), drawn_offsets(count, generator, reach)
    orders = {
        FACES: in_place(count),
        JUMBLED: jumbled(count, generator),
        DELETED: missing(count, generator),
        DOUBLED: duplicated(count, generator),
    }
    images = {kind: composed(parts, order, offsets) for kind, order in orders.items()}
    return images | {MOVED: shift_images(images[FACES], 0, ASIDE)}


def called_faces(
    networks: Networks, images: Questions, *, exact: bool = False
) -> dict[str, Sample]:
    """The share of the images of each kind that a network calls faces, in percent.

    `exact` rounds weights, so that equal sums of greys are equal to the last bit.
    """
    found = {}
    for kind, x in images.items():
        logits = exact_logits(networks, x, own=True) if exact else networks.predict(x, own=True)
        shares = 100 * (logits.argmax(dim=-1) == 1).double().mean(dim=1)
        shares = shares.masked_fill(networks.diverged, torch.nan)
        found[kind] = sample(shares, "mean", "weights and data")
    return found


def by_arm(measurements: Measurements, quantities: tuple[str, ...], title: str) -> Figure:
    """The shares of each arm beside each other."""
    y = "share (%), mean and 95 % interval over seeds"
    figure = side_by_side(measurements, quantities, by="arm", title=title, y=y, levels={})
    (axes,) = figure.axes
    labels = [label.get_text().replace(", ", ",\n") for label in axes.get_xticklabels()]
    axes.set_xticks(axes.get_xticks(), labels)
    return figure


def margin_loss(lengths: Tensor, y: Tensor) -> Tensor:
    """That of capsules: Σ_k T_k max(0, 0.9 - |v_k|)² + (1 - T_k) / 2 max(0, |v_k| - 0.1)².

    The mean over examples; T_k is 1 where k is the class of an example, else 0.
    """
    right = torch.arange(lengths.shape[1], device=y.device) == y.unsqueeze(1)
    short, long = (0.9 - lengths).clamp(min=0), (lengths - 0.1).clamp(min=0)
    return torch.where(right, short.square(), long.square() / 2).sum(dim=1).mean()
