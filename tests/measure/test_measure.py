"""Tests of convlab.measure: what decides a verdict, and what does not."""

from dataclasses import replace
from math import inf, isnan, nan
from typing import Any

import numpy as np
import pytest

from convlab.measure import (
    Claim,
    Control,
    Measurements,
    NotMeasured,
    Outcome,
    Sample,
    Statistic,
    Verdict,
    above,
    at,
    below,
    between,
    equal,
    exactly,
    within,
)
from convlab.measure.prediction import Prediction

HOLDS, REFUTED, UNDECIDED, INVALID = Outcome


@pytest.mark.parametrize("statistic", ["median", "mean", "proportion"])
def test_five_seeds_bound_nothing(statistic: Statistic) -> None:
    assert Sample((1.0,) * 5, statistic).interval == (-inf, inf)
    assert between(0, 2).judge(Sample((1.0,) * 5, statistic)) is UNDECIDED
    assert within(1, of=1).judge(Sample((1.0,) * 5, statistic)) is UNDECIDED


def test_an_exact_quantity_decides_alone() -> None:
    assert equal(3).judge(exactly(3)) is HOLDS
    assert equal(3).judge(exactly(4)) is REFUTED
    assert below(3).judge(exactly(3)) is HOLDS  # a region includes its bounds


@pytest.mark.parametrize(
    ("values", "outcome"),
    [((5,) * 8, HOLDS), ((20,) * 8, REFUTED), ((5, 5, 5, 5, 20, 20, 20, 20), UNDECIDED)],
)
def test_the_interval_against_the_region_decides(
    values: tuple[float, ...], outcome: Outcome
) -> None:
    assert between(0, 10).judge(Sample(values)) is outcome


def test_one_diverged_seed_widens_a_median_and_unbounds_a_mean() -> None:
    values = (*map(float, range(20)), nan)
    low, high = Sample(values).interval
    assert 0 < low < high < 19
    assert Sample(values, "mean").interval == (-inf, inf)
    assert Sample(values).center == pytest.approx(9.5)
    assert str(Sample(values)).endswith("none for 1 of 21")


def test_many_diverged_seeds_decide_nothing() -> None:
    assert below(10).judge(Sample((*(1.0,) * 4, *(nan,) * 4))) is UNDECIDED
    assert below(10).judge(Sample((nan,) * 8)) is UNDECIDED
    assert str(Sample((nan,) * 8)) == "undefined"
    assert isnan(Sample((nan,) * 8).center)


def test_a_diverged_seed_is_no_success() -> None:
    assert (
        Sample((*(1.0,) * 9, nan), "proportion").interval[0]
        < Sample((1.0,) * 9, "proportion").interval[0]
    )


def test_no_difference_must_be_shown() -> None:
    generator = np.random.default_rng(1)
    precise = Sample(tuple(generator.normal(10, 0.1, 20)), "mean")
    vague = Sample(tuple(generator.normal(10, 10, 20)), "mean")
    assert within(1, of=10).judge(precise) is HOLDS
    assert within(1, of=10).judge(vague) is UNDECIDED  # no difference seen is none shown
    assert within(1, of=20).judge(precise) is REFUTED
    assert within(1, of=10).judge(Sample((10.0,) * 8, "mean")) is HOLDS
    assert within(1, of=10).judge(Sample((*(10.0,) * 8, nan), "mean")) is UNDECIDED


def measured(value: float, control: float) -> Measurements:
    measurements = Measurements()
    measurements.add("t", {"arm": "tried"}, {"error": exactly(value)})
    measurements.add("t", {"arm": "control"}, {"error": exactly(control)})
    return measurements


CLAIM = Claim(
    id="C1",
    source="S0",
    sentence="errors are small",
    of=lambda m: m.get("error", arm="tried"),
    predicted=below(1),
    controls=(Control("the control is zero", lambda m: m.get("error", arm="control"), equal(0)),),
)


@pytest.mark.parametrize(
    ("value", "control", "outcome"),
    [(0.5, 0, HOLDS), (2, 0, REFUTED), (0.5, 1, INVALID), (2, 1, INVALID)],
)
def test_a_claim_is_invalid_when_a_control_fails(
    value: float, control: float, outcome: Outcome
) -> None:
    verdict = CLAIM.check(measured(value, control))
    assert verdict.outcome is outcome
    assert (verdict.id, verdict.source, verdict.sentence) == ("C1", "S0", "errors are small")
    assert (verdict.expected, verdict.predicted) == (HOLDS, "at most 1")
    assert ("the control is zero" in verdict.evidence) == (outcome is INVALID)


