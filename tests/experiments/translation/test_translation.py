"""Tests of experiments/translation, unshared, maxima and rows: what is exact, and what is read."""

from __future__ import annotations

from functools import partial
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from convlab import lab
from convlab.data import load, split
from convlab.lab import catalogue
from convlab.measure import Measurements
from convlab.probes.answers import accuracy, probability_change
from convlab.probes.equivariance import invariance
from convlab.probes.exact import exact, exact_logits
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import Networks, fit
from convlab.workbench import Workbench
from experiments.translation._below_and_above import CONVOLUTIONS
from experiments.translation._canvas import CLASSES, ROWS, SIDE
from experiments.translation._canvas_networks import Builder, local_layers
from experiments.translation._lifted_digits import held_out, lift, place
from experiments.translation._maps import first, relative_error, rounded, seen
from experiments.translation._maxima_of_noise import draw_noise, stays
from experiments.translation._moved_aside import aside, every_other, pooled
from experiments.translation._translation_quantities import DENSE, SOFTMAX

translation, unshared, maxima, rows = (
    lab.load(catalogue.experiments()[name])
    for name in ("translation", "unshared", "maxima", "rows")
)
DIGITS, TEST = split(load("digits"), Generator().manual_seed(0))
FEW = {"seeds": 2, "channels": 2, "placements": 1}
SHORT = Training(steps=4, batch=32, lr=0.05)


class Recorder(Workbench):
    """A workbench that keeps what it trained, for how long and on what, by name."""

    def __init__(self, first_seed: int = 0) -> None:
        super().__init__(first_seed=first_seed)
        self.networks: dict[str, Networks] = {}
        self.tops: dict[str, set[int]] = {}

    def fit(self, name: str, build: Any, data: Any, *rest: Any, **settings: Any) -> Networks:
        x = data(Generator().manual_seed(0)).x
        self.tops[name] = set((x.sum(dim=(1, 3)) > 0).int().argmax(dim=1).tolist())
        self.networks[name] = super().fit(name, build, data, *rest, **settings)
        return self.networks[name]

    def steps(self, name: str) -> int:
        return self.networks[name].losses.shape[1]


def measured(
    module: ModuleType, first_seed: int = 0, **settings: object
) -> tuple[Recorder, Measurements]:
    recorder = Recorder(first_seed)
    config = module.Config(**FEW, training=SHORT, **settings)
    return recorder, module.measure(config, recorder)


def networks_of(build: Builder) -> Networks:
    data = Data(*place(DIGITS, 1, 1, Generator().manual_seed(0)))
    loss = torch.nn.functional.cross_entropy
    return fit(partial(build, 2), data, loss, seeds=2, training=SHORT, keep=[0])


def pair() -> tuple[Tensor, Tensor]:
    below = place(TEST, 1, 1, Generator().manual_seed(1))[0].double()
    return below, lift(below)


