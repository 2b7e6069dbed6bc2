"""Tests of experiments/efficiency/compare.py: settings, pairing, and any choice of models."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image
from pydantic import ValidationError

from convlab import lab
from convlab.errors import UsageError
from convlab.lab import catalogue, networks
from convlab.measure import Measurements, NotMeasured, Outcome, Sample, exactly
from convlab.memory import NotEnoughMemory
from convlab.record import Record
from convlab.settings import Training
from convlab.workbench import Workbench
from experiments.efficiency._settings import HALF, OTHER_WRITERS, SHUFFLED, TEST_ACCURACY

compare = lab.load(catalogue.experiments()["compare"])
CLAIM, MORE_OFTEN, NEIGHBOURS = compare.CLAIMS


def seen(
    cnn: Sequence[float],
    mlp: Sequence[float],
    *,
    parameters: float = 1000,
    published: float = 96.885,
    half: float = 0,
    shuffled: tuple[float, float] = (-2, 0),
) -> Measurements:
    """Two models with these test accuracies, and what half the steps or shuffling changes.

    Half the steps change the accuracy of the cnn only.
    """
    measurements = Measurements()
    for model, values in {"cnn": cnn, "mlp": mlp}.items():
        count = parameters if model == "cnn" else 1000
        for equal in ("width", "parameters"):
            row = {"equal": equal, "arm": model, "width": 8, "lr": "0.01"}
            lead = 20 * (equal == "width" and model == "cnn")  # as wide, the cnn is far ahead
            sample = Sample(tuple(value + lead for value in values), "mean")
            quantities = {"parameters": exactly(count), TEST_ACCURACY: sample}
            measurements.add("what each learns", row, quantities)
    for place, (model, values) in enumerate({"cnn": cnn, "mlp": mlp}.items()):
        changes = {HALF: half * (model == "cnn"), SHUFFLED: shuffled[place]}
        for tried, change in changes.items():
            sample = Sample(tuple(value + change for value in values), "mean")
            row = {"tried": tried, "arm": model}
            measurements.add("what else was tried", row, {compare.ACCURACY: sample})
    for name, value in {"guessing": 10, "support vectors, as published": published}.items():
        measurements.add("without", {"arm": name}, {compare.ACCURACY: exactly(value)})
    return measurements


SPREAD = [70.0, 60.0, 75.0, 58.0, 65.0, 79.0]


@pytest.mark.parametrize(
    ("lead", "outcome"),
    [(0.5, Outcome.HOLDS), (-0.9, Outcome.HOLDS), (-1.1, Outcome.REFUTED), (-4, Outcome.REFUTED)],
)
def test_accuracies_are_compared_seed_by_seed(lead: float, outcome: Outcome) -> None:
    measurements = seen([value + lead for value in SPREAD], SPREAD)
    assert CLAIM.of(measurements).values == pytest.approx([lead] * 6)
    assert CLAIM.check(measurements).outcome is outcome


def test_nothing_holds_for_networks_that_were_not_trained() -> None:
    assert CLAIM.check(seen([10.0] * 6, [10.0] * 6)).outcome is Outcome.INVALID


@pytest.mark.parametrize("parameters", [700, 1300])
def test_nothing_holds_where_parameters_could_not_be_made_equal(parameters: int) -> None:
    unequal = seen([97.0] * 6, [96.0] * 6, parameters=parameters)
    assert CLAIM.check(unequal).outcome is Outcome.INVALID


@pytest.mark.parametrize("published", [96.8, 97.0])
def test_nothing_holds_where_a_published_number_does_not_come_out(published: float) -> None:
    wrong = seen([97.0] * 6, [96.0] * 6, published=published)
    assert CLAIM.check(wrong).outcome is Outcome.INVALID


@pytest.mark.parametrize(("change", "outcome"), [(0.9, "holds"), (-2, "holds"), (1.1, "invalid")])
def test_nothing_holds_where_the_mlp_is_still_catching_up(change: float, outcome: str) -> None:
    assert CLAIM.check(seen(SPREAD, SPREAD, half=change)).outcome == outcome


@pytest.mark.parametrize(
    ("lead", "outcome"), [(0.1, "holds"), (-0.1, "refuted"), ((-1, 1) * 3, "undecided")]
)
def test_to_be_right_more_often_is_to_be_ahead(
    lead: float | tuple[float, ...], outcome: str
) -> None:
    leads = lead if isinstance(lead, tuple) else (lead,) * 6
    ahead = [value + each for value, each in zip(SPREAD, leads, strict=True)]
    assert MORE_OFTEN.check(seen(ahead, SPREAD)).outcome == outcome
    assert MORE_OFTEN.expected == "undecided"


@pytest.mark.parametrize(
    ("shuffled", "outcome"),
    [((-2, 0), "holds"), ((1, 0), "refuted"), ((-2, -2), "invalid"), ((-2, 0.9), "holds")],
)
def test_shuffled_pixels_cost_the_cnn_only(shuffled: tuple[float, float], outcome: str) -> None:
    assert NEIGHBOURS.check(seen(SPREAD, SPREAD, shuffled=shuffled)).outcome == outcome


@pytest.mark.parametrize("data", ["digit", "mnist", "mnist:", "folder:", "digits:here", ""])
def test_data_that_no_loader_takes_is_refused(data: str) -> None:
    with pytest.raises(ValidationError):
        compare.Config(data=data)


@pytest.mark.parametrize("data", ["digits", "shapes", "mnist:~/mnist", "folder:a folder/b"])
def test_data_by_all_their_forms(data: str) -> None:
    assert compare.Config(data=data).data == data


def test_a_model_named_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="cnn is named twice; name each model once"):
        compare.Config(models=("cnn", "mlp", "cnn"))


def recorded(measurements: Measurements) -> Record:
    return Record("compare", "Which?", {}, measurements=measurements)


def tiny(first_seed: int = 0, **settings: object) -> Measurements:
    training = Training(steps=2, batch=16)
    few = {"images": (20, 40), "lr_factors": (1,), "lr_seeds": 1, "seeds": 2}
    config = compare.Config(**(few | {"training": training} | settings))
    bench = Workbench(first_seed=first_seed)
    measurements: Measurements = compare.measure(config, bench)
    losses = {f"loss of {name}": values for name, values in bench.losses.items()}
    measurements.arrays.update(losses)  # as the lab does
    return measurements


def costs_of(measurements: Measurements, arm: str, width: object) -> Sample:
    """The parameters in the one row of the costs of an arm."""
    rows = [row for row in measurements.rows if row.factors == {"arm": arm, "width": width}]
    (parameters,) = (r.quantities["parameters"] for r in rows if "parameters" in r.quantities)
    return parameters


def test_any_models_in_any_order_have_all_their_rows_and_figures() -> None:
    names = ("mlp", "linear", "cnn", "local")
    measurements = tiny(models=names, width=2)
    for equal, model in product(("width", "parameters"), names):
        row = {"equal": equal, "arm": model}
        assert len(measurements.get(TEST_ACCURACY, **row).values) == 2
        assert measurements.get("train loss", **row) != measurements.get("test loss", **row)
        for images in (20, 40, 1438):
            measurements.get(compare.ACCURACY, **row, images=images)
    for arm, width in (("mlp", 16), ("linear", "–"), ("cnn", 2), ("local", 2)):
        assert costs_of(measurements, arm, width) == measurements.get(
            "parameters", equal="width", arm=arm
        )
        assert min(measurements.get("step (ms)", arm=arm, width=width).values) > 0
    assert any(note.startswith("linear: 650 parameters") for note in measurements.notes)
    for tried, model in product((HALF, OTHER_WRITERS, SHUFFLED), names):
        measurements.get(compare.ACCURACY, tried=tried, arm=model)
    assert {"accuracy", "cost", "losses", "tried"} < set(compare.draw(recorded(measurements)))
    for claim in compare.CLAIMS:
        claim.check(measurements)  # each finds its rows


def test_all_images_are_the_end_of_the_curve_and_the_test_accuracy() -> None:
    measurements = tiny(models=("mlp",), width=1)
    row = {"equal": "width", "arm": "mlp"}
    last = measurements.get(compare.ACCURACY, **row, images=1438)
    assert measurements.get(TEST_ACCURACY, **row) == last
    with pytest.raises(NotMeasured):
        CLAIM.check(measurements)  # no cnn was asked for


def test_learning_rates_are_factors_of_the_one_in_the_settings() -> None:
    training = Training(steps=2, batch=16, lr=0.04)
    measurements = tiny(models=("linear",), training=training, lr_factors=(0.5,))
    lrs = {row.factors["lr"] for row in measurements.rows if "lr" in row.factors}
    assert lrs == {"0.02"}


def labels(figure: Figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else []


def test_figures_show_every_arm_by_its_name() -> None:
    figures = compare.draw(recorded(tiny(models=("linear", "mlp"), width=1)))
    assert labels(figures["accuracy"]) == ["linear", "mlp"]
    assert labels(figures["accuracy-equally-wide"]) == ["linear", "mlp"]
    assert labels(figures["losses"]) == ["linear", "mlp 8", "mlp 9"]
    assert labels(figures["tried"]) == ["linear", "mlp"]
    (named,) = [text.get_text() for text in figures["accuracy"].axes[0].texts]
    assert named == "support vectors, all images"


def test_a_network_that_no_memory_holds_is_refused_at_once() -> None:
    with pytest.raises(NotEnoughMemory, match="training local 4096 would take"):
        tiny(models=("local", "mlp"), width=4096)


def test_images_that_cannot_be_split_are_refused_before_anything_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        Image.new("L", (8, 8)).save(tmp_path / name / "1.png")
    measured: list[object] = []
    monkeypatch.setitem(
        compare.measure.__globals__, "add_costs", lambda *all: measured.append(all)
    )
    with pytest.raises(UsageError, match="class 'a' has a single image"):
        tiny(data=f"folder:{tmp_path}")
    assert not measured


def test_a_network_with_lazy_layers_is_trained_beside_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(
        "from torch import nn\ndef lazy():\n"
        "    return nn.Sequential(nn.Flatten(), nn.LazyLinear(10))\n"
    )
    config = compare.Config(
        models=("linear", "net.py:lazy"),
        training=Training(steps=2, batch=16),
        **{"images": (20,), "lr_factors": (1,), "lr_seeds": 1, "seeds": 2},
    )
    measured = compare.measure(config, Workbench(own=networks.own))
    assert len(measured.get(TEST_ACCURACY, equal="width", arm="net.py:lazy").values) == 2


def test_the_published_digits_do_not_stand_beside_a_users_own_images() -> None:
    tables = {row.factors["arm"]: row.table for row in tiny(data="shapes").rows}
    assert tables["support vectors, as published"] == compare.CONTROL != tables["guessing"]
    assert tables["support vectors"] == tables["guessing"]


def test_other_writers_are_those_of_the_digits_only() -> None:
    tried = {row.factors.get("tried") for row in tiny(models=("linear",), data="shapes").rows}
    assert SHUFFLED in tried and OTHER_WRITERS not in tried


def test_what_seeds_vary_is_said_and_shared_images_widen_the_interval() -> None:
    measurements = tiny(models=("linear",))
    of_splits = measurements.get(TEST_ACCURACY, equal="width", arm="linear")
    assert (of_splits.varies, of_splits.overlap) == ("weights and data", 359 / 1438)
    of_writers = measurements.get(compare.ACCURACY, tried=OTHER_WRITERS, arm="linear")
    assert (of_writers.varies, of_writers.overlap) == ("weights", 0)
    assert measurements.get(compare.ACCURACY, arm="support vectors").varies == "data"


def test_another_first_seed_draws_other_images_and_weights() -> None:
    first, again, other = (
        tiny(first_seed, models=("linear",)).get("test loss", equal="width", arm="linear")
        for first_seed in (0, 0, 1)
    )
    assert first == again
    assert first.values[1] == pytest.approx(other.values[0]) and first != other


@pytest.mark.long
def test_a_training_that_is_too_short_holds_nothing() -> None:
    training = Training(steps=24, lr=0.02, schedule="cosine")
    outcome = CLAIM.check(tiny(training=training, seeds=6)).outcome
    assert outcome in ("invalid", "undecided", "refuted")


@pytest.mark.parametrize(
    ("models", "told"),
    [
        (("cnn", "mlp"), ""),
        (("cnn", "local", "mlp"), ""),
        (("mlp", "cnn"), "models=[mlp, cnn], not [cnn, mlp]"),
        (("cnn", "local"), "models=[cnn, local], not [cnn, mlp]"),
    ],
)
def test_an_arm_more_is_no_condition_but_the_first_is(models: tuple[str, ...], told: str) -> None:
    assert lab.plan("compare", {"models": list(models)}).other_settings == told


@pytest.mark.parametrize("setting", [{"width": 4}, {"data": "shapes"}, {"training.steps": 9}])
def test_other_networks_images_or_steps_are_a_condition(setting: dict[str, Any]) -> None:
    assert lab.plan("compare", setting).other_settings
    assert not lab.plan("compare", {"seeds": 7, "lr_seeds": 9, "images": [5]}).other_settings
