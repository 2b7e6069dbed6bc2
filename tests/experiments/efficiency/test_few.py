"""Tests of the few digits that are learned from, and of what `few`'s claims see."""

from math import sqrt
from statistics import fmean, stdev

import pytest
import torch
from torch import nn

from convlab.measure import Measurements, Outcome, Sample
from convlab.settings import Training
from convlab.streams import Data, Stream, draw_each
from convlab.workbench import Workbench
from experiments.efficiency import few as experiment
from experiments.efficiency._few_images import (
    Learner,
    architectures,
    few,
    first_of_each_class,
    mean_of,
)
from experiments.efficiency._few_quantities import (
    ACCURACY,
    HALF,
    IN_ORDER,
    MACHINE,
    MEAN,
    PUBLISHED,
    RANDOM,
    SHUFFLED,
    WRITERS,
    sets_that_decide,
)

ARMS = ("cnn", "mlp", "linear", MACHINE)


def test_the_first_of_each_class_are_taken_in_their_order() -> None:
    y = torch.tensor([2, 0, 2, 1, 0, 2, 1, 0])
    data = first_of_each_class(Data(torch.arange(8), y), 2)
    taken = list[int]()
    for i, label in enumerate(y.tolist()):
        if [y[j].item() for j in taken].count(label) < 2:
            taken.append(i)
    assert data.x.tolist() == taken and torch.equal(data.y, y[taken])


@pytest.mark.parametrize("writers", [False, True])
def test_few_images_begin_more_and_none_is_tested(writers: bool) -> None:
    images, seeds = few(writers=writers, shuffled=False), range(3, 5)
    one, three = (draw_each(images.training(n), seeds, Stream.DATA) for n in (1, 3))
    tests = draw_each(images.task.test(), seeds, Stream.DATA)
    for few_images, more, test in zip(one, three, tests, strict=True):
        assert few_images.y.bincount().tolist() == [1] * 10
        assert more.y.bincount().tolist() == [3] * 10
        rows = {tuple(x) for x in more.x.flatten(1).tolist()}
        assert {tuple(x) for x in few_images.x.flatten(1).tolist()} <= rows
        assert not rows & {tuple(x) for x in test.x.flatten(1).tolist()}
    assert len(tests[0].y) == (899 if writers else 359)
    assert not torch.equal(one[0].x, one[1].x)
    assert images.overlap == (0 if writers else pytest.approx(0.25, abs=0.01))


def test_shuffled_images_are_those_in_order_with_one_order_of_pixels() -> None:
    plain, moved = (
        draw_each(few(writers=True, shuffled=s).training(3), range(1), Stream.DATA)[0]
        for s in (False, True)
    )
    columns, others = plain.x.flatten(1).T.tolist(), moved.x.flatten(1).T.tolist()
    assert columns != others and sorted(columns) == sorted(others)
    assert torch.equal(plain.y, moved.y)


def test_the_mlp_has_as_many_parameters_as_the_cnn() -> None:
    arms = architectures(8)
    assert list(arms) == ["cnn", "mlp", "linear"]
    assert abs(arms["mlp"].parameters / arms["cnn"].parameters - 1) < 0.03


def test_the_mean_is_that_of_each_seed() -> None:
    each = [Sample((1, 5), "mean", "data", 0.25), Sample((3, 9), "mean", "data", 0.25)]
    assert mean_of(each) == Sample((2, 7), "mean", "data", 0.25)


@pytest.mark.long
def test_a_machine_does_not_see_that_pixels_are_shuffled_and_learners_learn() -> None:
    learner = Learner(Workbench(), 2, Training(steps=40, lr=0.02))
    plain, moved = (few(writers=True, shuffled=s) for s in (False, True))
    of_plain, of_moved = (learner.machines(each, (3,))[3] for each in (plain, moved))
    assert of_plain.center == pytest.approx(of_moved.center, abs=0.5)
    found = learner.accuracies("linear", architectures(1)["linear"], plain, (1, 10))
    assert 30 < found[1].center < found[10].center


def measured(cnn: float, cnn_shuffled: float, mlp: float, mlp_shuffled: float) -> Measurements:
    """As a run would measure it; the accuracies are means."""
    found, wiggle = Measurements(), (-0.2, -0.1, 0.0, 0.0, 0.1, 0.2)
    accuracies = {("cnn", IN_ORDER): cnn, ("cnn", SHUFFLED): cnn_shuffled}
    for split in (RANDOM, WRITERS):
        for arm in ARMS:
            for pixels in (IN_ORDER, SHUFFLED):
                other = mlp if pixels == IN_ORDER else mlp_shuffled
                center = accuracies.get((arm, pixels), other)
                sample = Sample(tuple(center + each for each in wiggle), "mean")
                row = {"split": split, "pixels": pixels, "arm": arm}
                found.add("", row, {MEAN: sample})
                found.add("", row | {"images": 30}, {ACCURACY: sample})
    for arm, center in (("cnn", cnn), ("mlp", mlp)):
        half = Sample(tuple(center + each for each in wiggle), "mean")
        found.add("", {"arm": arm}, {HALF: half})
    found.add("", {"arm": MACHINE}, {PUBLISHED: Sample((96.88,), "exact")})
    return found


CLAIMS = {claim.id: claim for claim in experiment.CLAIMS}


def outcome(claim: str, found: Measurements) -> Outcome:
    return CLAIMS[claim].check(found, experiment.Config()).outcome


def test_claims_hold_where_neighbours_matter_and_are_refuted_where_they_do_not() -> None:
    found = measured(88, 80, 86, 86)
    assert all(outcome(claim, found) == "holds" for claim in CLAIMS)
    blind = measured(85, 86, 86, 86)  # shuffled pixels help it
    assert all(
        outcome(claim, blind) == "refuted" for claim in ("C001", "C001o1", "C329", "C329o1")
    )


def test_images_that_lose_more_than_their_neighbours_make_claims_invalid() -> None:
    broken = measured(88, 80, 86, 79)  # as if the test images were shuffled in another order
    assert outcome("C001", broken) == outcome("C329", broken) == "invalid"
    two_points = measured(88, 80, 86, 84)  # a quarter of what the CNN loses is seen as well
    assert outcome("C001", two_points) == "invalid"


@pytest.mark.parametrize("arm", ["mlp", "linear"])
def test_a_network_of_no_order_answers_shuffled_pixels_as_its_shuffled_twin(arm: str) -> None:
    """So that shuffled pixels cost nothing on average, on whatever split, by first weights."""
    network = architectures(2)[arm].build()
    layer = next(each for each in network.modules() if isinstance(each, nn.Linear))
    x, order = torch.rand(5, 1, 8, 8), torch.randperm(64)
    answers = network(x)
    layer.weight.data = layer.weight.data[:, order]
    moved = x.flatten(2)[:, :, order].view_as(x)
    assert torch.allclose(network(moved), answers, atol=1e-5)


def test_so_many_sets_decide_as_bring_the_interval_to_0() -> None:
    found, wiggle = Measurements(), (-3.0, -2.0, 0.0, 1.0, 4.0, 2.0)
    for arm, values in (("cnn", wiggle), ("mlp", (1.0,) * 6)):
        row = {"split": RANDOM, "pixels": IN_ORDER, "arm": arm}
        found.add("", row, {MEAN: Sample(values, "mean", "data", 0.25)})
    sets = sets_that_decide(found).center
    lead_found = [value - 1 for value in wiggle]
    for count, decided in ((sets, True), (sets - 1, False)):
        reach = 1.96 * stdev(lead_found) / sqrt(count)
        assert (reach <= abs(fmean(lead_found))) is decided