@pytest.mark.parametrize("arm", [translation.POOLED])
def test_circular_convolutions_and_global_pooling_are_invariant(arm: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = translation.LOW[arm](2)
    network = network.double()
    network.load_state_dict(exact(network.state_dict()))
    shifts = [(-8, 0), (0, 4), (2, 6)]  # multiples of the total stride, 2
    assert invariance(network, pair()[0], shifts).tolist() == [0, 0, 0]
    assert invariance(network, pair()[0], [(0, 1)]) > 0


@pytest.mark.parametrize("arm", [translation.ZEROS, translation.FLAT])
def test_zero_padding_and_flattening_are_not_invariant(arm: str) -> None:
    network = translation.LOW[arm](2).double()
    assert invariance(network, pair()[0], [(-8, 0)]) > 1e-3


def test_the_control_of_unshared_has_the_layers_of_the_pooled_network() -> None:
    shared, pooled = unshared.ARMS[unshared.SHARED](2), rows.ARMS[rows.POOLED](2)
    shared.load_state_dict(pooled.state_dict())
    x = pair()[0].float()
    assert torch.equal(shared(x), pooled(x))


def test_all_arms_score_every_class() -> None:
    builds = translation.LOW | unshared.ARMS | maxima.ARMS | rows.ARMS
    for build in builds.values():
        assert build(2)(torch.zeros(3, 1, SIDE, SIDE)).shape == (3, CLASSES)


@pytest.mark.parametrize("arm", [unshared.LOCAL, unshared.LOCAL_FLAT, unshared.MLP])
def test_the_upper_half_has_no_gradient(arm: str) -> None:
    network = unshared.ARMS[arm](2)
    x, y = place(DIGITS, 1, 1, Generator().manual_seed(0))
    torch.nn.functional.cross_entropy(network(x), y).backward()
    weight = next(network.parameters())
    assert weight.grad is not None
    rows_of_positions = 1 if weight.ndim == 2 else 2  # of an mlp, pixels row by row
    upper, lower = weight.grad.chunk(2, dim=rows_of_positions)
    assert lower.any() and not upper.any()
    changes = unshared.weight_changes(networks_of(unshared.ARMS[arm]))
    assert changes[unshared.UPPER].center == 0 < changes[unshared.LOWER].center


@pytest.mark.parametrize("alone", [False, True])
def test_the_first_modules_of_networks_make_their_maps(alone: bool) -> None:
    networks = networks_of(translation.flat)
    if alone:
        each = []
        for seed in range(2):
            network = translation.flat(2)
            state = {name: tensor[seed] for name, tensor in networks.state.items()}
            network.load_state_dict(state)
            each.append(network)
        object.__setattr__(networks, "alone", tuple(each))
    x = torch.stack(pair()).float()
    maps = seen(first(2, networks), x)
    assert maps.shape == (2, len(TEST.y), 2, SIDE // 2, SIDE // 2)
    for seed in range(2):
        weight, bias = (networks.state[f"0.{name}"][seed] for name in ("weight", "bias"))
        by_hand = torch.relu(nn.functional.conv2d(x[seed], weight, bias, 2))
        assert torch.allclose(maps[seed], by_hand, atol=1e-6)


def test_an_error_is_relative_to_what_was_expected_of_each_network() -> None:
    expected = torch.tensor([[[3.0, 4.0]], [[0.0, 0.0]]])
    outputs = torch.tensor([[[3.0, 5.0]], [[0.0, 0.0]]])
    assert relative_error(outputs, expected).tolist() == pytest.approx([0.2, 0])


def test_maps_follow_a_lifted_digit_and_a_flattened_head_does_not_stay() -> None:
    _, measurements = measured(translation, all_rows=SHORT)
    for arm in (translation.POOLED, translation.ALL_ROWS):
        for layer in CONVOLUTIONS:
            assert measurements.get(translation.ERROR, arm=arm, layer=layer).values == (0, 0)
        for layer in (DENSE, SOFTMAX):
            errors = measurements.get(translation.ERROR, arm=arm, layer=layer).values
            assert (max(errors) == 0) == (arm == translation.POOLED)


def test_maxima_stay_as_often_as_filters_are_equal() -> None:
    shared, local = (networks_of(maxima.ARMS[arm]) for arm in (maxima.SHARED, maxima.LOCAL))
    noise = draw_noise(Workbench(), seeds=2, images=64)

    def kept(networks: Networks) -> dict[str, list[float]]:
        return {name: list(sample.values) for name, sample in stays(networks, noise).items()}

    laws = {maxima.TWOS: 2, maxima.THREES: 3}
    for quantity, k in laws.items():
        law = pytest.approx([maxima.law(k)] * 2, abs=2)
        assert kept(shared)[quantity] == law and kept(local)[quantity] == [0, 0]
    assert kept(shared)[maxima.MEANS] == [0, 0]
    state = local.state
    for part in ("weight", "bias"):
        weight = state[f"0.{part}"]
        kernel = weight[..., :1, :1, :, :] if part == "weight" else weight[..., :1, :1]
        state[f"0.{part}"] = kernel.expand_as(weight).contiguous()
    assert kept(local)[maxima.TWOS] == pytest.approx([maxima.law(2)] * 2, abs=2)


def test_digits_move_aside_by_one_output_and_none_over_the_border() -> None:
    x = torch.stack(pair())
    moved = aside(x)
    left = (x.sum(dim=(2, 3)) > 0).int().argmax(dim=-1)
    steps = (moved.sum(dim=(2, 3)) > 0).int().argmax(dim=-1) - left
    assert set(steps.flatten().tolist()) == {-2, 2}
    assert torch.equal(moved.sum(dim=-1), x.sum(dim=-1))
    for image, after, step in zip(x[0, :50], moved[0, :50], steps[0, :50].tolist(), strict=True):
        kept = image[..., 2:] if step < 0 else image[..., :-2]
        assert torch.equal(after[..., :-2] if step < 0 else after[..., 2:], kept)


def test_maps_are_pooled_and_thinned_to_a_quarter() -> None:
    maps = torch.arange(16.0).reshape(1, 1, 1, 4, 4)
    assert pooled(maps).flatten().tolist() == [5, 7, 13, 15]
    assert every_other(maps).flatten().tolist() == [0, 2, 8, 10]


@pytest.mark.long
def test_translation_reads_the_same_digits_below_and_above() -> None:
    longer = SHORT.model_copy(update={"steps": 6})
    recorder, measurements = measured(translation, all_rows=longer)
    digits = held_out(Workbench(), 2)
    for arm, networks in recorder.networks.items():
        low, high = (exact_logits(networks, x, own=True) for x in (digits.below, digits.above))
        expected = {
            translation.CHANGED: 100 * (low.argmax(-1) != high.argmax(-1)).double().mean(dim=1),
            translation.MOVED: probability_change(low, high, digits.y),
            translation.APART: (low - high).abs().amax(dim=(1, 2)),
        }
        for quantity, values in expected.items():
            assert measurements.get(quantity, arm=arm).values == pytest.approx(values.tolist())
        everywhere = arm in (translation.ALL_ROWS, translation.HALF)
        assert recorder.tops[arm] == (set(range(ROWS)) if everywhere else {ROWS - 1})
    for arm in (*translation.LOW, translation.ALL_ROWS):
        for quantity, x in ((translation.BELOW, digits.below), (translation.ABOVE, digits.above)):
            right = accuracy(recorder.networks[arm].predict(x.float(), own=True), digits.y)
            assert measurements.get(quantity, arm=arm).values == tuple(right.tolist())
    steps = {arm: recorder.steps(arm) for arm in recorder.networks}
    assert steps[translation.ALL_ROWS] == 6 and steps[translation.HALF] == 3
    assert steps[translation.FLAT] == SHORT.steps
    (note,) = (note for note in measurements.notes if "1/256" in note)
    assert "points" in note


def test_unshared_reads_the_same_digits_below_and_above() -> None:
    recorder, measurements = measured(unshared)
    digits = held_out(Workbench(), 2)
    for arm, networks in recorder.networks.items():
        for quantity, x in ((unshared.BELOW, digits.below), (unshared.ABOVE, digits.above)):
            expected = accuracy(networks.predict(x.float(), own=True), digits.y).tolist()
            assert measurements.get(quantity, arm=arm).values == tuple(expected)
        assert recorder.tops[arm] == {ROWS - 1}
    assert measurements.get(unshared.LOWER, arm=unshared.MLP).center > 0


def test_rows_reads_digits_on_the_highest_row() -> None:
    recorder, measurements = measured(rows, rows=(1, 8))
    digits = held_out(Workbench(), 2)
    arms = [
        (count, arm, f"{arm}, {count} of {ROWS} rows") for count in (1, 8) for arm in rows.ARMS
    ]
    for count, arm, name in [*arms, *((8, name, name) for name in rows.HALF.values())]:
        logits = recorder.networks[name].predict(digits.above.float(), own=True)
        expected = tuple(accuracy(logits, digits.y).tolist())
        assert measurements.get(rows.ACCURACY, arm=arm, rows=count).values == expected
        assert recorder.tops[name] == set(range(ROWS - count, ROWS))
        half = arm in rows.HALF.values()
        assert recorder.steps(name) == SHORT.steps // (2 if half else 1)


@pytest.mark.long
def test_maxima_compares_what_it_trained() -> None:
    recorder, measurements = measured(maxima, noises=4)
    digits = held_out(Workbench(), 2)
    moved = aside(digits.below)
    for arm, networks in recorder.networks.items():
        here, there = (networks.predict(x.float(), own=True) for x in (digits.below, moved))
        same = 100 * (here.argmax(-1) == there.argmax(-1)).double().mean(dim=1)
        assert measurements.get(maxima.SAME, arm=arm).values == tuple(same.tolist())
        right = tuple(accuracy(here, digits.y).tolist())
        assert measurements.get(maxima.BELOW, arm=arm).values == right
    for arm in (maxima.SHARED, maxima.LOCAL, maxima.HALF):
        before, after = (seen(first(4, recorder.networks[arm]), x) for x in (digits.below, moved))
        maps = {
            maxima.BEFORE: (after, before),
            maxima.AFTER: tuple(nn.MaxPool3d((1, 2, 2))(each) for each in (after, before)),
            maxima.THINNED: (after[..., ::2, ::2], before[..., ::2, ::2]),
        }
        for quantity, each in maps.items():
            moved_map, map_ = (part.double().flatten(1) for part in each)
            expected = (moved_map - map_).norm(dim=1) / map_.norm(dim=1)
            found = measurements.get(quantity, arm=arm).values
            assert found == pytest.approx(expected.tolist(), rel=1e-5)
    assert recorder.steps(maxima.HALF) == SHORT.steps // 2


def test_weights_are_rounded_to_parts_of_256() -> None:
    networks = networks_of(local_layers_with_maxima)
    for name, tensor in rounded(networks).state.items():
        assert tensor.dtype == torch.float64
        assert torch.equal(256 * tensor, (256 * tensor).round())
        assert (tensor - networks.state[name]).abs().max() <= 1 / 512


local_layers_with_maxima = partial(local_layers, maxima.flat_head_after_maxima)


@pytest.mark.long
@pytest.mark.parametrize(
    "module", [translation, unshared, maxima, rows], ids=lambda module: module.__name__
)
def test_another_first_seed_draws_other_digits_places_weights_and_noise(
    module: ModuleType,
) -> None:
    longer = {"all_rows": SHORT} if module is translation else {}
    small = {"noises": 2} if module is maxima else {"rows": (1,)} if module is rows else longer
    here, there = (measured(module, first_seed=seed, **small) for seed in (0, 1000))
    for arm, networks in there[0].networks.items():
        assert networks.first_seed == 1000 and networks.varies == "weights and data"
        weights = [run.networks[arm].at(0).state for run, _ in (here, there)]
        assert all(not torch.equal(a, weights[1][name]) for name, a in weights[0].items())
    drawn = [[row.quantities for row in measurements.rows] for _, measurements in (here, there)]
    assert drawn[0] != drawn[1]
    samples = [s for quantities in drawn[1] for s in quantities.values() if not s.exact]
    assert samples and {sample.varies for sample in samples} == {"weights and data"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "claims"),
    [
        (unshared, {"C317", "C317r", "C317r2", "C317r3"}),
        (translation, {"C316", "C316o1", "C318", "C318r", "C319"}),
        (maxima, {"C322", "C322r2"}),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_networks_that_are_not_trained_enough_decide_nothing(
    module: ModuleType, claims: set[str]
) -> None:
    """At a tenth of the learning rate."""
    settings = module.Config(seeds=6)
    slower = {
        name: each.model_copy(update={"lr": each.lr / 10})
        for name, each in settings
        if isinstance(each, Training)
    }
    config = settings.model_copy(update=slower)
    measurements = module.measure(config, Workbench())
    verdicts = {claim.id: claim.check(measurements, config) for claim in module.CLAIMS}
    assert not any(verdicts[each].decided for each in claims)
