"""Tests of the experiment planted: patches, cosines, areas and steps by other means; controls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d
from sklearn.metrics import roc_auc_score
from torch import Generator

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from convlab.settings import Training
from convlab.streams import Stream
from convlab.workbench import Workbench
from experiments.features import _patches as patching
from experiments.features import _planted_names as names
from experiments.features import _planted_networks as networks

planted = lab.load(catalogue.experiments()["planted"])


def seeded(seed: int = 0) -> Generator:
    return Generator().manual_seed(seed)


def test_patches_have_mean_0_and_variance_1() -> None:
    for each in patching.patches(seeded()):
        assert float(each.mean()) == pytest.approx(0, abs=1e-6)
        assert float(each.square().mean()) == pytest.approx(1, abs=1e-5)


def test_an_image_holds_the_patch_of_its_class_and_noise() -> None:
    each = patching.patches(seeded())
    data = patching.planted(each, 200, seeded(1))
    assert data.x.shape == (200, 1, 16, 16) and int(data.y.sum()) == 100
    place = set()
    for image, label in zip(data.x[:, 0].numpy(), data.y.tolist(), strict=True):
        found = correlate2d(image, each[label].numpy(), mode="valid")
        row, column = np.unravel_index(found.argmax(), found.shape)
        rest = image.copy()
        rest[row : row + 5, column : column + 5] -= each[label].numpy()
        assert rest.std() == pytest.approx(patching.NOISE, abs=0.1)
        place.add((row, column))
    assert len(place) > 80


def test_cosines_are_those_of_numpy() -> None:
    kernels, each = torch.randn(1, 3, 5, 5, generator=seeded()), torch.ones(1, 2, 5, 5)
    each[0, 1] = torch.arange(25.0).view(5, 5)

    def cosine(one: torch.Tensor, other: torch.Tensor) -> float:
        a, b = one.flatten().numpy(), other.flatten().numpy()
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    expected = [max(cosine(k, patch) for k in kernels[0]) for patch in each[0]]
    assert patching.cosines(kernels, each)[0].tolist() == pytest.approx(expected, abs=1e-5)


def test_a_kernel_a_pixel_off_is_found_at_its_shift() -> None:
    patch = torch.zeros(1, 2, 5, 5)
    patch[0, :, 1:4, 1:4] = torch.randn(2, 3, 3, generator=seeded())
    moved = patch.roll((1, -1), dims=(2, 3))
    assert patching.shifted_cosines(moved, patch)[0].tolist() == pytest.approx([1, 1], abs=1e-5)
    assert float(patching.cosines(moved, patch).max()) < 0.9
    assert float(patching.shifted_cosines(-moved, patch).max()) < 0.9  # the sign counts


def test_areas_are_those_of_scikit_learn() -> None:
    scores = torch.randint(6, (50, 3), generator=seeded()).double()  # with many ties
    y = torch.arange(50) % 2
    expected = [roc_auc_score(y, column) for column in scores.T.numpy()]
    assert patching.areas_under_curve(scores, y).tolist() == pytest.approx(expected)


def test_wrong_labels_are_as_many_of_each_and_of_other_images() -> None:
    right, wrong = (patching.lesson(100, wrong_labels=w)(seeded()) for w in (False, True))
    assert torch.equal(right.x, wrong.x) and int(wrong.y.sum()) == 50
    assert 30 < int((right.y != wrong.y).sum()) < 70


def test_new_images_have_the_patches_that_were_learned() -> None:
    tests = networks.held_out(Workbench(), 2)
    for seed in (0, 1):
        own = patching.patches(Workbench().generator(Stream.DATA, seed))
        assert torch.equal(tests.patches[seed], own)
        learned = patching.lesson(16)(Workbench().generator(Stream.DATA, seed))
        assert not torch.equal(learned.x, tests.x[seed, :16])
    assert not torch.equal(tests.patches[0], tests.patches[1])


@pytest.mark.long
def test_a_step_and_its_reverse_change_the_loss_as_the_gradient_says() -> None:
    """To first order by lr times the squared gradient, computed by a plain backward pass."""
    what, lr = networks.Lesson(names.MAXIMUM, 2, 32, Training()), 1e-3
    measurements, workbench = Measurements(), Workbench()
    networks.add_step(measurements, workbench, what, 1, lr)
    step = replace(what, training=Training(steps=1, batch=32, lr=lr, optimizer="sgd"))
    first = networks.learn(workbench, "again", step, 1, [0]).at(0)
    network = networks.network(networks.HEADS[names.MAXIMUM], 2)
    network.load_state_dict({name: each[0] for name, each in first.state.items()})
    data = patching.lesson(32)(workbench.generator(Stream.DATA))
    torch.nn.functional.cross_entropy(network(data.x), data.y).backward()
    squared = sum(float(p.grad.square().sum()) for p in network.parameters() if p.grad is not None)
    for name, sign in ((names.DOWN, -1), (names.UP, 1)):
        change = measurements.get(names.CHANGE, step=name).center
        assert change == pytest.approx(sign * lr * squared, rel=0.05)


def test_a_control_sees_networks_that_learn_wrong_labels_as_well() -> None:
    measurements = Measurements()
    high = Sample((0.91, 0.93, 0.95, 0.92, 0.94, 0.96), "mean", "weights and data")
    for arm in (names.MAXIMUM, names.HALF, names.WRONG):
        measurements.add("", {"arm": arm, "done": 1.0}, {names.SHIFTED: high})
    (claim,) = (claim for claim in planted.CLAIMS if claim.id == "C127o1")
    assert claim.check(measurements, planted.Config()).outcome is Outcome.INVALID
    measurements.rows.pop()
    low = Sample(tuple(each - 0.5 for each in high.values), "mean", "weights and data")
    measurements.add("", {"arm": names.WRONG, "done": 1.0}, {names.SHIFTED: low})
    assert claim.check(measurements, planted.Config()).outcome is Outcome.HOLDS


def test_kernels_that_tell_the_classes_before_the_training_make_a_claim_invalid() -> None:
    (claim,) = (claim for claim in planted.CLAIMS if claim.id == "C127")
    for start, expected in ((0.84, Outcome.HOLDS), (0.95, Outcome.INVALID)):
        measurements = Measurements()
        for arm, done, area, cosine in (
            (names.MAXIMUM, 1.0, 0.99, 0.9),
            (names.WRONG, 1.0, 0.8, 0.4),
            (names.MANY, 0.0, start, 0.4),
        ):
            quantities = {
                name: Sample(tuple(center + i / 1000 for i in range(6)), "mean")
                for name, center in ((names.AREA, area), (names.SHIFTED, cosine))
            }
            measurements.add("", {"arm": arm, "done": done}, quantities)
        assert claim.check(measurements, planted.Config()).outcome is expected


def test_the_first_of_more_networks_are_asked_the_same() -> None:
    many, few = (networks.held_out(Workbench(), seeds) for seeds in (3, 2))
    assert torch.equal(many.of_first(2).x, few.x)
    assert torch.equal(many.of_first(2).patches, few.patches)
