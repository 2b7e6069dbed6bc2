"""How far from the product on a scene the best layer is, and one that was trained by each loss."""

from __future__ import annotations

import torch
from torch.nn.functional import l1_loss, mse_loss

from convlab.measure import Sample, exactly
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Loss, norm
from convlab.workbench import Workbench

from ._drawing_names import DISTANCE, FROM_BEST
from ._networks import best_output, plain

BY_LOSS = ("overlapping", "identical")  # scenes on which the losses are compared


def distances_on(
    scene: str, data: Data, seeds: int, training: Training, workbench: Workbench
) -> dict[str, dict[str, Sample]]:
    """‖out - ab‖ of the best layer there is, and of the one trained by each loss."""
    best = Data(data.x, best_output(data.x, data.y))
    floor = exactly(float(torch.linalg.vector_norm(best.y - data.y)))
    distances = {"least squares": {DISTANCE: floor, FROM_BEST: exactly(0)}}
    for arm, (loss, its_own) in _arms(training, scene).items():
        name = f"{scene}, {arm}"
        networks = workbench.fit(name, plain, data, loss, seeds=seeds, training=its_own)
        targets = {DISTANCE: data, FROM_BEST: best}
        distances[arm] = {what: networks.score(norm, each) for what, each in targets.items()}
    return distances


def _arms(training: Training, scene: str) -> dict[str, tuple[Loss, Training]]:
    """The losses by which a layer is trained on this scene, and how lr falls."""
    constant = training.model_copy(update={"schedule": "constant"})
    arms: dict[str, tuple[Loss, Training]] = {"norm": (norm, training)}
    if scene in BY_LOSS:
        arms |= {
            "norm, constant lr": (norm, constant),
            "squared norm": (mse_loss, training),
            "squared norm, constant lr": (mse_loss, constant),
        }
    if scene == "overlapping":
        arms |= {"absolute error": (l1_loss, training)}
    return arms