def test_an_undecided_control_leaves_the_claim_undecided() -> None:
    measurements = measured(0.5, 0)
    measurements.rows[1].quantities["error"] = Sample((*(0.0,) * 5, 1.0, 1.0))
    verdict = CLAIM.check(measurements)
    assert verdict.outcome is UNDECIDED and "the control is zero: 0" in verdict.why


def test_a_control_with_few_seeds_is_no_failure_of_that_control() -> None:
    measurements = measured(0.5, 0)
    measurements.rows[1].quantities["error"] = Sample((0.0, 0.0))
    verdict = CLAIM.check(measurements)
    assert (verdict.outcome, verdict.why) == (UNDECIDED, "needs 6 seeds")
    repeats = Control("it is fast", lambda _: Sample((1.0,), varies="repeats"), below(2))
    failed = Control("it is exact", lambda _: exactly(1), equal(0))
    verdict = replace(CLAIM, controls=(repeats,)).check(measurements)
    assert (verdict.outcome, verdict.why) == (UNDECIDED, "needs 6 repeats")
    verdict = replace(CLAIM, controls=(repeats, failed)).check(measurements)
    assert verdict.outcome is INVALID and "it is exact: 1, not exactly 0" in verdict.why


def test_undecided_is_as_expected_only_where_all_was_measured() -> None:
    unsure = replace(CLAIM, controls=(), expected=UNDECIDED)

    def check(*values: float, quick: bool = False) -> Verdict:
        measurements = measured(0, 0)
        measurements.rows[0].quantities["error"] = Sample(values)
        verdict = unsure.check(measurements, quick=quick)
        assert verdict.outcome is UNDECIDED
        return verdict

    many = (0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0)
    assert check(*many).as_expected
    assert not check(*many, quick=True).as_expected
    assert not check(*many[:2]).as_expected  # needs 6 seeds
    assert not check(*many, *(nan,) * 9).as_expected  # no number for most


@pytest.mark.parametrize(
    ("value", "predicted", "shown"),
    [
        (1.00001, equal(1), "1.00001"),
        (0.50001, below(0.5), "0.50001"),
        (0.99999, above(1), "0.99999"),
        (1.0, equal(1), "1"),
        (0.49999, below(0.5), "0.5"),
        (1.2345678, equal(1), "1.235"),
    ],
)
def test_a_value_that_misses_a_bound_never_reads_as_that_bound(
    value: float, predicted: Prediction, shown: str
) -> None:
    claim = replace(CLAIM, predicted=predicted, controls=())
    assert claim.check(measured(value, 0)).measured == shown


def test_a_verdict_says_what_its_interval_is_of() -> None:
    def over(sample: Sample, predicted: Prediction) -> str:
        measurements = Measurements()
        measurements.add("t", {"arm": "tried"}, {"error": sample})
        return replace(CLAIM, predicted=predicted, controls=()).check(measurements).over

    ten = Sample(tuple(range(10)), "mean", "weights and data")
    assert over(ten, below(1)) == (
        "means with 95 % intervals over 10 seeds, which vary weights and data"
    )
    assert over(ten, within(1, of=4)) == (
        "means with 90 % intervals (two one-sided tests) over 10 seeds, which vary "
        "weights and data"
    )
    assert over(exactly(1), below(1)) == ""


@pytest.mark.parametrize("value", [0.5, 2])
def test_a_control_made_for_other_settings_leaves_a_law_open_where_it_fails(value: float) -> None:
    law = replace(CLAIM, general=True)
    elsewhere = law.check(measured(value, 1), other_settings="steps=1, not 100")
    assert (elsewhere.outcome, elsewhere.as_expected) == (UNDECIDED, True)
    assert elsewhere.why == "predicted for other settings: steps=1, not 100"
    assert law.check(measured(value, 1), quick=True).why == "a quick run"
    held = law.check(measured(value, 0), other_settings="steps=1, not 100")
    assert held.outcome is (HOLDS if value < 1 else REFUTED) and not held.other_settings


