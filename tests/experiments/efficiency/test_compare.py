"""Tests of experiments/efficiency/compare.py: settings, pairing, and any choice of models."""

from collections.abc import Sequence
from itertools import product

import pytest
from matplotlib.figure import Figure
from pydantic import ValidationError

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, NotMeasured, Outcome, Sample, exactly
from convlab.memory import NotEnoughMemory
from convlab.workbench import Workbench

compare = lab.load(catalogue.experiments()["compare"])
(CLAIM,) = compare.CLAIMS


def seen(
    cnn: Sequence[float],
    mlp: Sequence[float],
    *,
    parameters: float = 1000,
    published: float = 96.885,
) -> Measurements:
    """Measurements of two models with these test accuracies."""
    measurements = Measurements()
    for model, values in {"cnn": cnn, "mlp": mlp}.items():
        count = parameters if model == "cnn" else 1000
        for equal in ("width", "parameters"):
            row = {"equal": equal, "arm": model, "width": 8, "lr": "0.01"}
            lead = 20 * (equal == "width" and model == "cnn")  # as wide, the cnn is far ahead
            sample = Sample(tuple(value + lead for value in values), "mean")
            quantities = {"parameters": exactly(count), compare.TEST_ACCURACY: sample}
            measurements.add("what each learns", row, quantities)
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


def tiny(**settings: object) -> Measurements:
    training = compare.Training(steps=2, batch=16)
    few = {"images": (20, 40), "lr_factors": (1,), "lr_seeds": 1, "seeds": 2}
    config = compare.Config(**(few | {"training": training} | settings))
    bench = Workbench()
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
        assert len(measurements.get(compare.TEST_ACCURACY, **row).values) == 2
        assert measurements.get("train loss", **row) != measurements.get("test loss", **row)
        for images in (20, 40, 1438):
            measurements.get(compare.ACCURACY, **row, images=images)
    for arm, width in (("mlp", 16), ("linear", "–"), ("cnn", 2), ("local", 2)):
        assert costs_of(measurements, arm, width) == measurements.get(
            "parameters", equal="width", arm=arm
        )
        assert min(measurements.get("step (ms)", arm=arm, width=width).values) > 0
    assert any(note.startswith("linear: 650 parameters") for note in measurements.notes)
    assert {"accuracy", "cost", "losses"} < set(compare.draw(measurements))
    assert CLAIM.check(measurements).id == "C005"


def test_all_images_are_the_end_of_the_curve_and_the_test_accuracy() -> None:
    measurements = tiny(models=("mlp",), width=1)
    row = {"equal": "width", "arm": "mlp"}
    last = measurements.get(compare.ACCURACY, **row, images=1438)
    assert measurements.get(compare.TEST_ACCURACY, **row) == last
    with pytest.raises(NotMeasured):
        CLAIM.check(measurements)  # no cnn was asked for


def test_learning_rates_are_factors_of_the_one_in_the_settings() -> None:
    training = compare.Training(steps=2, batch=16, lr=0.04)
    measurements = tiny(models=("linear",), training=training, lr_factors=(0.5,))
    lrs = {row.factors["lr"] for row in measurements.rows if "lr" in row.factors}
    assert lrs == {"0.02"}


def labels(figure: Figure) -> list[str]:
    legend = figure.axes[0].get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else []


def test_figures_show_every_arm_by_its_name() -> None:
    figures = compare.draw(tiny(models=("linear", "mlp"), width=1))
    assert labels(figures["accuracy"]) == ["linear", "mlp"]
    assert labels(figures["accuracy-equally-wide"]) == ["linear", "mlp"]
    assert labels(figures["losses"]) == ["linear", "mlp 8", "mlp 9"]
    (named,) = [text.get_text() for text in figures["accuracy"].axes[0].texts]
    assert named == "support vectors, all images"


def test_a_network_that_no_memory_holds_is_refused_at_once() -> None:
    with pytest.raises(NotEnoughMemory, match="training local 4096 would take"):
        tiny(models=("local", "mlp"), width=4096)


def test_the_published_digits_do_not_stand_beside_a_users_own_images() -> None:
    tables = {row.factors["arm"]: row.table for row in tiny(data="shapes").rows}
    assert tables["support vectors, as published"] == compare.CONTROL != tables["guessing"]
    assert tables["support vectors"] == tables["guessing"]
