"""Tests of the parts of the Brier score, of the training sets, and of `variance`'s claims."""

from itertools import product

import pytest
import torch
from torch import Tensor

from convlab.measure import Measurements, Sample
from convlab.streams import Stream
from convlab.workbench import Workbench
from experiments.efficiency import variance
from experiments.efficiency._few_quantities import SHUFFLED
from experiments.efficiency._training_sets import (
    decomposed,
    digits_of,
    disagreement,
)
from experiments.efficiency._variance_names import (
    BIAS,
    BRIER,
    CNN,
    HALF,
    MLP,
    MORE,
    NARROW,
    OWN,
    SHARES,
    TRIED,
    VARIANCE,
    WIDE,
)


def drawn(sets: int, images: int = 4, classes: int = 3) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    given = torch.rand(sets, images, classes, generator=generator, dtype=torch.float64)
    return given / given.sum(-1, keepdim=True), torch.arange(images) % classes


def test_the_score_is_the_bias_and_the_variance_by_nested_sums() -> None:
    given, y = drawn(5)
    score, bias, spread = decomposed(given, y)
    assert torch.allclose(score, bias + spread)
    p, sets, images = given.tolist(), 5, 4
    total, of_mean = 0.0, 0.0
    for i, c in product(range(images), range(3)):
        mean = sum(p[s][i][c] for s in range(sets)) / sets
        total += sum((p[s][i][c] - mean) ** 2 for s in range(sets)) / (sets - 1) / images
        of_mean += (mean - (y[i].item() == c)) ** 2 / images
    assert float(spread.mean()) == pytest.approx(total)
    assert float(bias.mean()) == pytest.approx(of_mean - total / sets)


def test_few_networks_have_the_variance_of_many_on_average() -> None:
    given, y = drawn(6, images=1)
    _, bias, spread = decomposed(given, y)
    pairs = [decomposed(given[[a, b]], y) for a, b in product(range(6), range(6)) if a != b]
    for many, part in ((spread, 2), (bias, 1)):
        assert float(torch.stack([p[part].mean() for p in pairs]).mean()) == pytest.approx(
            float(many.mean())
        )


def test_networks_that_agree_have_no_variance() -> None:
    given, y = drawn(1)
    score, bias, spread = decomposed(given.repeat(4, 1, 1), y)
    assert float(spread.abs().max()) < 1e-15 and torch.allclose(score, bias)
    assert disagreement(given.repeat(4, 1, 1)).tolist() == [0] * 4


def test_what_most_networks_do_not_name_is_counted() -> None:
    given = torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]]])
    assert disagreement(given).tolist() == [0, 0, 100]


def test_training_sets_are_of_the_pool_and_differ_and_the_test_is_apart() -> None:
    workbench = Workbench(first_seed=4)
    plain, shuffled = (digits_of(workbench, shuffled=s) for s in (False, True))
    one, other = (plain.training(40, workbench.generator(Stream.DATA, s)) for s in (0, 1))
    rows = {tuple(x) for x in one.x.flatten(1).tolist()}
    assert len(one.y) == 40 and not torch.equal(one.x, other.x)
    assert rows <= {tuple(x) for x in plain.pool.x.flatten(1).tolist()}
    assert not rows & {tuple(x) for x in plain.test.x.flatten(1).tolist()}
    assert len(plain.test.y) + len(plain.pool.y) == 1797
    columns, others = (d.test.x.flatten(1).T.tolist() for d in (plain, shuffled))
    assert columns != others and sorted(columns) == sorted(others)
    assert torch.equal(plain.test.y, shuffled.test.y)


def test_the_mlps_have_the_parameters_that_they_are_named_by() -> None:
    arms = variance.arms(8)
    cnn = arms[CNN].parameters
    for arm, share in SHARES.items():
        assert arms[arm].parameters / cnn == pytest.approx(share, rel=0.1)


def measured(own: float = 100) -> Measurements:
    """As if parameters alone made variance: a CNN that varies least, and wide MLPs most."""
    found, order = Measurements(), (CNN, NARROW, MLP, WIDE)
    for images, pixels, arms in TRIED:
        for arm in arms:
            more = 0.1 * (pixels == SHUFFLED and arm == CNN)
            values = tuple(0.1 * order.index(arm) + 0.1 + more + i / 1000 for i in range(8))
            sample, right = Sample(values, "mean"), Sample((own,) * 8, "mean")
            row = {"images": images, "pixels": pixels, "arm": arm}
            found.add("", row, {BRIER: sample, BIAS: sample, VARIANCE: sample, OWN: right})
            if images == MORE:
                found.add("", {"arm": arm}, {HALF: sample})
    return found


def test_claims_see_a_variance_that_grows_with_the_parameters() -> None:
    outcomes = {c.id: c.check(measured(), variance.Config()).outcome for c in variance.CLAIMS}
    assert set(outcomes.values()) == {"holds"}  # C009r as well, which is expected to be refuted


@pytest.mark.parametrize("own", [60, 97])
def test_networks_that_have_not_learned_make_claims_invalid(own: float) -> None:
    outcomes = [c.check(measured(own), variance.Config()).outcome for c in variance.CLAIMS]
    assert set(outcomes) == {"invalid"}