@pytest.mark.parametrize("given_", [{"other_settings": "steps=1, not 100"}, {"quick": True}])
def test_a_control_that_follows_the_settings_must_hold_under_all(given_: dict[str, Any]) -> None:
    follows = replace(CLAIM.controls[0], predicted=lambda settings: equal(settings))
    law = replace(CLAIM, general=True, controls=(follows, *CLAIM.controls))
    assert law.check(measured(0.5, 1), 0, **given_).outcome is INVALID


def test_to_be_undecided_is_expected_of_an_interval_and_not_of_few_seeds() -> None:
    unsure = replace(CLAIM, expected=UNDECIDED, controls=())
    for values, is_so in (([0.0, 2.0] * 5, True), ([0.0, 2.0], False), ([0.5] * 9, False)):
        measurements = Measurements()
        measurements.add("t", {"arm": "tried"}, {"error": Sample(tuple(values))})
        verdict = unsure.check(measurements)
        assert verdict.as_expected == verdict.settled == is_so
        assert not unsure.check(measurements, quick=True).settled


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"of": 3}, "claim C1: its quantity should be one such as at.*, not 3"),
        ({"predicted": 0.5}, "claim C1: what is predicted should be a region .*, not 0.5"),
        ({"expected": "refutes"}, "claim C1: no outcome is called 'refutes'; did you mean"),
        ({"controls": 3}, "not iterable"),
        ({"controls": ("x",)}, "claim C1: its controls should be such as Control.*, not 'x'"),
    ],
)
def test_a_claim_that_cannot_be_judged_is_refused_at_once(
    wrong: dict[str, Any], message: str
) -> None:
    right: dict[str, Any] = {"of": lambda m: m.get("x", arm="a"), "predicted": above(0)}
    with pytest.raises((TypeError, ValueError), match=message):
        Claim("C1", "S0", "it is", **right | wrong)
    with pytest.raises(TypeError, match=r"control 'it is': what is predicted .*, not 3"):
        Control("it is", right["of"], 3)  # type: ignore[arg-type]


def test_a_claim_takes_its_words_as_they_come() -> None:
    measurements = Measurements()
    measurements.add("t", {"arm": "a"}, {"x": exactly(1)})
    odd: dict[str, Any] = {"id": 3, "source": None, "sentence": ["it"], "expected": "refuted"}
    verdict = Claim(**odd, of=lambda m: m.get("x", arm="a"), predicted=below(0)).check(
        measurements
    )
    assert (verdict.id, verdict.source, verdict.sentence) == ("3", "None", "['it']")
    assert verdict.outcome is verdict.expected is REFUTED


def test_a_verdict_shows_the_interval_that_decided() -> None:
    measurements, sample = Measurements(), Sample((1.0, 2.0, 3.0, 4.0, 5.0, 6.0), "mean")
    measurements.add("t", {"arm": "a"}, {"x": sample})
    of = at("x", arm="a")
    near = Control("it is near", of, within(0.1, of=3.5))
    verdict = Claim("C1", "S0", "it is", of, within(2, of=3.5), controls=(near,)).check(
        measurements
    )
    low, high = sample.interval_at(0.9)
    assert (verdict.low, verdict.high) == (low, high) != sample.interval
    assert verdict.measured == sample.text((low, high)) != str(sample)
    assert f"it is near: {verdict.measured}, not 3.5 ± 0.1" in verdict.why


def test_an_error_in_a_quantity_names_its_claim() -> None:
    claim = Claim("C1", "S0", "it is", lambda m: m.rows[9].quantities["x"], above(0))
    with pytest.raises(IndexError) as raised:
        claim.check(Measurements())
    assert raised.value.__notes__ == ["claim C1 cannot be judged"]


def test_get_finds_one_row_or_says_why_not() -> None:
    measurements = measured(1, 2)
    assert measurements.get("error", arm="tried") == exactly(1)
    with pytest.raises(NotMeasured, match="no row has 'error' with"):
        measurements.get("error", arm="other")
    with pytest.raises(LookupError, match="2 rows have 'error'"):
        measurements.get("error")


def test_predictions_are_written_for_readers() -> None:
    predictions = below(1), above(2), between(1, 2), equal(3), within(5, of=10)
    words = ["at most 1", "at least 2", "1 to 2", "exactly 3", "10 ± 5"]
    assert list(map(str, predictions)) == words
