"""Tests of hadamard, doubling and drawings: what is trained, tested and claimed."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from convlab.settings import Training
from convlab.streams import Data, Draw, Stream, generator
from convlab.train import Networks, norm
from convlab.workbench import Workbench
from experiments.product._networks import exponential_residual, linear_residual, value_at
from experiments.product._scenes import SCENES, product, rectangles

HARDLY = {"training.steps": 1}
NAMES = ("hadamard", "doubling", "drawings")
hadamard, doubling, drawings = (lab.load(catalogue.experiments()[name]) for name in NAMES)
IDENTITIES = {"doubling": {"C211", "C214r", "C214t"}}  # they hold at every step, and say so


@dataclass
class Recorder(Workbench):
    """A workbench that remembers what it trained, and how."""

    calls: dict[str, tuple[Data, Any, Training]] = field(default_factory=dict)
    networks: dict[str, Networks] = field(default_factory=dict)

    def fit(self, name: str, build: Any, data: Any, loss: Any, **how: Any) -> Networks:
        self.calls[name] = data, loss, how["training"]
        self.networks[name] = super().fit(name, build, data, loss, **how)
        return self.networks[name]


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_only_identities_hold_of_networks_that_are_hardly_trained(
    name: str, tmp_path: Path
) -> None:
    record = lab.run(lab.plan(name, HARDLY), root=tmp_path)
    held = {v.id for v in record.verdicts if v.outcome is Outcome.HOLDS}
    assert held == IDENTITIES.get(name, set())


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "literal"), [("hadamard", "C213"), ("doubling", "C214"), ("drawings", "C212")]
)
def test_a_claim_is_not_refuted_by_networks_that_are_hardly_trained(
    name: str, literal: str, tmp_path: Path
) -> None:
    record = lab.run(lab.plan(name, HARDLY), root=tmp_path)
    (verdict,) = (v for v in record.verdicts if v.id == literal)
    assert verdict.outcome is Outcome.INVALID
    assert "control" in verdict.measured


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
    assert set(workbench.calls) == {f"{scene}, norm" for scene in SCENES} | {
        f"{scene}, {arm}"
        for scene in ("overlapping", "identical")
        for arm in ("norm, constant lr", "squared norm")
    }
    for name, (data, loss, how) in workbench.calls.items():
        scene, _, arm = name.partition(", ")
        assert torch.equal(data.x, rectangles(SCENES[scene], (2, 5)))
        assert torch.equal(data.y, product(data.x))
        assert (loss is norm) == (arm != "squared norm")
        schedule = "constant" if arm == "norm, constant lr" else "cosine"
        assert how == training.model_copy(update={"schedule": schedule})


def drawn(data: Data | Draw) -> Data:
    return data if isinstance(data, Data) else data(generator(0, Stream.HELD_OUT))


def test_hadamard_changes_the_places_only_or_the_values_only() -> None:
    config = hadamard.Config(first=2, second=3, field_side=32)
    sets = {name[:2]: drawn(data) for name, data in hadamard._test_sets(config).items()}
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
    sets = hadamard._test_sets(hadamard.Config())
    (data,) = (drawn(data) for key, data in sets.items() if key.startswith(name))
    for pixels, (low, high) in zip(data.x[0], (first, second), strict=True):
        assert low <= pixels.min() < low + 0.1 and high - 0.1 < pixels.max() <= high


def test_hadamard_trains_on_the_scene_or_on_random_fields_and_tests_both() -> None:
    workbench = Recorder()
    config = hadamard.Config(seeds=1, field_side=16, training=Training(steps=1))
    measurements = hadamard.measure(config, workbench)
    scene = rectangles(SCENES["overlapping"], (2, 3))
    for name, (data, loss, _) in workbench.calls.items():
        arm, _, trained = name.partition(", ")
        assert torch.equal(data.x, scene) == (trained == "scene") and loss is norm
        assert data.x.min() >= 1 or trained == "scene"
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
            sample = Sample(tuple(error + shift for error in errors))
            measurements.add("errors", factors, {"error (share)": sample})
    assert hadamard.proportion_of_successes(measurements) == Sample((1, 1, 0, 0), "proportion")


def test_doubling_follows_the_leak_and_the_output_of_every_seed() -> None:
    workbench, a, b = Recorder(), 2, 5
    config = doubling.Config(seeds=2, first=a, second=b, training=Training(steps=11))
    measurements = doubling.measure(config, workbench)
    networks = workbench.networks["exp 3x3"]
    for step, when in {0: "0", 10: "10", 11: "at the end"}.items():
        forward = doubling._in_float64(networks.at(step))
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
            scene = rectangles(SCENES["overlapping"], (first, b))
            out, target = networks.at(step).predict(scene), product(scene)
            shares = [float((each - target).norm() / target.norm()) for each in out]
            assert measurements.get(quantity, steps=when).values == pytest.approx(shares)


def test_doubling_takes_the_largest_departure_of_all_steps() -> None:
    workbench = Recorder()
    config = doubling.Config(seeds=2, training=Training(steps=11))
    measurements = doubling.measure(config, workbench)
    laws = {"plain": linear_residual, "exp 3x3": exponential_residual}
    for arm, law in laws.items():
        networks = workbench.networks[arm]
        forwards = (doubling._in_float64(networks.at(step)) for step in (0, 10, 11))
        by_step = [law(forward, doubling._pairs()).tolist() for forward in forwards]
        largest = tuple(max(values) for values in zip(*by_step, strict=True))
        assert measurements.get("largest departure", arm=arm).values == largest
