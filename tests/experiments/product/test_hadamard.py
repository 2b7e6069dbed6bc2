"""Tests of hadamard, doubling and drawings: what is trained, tested and claimed."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import l1_loss, mse_loss

from convlab import lab
from convlab.config import ConfigError
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample, Verdict, exactly
from convlab.settings import Training
from convlab.streams import Data, Stream, generator
from convlab.train import Networks, norm
from convlab.workbench import Workbench
from experiments.product._boxes import SCENES
from experiments.product._doubling_study import in_float64
from experiments.product._drawing_losses import BY_LOSS
from experiments.product._hadamard_data import data_to_test_on
from experiments.product._hadamard_quantities import proportion_of_successes
from experiments.product._networks import exponential_residual, linear_residual, value_at
from experiments.product._product_maps import PRODUCT
from experiments.product._scenes import filled_rectangles, product, random_fields

HARDLY = {"training.steps": 1}
NAMES = ("hadamard", "doubling", "drawings")
hadamard, doubling, drawings = (lab.load(catalogue.experiments()[name]) for name in NAMES)
IDENTITIES = {"hadamard": {"C213o2"}, "doubling": {"C211", "C214r", "C214t"}}


@dataclass
class Recorder(Workbench):
    """A workbench that remembers what it trained, and how."""

    calls: dict[str, tuple[Data, Any, Training]] = field(default_factory=dict)
    networks: dict[str, Networks] = field(default_factory=dict)

    def fit(self, name: str, build: Any, data: Any, loss: Any, **how: Any) -> Networks:
        self.calls[name] = data, loss, how["training"]
        self.networks[name] = super().fit(name, build, data, loss, **how)
        return self.networks[name]


def judged(name: str, root: Path, **settings: Any) -> dict[str, Verdict]:
    """What the claims would say of these settings if their predictions were made for them."""
    planned = lab.plan(name, {**HARDLY, "seeds": 6, **settings})
    measured = lab.run(planned, root=root).measurements
    return {claim.id: claim.check(measured, planned.settings) for claim in planned.claims}


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_of_networks_that_are_hardly_trained_nothing_is_said_but_identities(
    name: str, tmp_path: Path
) -> None:
    verdicts = judged(name, tmp_path)
    held = {each.id for each in verdicts.values() if each.outcome is Outcome.HOLDS}
    assert held == IDENTITIES.get(name, set())
    assert held == {each.id for each in verdicts.values() if each.identity}
    others = {"hadamard": "C212 C213r C213o1 C214s", "doubling": "C213s C214"}
    for claim in others.get(name, "C212o1 C212s C217 C217r").split():
        assert verdicts[claim].outcome is Outcome.INVALID and "control" in verdicts[claim].why


@pytest.mark.long
def test_identities_are_decided_by_a_quick_run_and_for_all_settings(tmp_path: Path) -> None:
    for settings in ({}, {"offset": 1e6}, {"training.lr": 0.1}):
        record = lab.run(lab.plan("doubling", settings, quick=True), root=tmp_path)
        held = {each.id for each in record.verdicts if each.outcome is Outcome.HOLDS}
        assert held == IDENTITIES["doubling"]


@pytest.mark.long
def test_another_first_seed_draws_other_fields_and_weights(tmp_path: Path) -> None:
    planned = lab.plan("hadamard", quick=True)
    records = [lab.run(planned, first_seed=first, root=tmp_path) for first in (0, 1000)]
    for trained in ("scene", "random fields"):
        factors = {"arm": "log-exp", "trained": trained, "tested": hadamard.T3}
        one, other = (r.measurements.get("error (share)", **factors).values for r in records)
        assert not set(one) & set(other)


def test_the_errors_on_a_scene_do_not_depend_on_its_values(tmp_path: Path) -> None:
    """A least-squares floor scales with both rectangles: the prediction is for all of them."""
    floors = []
    for first, second in ((2, 3), (0.5, 40)):
        settings = {**HARDLY, "seeds": 1, "first": first, "second": second}
        record = lab.run(lab.plan("drawings", settings), root=tmp_path)
        floors.append(
            record.measurements.get(
                "distance (share)", scene="overlapping", arm="least squares"
            ).center
        )
    assert floors == pytest.approx([0.660442, 0.660442], abs=1e-6)


def test_drawings_train_every_scene_by_the_norm_and_two_by_other_losses() -> None:
    workbench = Recorder()
    training = Training(steps=1, lr=0.5, schedule="cosine")
    drawings.measure(drawings.Config(seeds=1, first=2, second=5, training=training), workbench)
    others = ("norm, constant lr", "squared norm", "squared norm, constant lr")
    by_loss = {f"{scene}, {arm}" for scene in BY_LOSS for arm in others}
    by_norm = {f"{scene}, norm" for scene in SCENES}
    assert set(workbench.calls) == by_norm | by_loss | {"overlapping, absolute error"}
    losses = {"norm": norm, "squared norm": mse_loss, "absolute error": l1_loss}
    for name, (data, loss, how) in workbench.calls.items():
        scene, arm, *constant = name.split(", ")
        assert torch.equal(data.x, filled_rectangles(SCENES[scene], (2, 5)))
        assert torch.equal(data.y, product(data.x))
        assert loss is losses[arm]
        schedule = "constant" if constant else "cosine"
        assert how == training.model_copy(update={"schedule": schedule})


def test_the_distance_from_the_best_layer_is_what_is_left_beside_the_floor() -> None:
    config = drawings.Config(seeds=2, training=Training(steps=1))
    measurements = drawings.measure(config, Workbench())
    for arm in ("norm", "squared norm", "absolute error"):
        of_arm = {"scene": "overlapping", "arm": arm}
        distances = measurements.get("distance (share)", **of_arm).values
        from_best = measurements.get("distance from the best layer (share)", **of_arm).values
        for distance, beside in zip(distances, from_best, strict=True):
            assert distance**2 == pytest.approx(beside**2 + 0.660442**2, rel=1e-4)


def test_the_largest_distance_is_of_each_seed_over_the_other_scenes() -> None:
    measurements = Measurements()
    values = {"overlapping": (9, 9), "identical": (1, 2), "nested": (3, 1), "disjoint": (0, 0)}
    for scene, distances in values.items():
        sample = Sample(distances, varies="weights")
        measurements.add("d", {"scene": scene, "arm": "norm"}, {"distance (share)": sample})
    assert drawings.largest_of_others(measurements) == Sample((3, 2), varies="weights")


@pytest.mark.parametrize("name", ["hadamard", "doubling"])
def test_a_lecturer_places_the_rectangles(name: str, tmp_path: Path) -> None:
    """Rectangles of one place are multiplied by a convolution: the floor is 0."""
    boxes = [[10, 30, 10, 30], [10, 30, 10, 30]]
    planned = lab.plan(name, {**HARDLY, "seeds": 1, "rectangles": boxes})
    measurements = lab.run(planned, root=tmp_path).measurements
    if name == "hadamard":
        assert measurements.get("least error (share)").center < 1e-9
        assert measurements.arrays[f"{PRODUCT}, of (a, b)"].sum() == 20 * 20 * 6
    assert "rectangles" in str(planned.differences)


def test_a_lecturer_places_each_scene() -> None:
    workbench, box = Recorder(), (5, 10, 20, 40)
    scenes = drawings.Scenes(nested=((0, 100, 0, 100), box))
    drawings.measure(
        drawings.Config(seeds=1, scenes=scenes, training=Training(steps=1)), workbench
    )
    data, _, _ = workbench.calls["nested, norm"]
    assert data.y.sum() == 5 * 20 * 2 * 3


@pytest.mark.parametrize(
    ("name", "key", "boxes", "message"),
    [
        ("hadamard", "rectangles", [[20, 70, 20, 70], [40, 101, 40, 90]], "no rectangle in an"),
        ("doubling", "rectangles", [[20, 70, 70, 20], [40, 90, 40, 90]], "no rectangle in an"),
        ("hadamard", "rectangles", [[0, 40, 0, 40], [40, 90, 40, 90]], "do not overlap"),
        ("drawings", "scenes.overlapping", [[0, 9, 0, 9], [0, 9, 9, 90]], "do not overlap"),
        ("drawings", "scenes.disjoint", [[-1, 9, 0, 9], [0, 9, 9, 90]], "no rectangle in an"),
    ],
)
def test_a_place_outside_of_the_image_is_refused(
    name: str, key: str, boxes: list[list[int]], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        lab.plan(name, {key: boxes})


def of_first_seed(config: Any) -> dict[str, Data]:
    """Its test sets, by the first two letters of their names."""
    values, own = (config.first, config.second), partial(Workbench().held_out, number=config.seeds)
    sets = data_to_test_on(config.rectangles, values, config.field_side, own)
    return {name[:2]: each if isinstance(each, Data) else each[0] for name, each in sets.items()}


def test_hadamard_changes_the_places_only_or_the_values_only() -> None:
    sets = of_first_seed(hadamard.Config(seeds=2, first=2, second=3, field_side=32))
    assert all(torch.equal(data.y, product(data.x)) for data in sets.values())
    scene, places, values = (sets[name].x for name in ("T0", "T1", "T2"))
    assert places.unique().tolist() == scene.unique().tolist() == [0, 2, 3]
    assert not any(torch.equal(pair, scene[0]) for pair in places)
    assert torch.equal(values > 0, (scene > 0).expand_as(values)) and len(values) == 24
    assert not any(torch.equal(pair, scene[0]) for pair in values)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("T3", (1, 2), (1, 2)), ("T4", (2, 6), (2, 6)), ("T5", (-2, -1), (1, 2))],
)
def test_hadamard_tests_random_fields_of_these_ranges(
    name: str, first: tuple[float, float], second: tuple[float, float]
) -> None:
    data = of_first_seed(hadamard.Config(seeds=2))[name]
    for pixels, (low, high) in zip(data.x[0], (first, second), strict=True):
        assert low <= pixels.min() < low + 0.1 and high - 0.1 < pixels.max() <= high


def test_hadamard_trains_on_the_scene_or_on_random_fields_and_tests_both() -> None:
    workbench = Recorder()
    config = hadamard.Config(seeds=1, field_side=16, training=Training(steps=1))
    measurements = hadamard.measure(config, workbench)
    scene = filled_rectangles(SCENES["overlapping"], (2, 3))
    for name, (data, loss, _) in workbench.calls.items():
        arm, _, trained = name.partition(", ")
        assert isinstance(data, Data) == (trained == "scene") and loss is norm
        each = [
            data if isinstance(data, Data) else data(generator(s, Stream.DATA)) for s in (0, 1)
        ]
        if trained == "scene":
            assert torch.equal(data.x, scene)
        else:  # of each seed its own
            assert each[0].x.min() >= 1 and not torch.equal(each[0].x, each[1].x)
        out = workbench.networks[name].predict(scene)[0]
        share = float((out - product(scene)).norm() / product(scene).norm())
        error = measurements.get("error (share)", arm=arm, trained=trained, tested="T0 the scene")
        assert error.center == pytest.approx(share)
    assert len(workbench.calls) == 8


def test_a_network_between_log_and_exp_succeeds_where_its_error_beyond_is_tiny() -> None:
    measurements = Measurements()
    for arm, errors in {"log-exp": (1e-4, 2e-4, 3e-4, float("nan")), "plain": (0.0,) * 4}.items():
        for tested in ("T3 random fields, 1 to 2", "T4 random fields, 2 to 6"):
            shift = 1 if tested.startswith("T3") else 0
            factors = {"trained": "random fields", "tested": tested, "arm": arm}
            values = tuple(error + shift for error in errors)
            sample = Sample(values, varies="weights and data")
            measurements.add("errors", factors, {"error (share)": sample})
    assert proportion_of_successes(measurements) == Sample(
        (1, 1, 0, 0), "proportion", "weights and data"
    )


def test_doubling_follows_the_leak_and_the_output_of_every_seed() -> None:
    workbench, a, b = Recorder(), 2, 5
    config = doubling.Config(seeds=2, first=a, second=b, training=Training(steps=11))
    measurements = doubling.measure(config, workbench)
    networks = workbench.networks["exp 3x3"]
    for step, when in {0: 0, 5: "half-way", 10: 10, 11: "at the end"}.items():
        forward = in_float64(networks.at(step))
        leak, once, twice = (value_at(forward, x, b) for x in (0, a, 2 * a))
        expected = {
            "f(2a,b) / f(a,b)": twice / once,
            "f(a,b) / δ": once / leak,
            "f(2a,b) δ / (ab)²": (once / (a * b)) ** 2,
        }
        for quantity, values in expected.items():
            measured = measurements.get(quantity, steps=when).values
            assert measured == pytest.approx(values.tolist())
        for quantity, first in {"error (share)": a, "error with a doubled (share)": 2 * a}.items():
            scene = filled_rectangles(SCENES["overlapping"], (first, b))
            out, target = networks.at(step).predict(scene), product(scene)
            shares = [float((each - target).norm() / target.norm()) for each in out]
            assert measurements.get(quantity, steps=when).values == pytest.approx(shares)


def test_doubling_takes_the_worst_step_of_the_worst_and_of_the_best_network() -> None:
    workbench = Recorder()
    config = doubling.Config(seeds=2, training=Training(steps=11))
    measurements = doubling.measure(config, workbench)
    pairs = random_fields(2, 16, 0.5, 2, generator(0, Stream.HELD_OUT)).double()
    for arm in ("plain", "exp 3x3"):
        for name, law in {"linear": linear_residual, "exponential": exponential_residual}.items():
            networks = workbench.networks[arm]
            forwards = (in_float64(networks.at(step)) for step in (0, 5, 10, 11))
            by_step = [law(forward, pairs).tolist() for forward in forwards]
            by_network = [max(values) for values in zip(*by_step, strict=True)]
            for which, of in {"worst": max, "best": min}.items():
                quantity = f"departure of the {which} network"
                measured = measurements.get(quantity, arm=arm, law=name)
                assert measured == exactly(of(by_network))


@pytest.mark.long
def test_a_figure_says_what_every_network_was_trained_on(tmp_path: Path) -> None:
    record = lab.run(lab.plan("hadamard", quick=True), root=tmp_path)
    panels = hadamard.draw(record)["maps"].axes
    titles = [axes.get_title() for axes in panels]
    assert len(titles) == 10
    assert sum("trained on the scene" in title for title in titles) == 6
    assert [title for title in titles if "trained on random fields" in title] == titles[4::5]
    assert all(title.startswith("log-exp") for title in titles[4::5])


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "figure", "claim"),
    [
        ("hadamard", "maps", "C213r"),
        ("hadamard", "losses", "C212r"),
        ("doubling", "worse", "C214o1"),
        ("drawings", "drawings", "C212s"),
    ],
)
def test_a_title_states_a_finding_only_where_its_claim_came_out_so(
    name: str, figure: str, claim: str, tmp_path: Path
) -> None:
    record = lab.run(lab.plan(name, quick=True), root=tmp_path)
    module = lab.load(catalogue.experiments()[name])
    (verdict,) = (each for each in record.verdicts if each.id == claim)
    for outcome, title in {
        Outcome.UNDECIDED: record.question,
        Outcome.HOLDS: verdict.sentence,
    }.items():
        told = replace(record, verdicts=(replace(verdict, outcome=outcome),))
        drawn = module.draw(told)[figure]
        shown = (drawn._suptitle or drawn.axes[0].title).get_text()
        assert shown.replace("\n", " ").startswith(title)
