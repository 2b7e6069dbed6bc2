"""Tests of experiments/compare.py: what it accepts, how it pairs, and any choice of models."""

from collections.abc import Sequence
from itertools import product

import pytest
from pydantic import ValidationError

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, NotMeasured, Outcome, Sample, exactly
from convlab.memory import NotEnoughMemory
from convlab.workbench import Workbench

compare = lab.load(catalogue.experiments()["compare"])
(CLAIM,) = compare.CLAIMS


def seen(cnn: Sequence[float], mlp: Sequence[float], *, parameters: float = 1000) -> Measurements:
    """Measurements of two models with these test accuracies."""
    measurements = Measurements()
    for model, values in {"cnn": cnn, "mlp": mlp}.items():
        count = parameters if model == "cnn" else 1000
        for equal in ("width", "parameters"):
            row = {"equal": equal, "model": model, "width": 8, "lr": "0.01"}
            samples = {"parameters": exactly(count), "test accuracy (%)": Sample(tuple(values))}
            measurements.add("what it learns", row, samples)
    for name, value in {"guessing": 10, "support vectors, as published": 96.885}.items():
        measurements.add("without", {"classifier": name}, {"correct (%)": exactly(value)})
    return measurements


def test_accuracies_are_compared_seed_by_seed() -> None:
    spread = [90.0, 80.0, 95.0, 70.0, 85.0, 99.0]
    better = [value + 0.5 for value in spread]
    measurements = seen(better, spread)
    assert compare.advantage(measurements).values == pytest.approx([0.5] * 6)
    assert CLAIM.check(measurements).outcome is Outcome.HOLDS
    assert CLAIM.check(seen([v - 4 for v in spread], spread)).outcome is Outcome.REFUTED


def test_nothing_holds_for_networks_that_were_not_trained() -> None:
    assert CLAIM.check(seen([10.0] * 6, [10.0] * 6)).outcome is Outcome.INVALID


def test_nothing_holds_where_parameters_could_not_be_made_equal() -> None:
    unequal = seen([97.0] * 6, [96.0] * 6, parameters=2000)
    assert CLAIM.check(unequal).outcome is Outcome.INVALID


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


def test_any_models_in_any_order_have_all_their_rows_and_figures() -> None:
    names = ("mlp", "linear", "cnn", "local")
    measurements = tiny(models=names, width=2)
    for equal, model in product(("width", "parameters"), names):
        assert len(measurements.get("test accuracy (%)", equal=equal, model=model).values) == 2
        for images in (20, 40, 1438):
            measurements.get("accuracy (%)", equal=equal, model=model, images=images)
    assert {"accuracy", "cost", "losses"} < set(compare.draw(measurements))
    assert CLAIM.check(measurements).id == "C005"


def test_all_images_are_the_end_of_the_curve_and_the_test_accuracy() -> None:
    measurements = tiny(models=("mlp",), width=1)
    rows = {"equal": "width", "model": "mlp"}
    curve = measurements.get("accuracy (%)", **rows, images=1438)
    assert measurements.get("test accuracy (%)", **rows) == curve
    with pytest.raises(NotMeasured):
        CLAIM.check(measurements)  # no cnn was asked for


def test_a_network_that_no_memory_holds_is_refused_at_once() -> None:
    with pytest.raises(NotEnoughMemory, match="training local 4096 would take"):
        tiny(models=("local", "mlp"), width=4096)
