"""Tests of the claims of experiments/translation, unshared, rows and maxima, on made-up numbers.

Each arm has numbers that would give another verdict, so that a claim about the wrong arm is seen.
"""

from __future__ import annotations

from types import ModuleType

import pytest

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample

translation, unshared, rows, maxima = (
    lab.load(catalogue.experiments()[name])
    for name in ("translation", "unshared", "rows", "maxima")
)
Numbers = dict[tuple[object, ...], float]  # by quantity, arm and perhaps number of rows

TRANSLATION: Numbers = {
    **{(translation.BELOW, arm): 90 for arm in translation.ARMS},
    **{(translation.ABOVE, arm): 90 for arm in translation.ARMS},
    **{(translation.SAME, arm): 99 for arm in translation.ARMS},
    **{(translation.LOST, arm): 1 for arm in translation.ARMS},
    **{(translation.APART, arm): 1 for arm in translation.ARMS},
    (translation.ABOVE, translation.FLAT): 11,
    (translation.SAME, translation.FLAT): 11,
    (translation.LOST, translation.FLAT): 80,
    (translation.LOST, translation.POOLED): 0,
    (translation.APART, translation.POOLED): 0,
}
UNSHARED: Numbers = {
    **{(unshared.BELOW, arm): 90 for arm in unshared.ARMS},
    **{(unshared.ABOVE, arm): 11 for arm in unshared.ARMS},
    **{(unshared.UPPER, arm): 0 for arm in unshared.ARMS if arm != unshared.SHARED},
    (unshared.ABOVE, unshared.SHARED): 90,
}
ROWS: Numbers = {
    **{(rows.ACCURACY, arm, 1): 11 for arm in rows.ARMS},
    **{(rows.ACCURACY, arm, 9): 90 for arm in rows.ARMS},
    (rows.ACCURACY, rows.POOLED, 1): 90,
}
MAXIMA: Numbers = {
    (maxima.UNTRAINED, maxima.SHARED): 33.3,
    (maxima.UNTRAINED, maxima.LOCAL): 40,
    (maxima.TRAINED, maxima.SHARED): 33.3,
    (maxima.TRAINED, maxima.LOCAL): 0,
}
FLATTENED, GLOBAL = {"C316", "C318", "C318r", "C319"}, {"C316r", "C319r"}
CASES = [(translation, TRANSLATION), (unshared, UNSHARED), (rows, ROWS), (maxima, MAXIMA)]


def outcomes(module: ModuleType, numbers: Numbers) -> dict[str, Outcome]:
    """The verdicts, by claim, on six seeds with these numbers."""
    measurements = Measurements()
    for (quantity, arm, *others), number in numbers.items():
        factors = {"arm": arm, **({"rows": others[0]} if others else {})}
        measurements.add("made up", factors, {str(quantity): Sample((number,) * 6, "mean")})
    return {claim.id: claim.check(measurements).outcome for claim in module.CLAIMS}


@pytest.mark.parametrize(("module", "numbers"), CASES)
def test_the_numbers_of_a_full_run_decide_as_expected(
    module: ModuleType, numbers: Numbers
) -> None:
    expected = {claim.id: claim.expected for claim in module.CLAIMS}
    assert outcomes(module, numbers) == expected


def test_the_lost_accuracy_is_paired() -> None:
    measurements = Measurements()
    for arm, below in ((translation.ZEROS, 99.0), (translation.FLAT, 90.0)):
        quantities = {
            translation.BELOW: Sample((below, 80.0), "mean"),
            translation.ABOVE: Sample((10.0, 20.0), "mean"),
        }
        measurements.add("made up", {"arm": arm}, quantities)
    (lost,) = (claim.of for claim in translation.CLAIMS if claim.id == "C316")
    assert lost(measurements) == Sample((80, 60), "mean")


@pytest.mark.parametrize(
    ("module", "numbers", "change", "changed"),
    [
        (translation, TRANSLATION, {(translation.ABOVE, translation.FLAT): 90}, {"C316", "C318r"}),
        (translation, TRANSLATION, {(translation.BELOW, translation.FLAT): 50}, FLATTENED),
        (translation, TRANSLATION, {(translation.ABOVE, translation.ALL_ROWS): 50}, FLATTENED),
        (translation, TRANSLATION, {(translation.ABOVE, translation.POOLED): 50}, GLOBAL),
        (translation, TRANSLATION, {(translation.APART, translation.POOLED): 1e-9}, {"C316r"}),
        (translation, TRANSLATION, {(translation.SAME, translation.FLAT): 99}, {"C318"}),
        (translation, TRANSLATION, {(translation.LOST, translation.FLAT): 2}, {"C319"}),
        (translation, TRANSLATION, {(translation.LOST, translation.POOLED): 1e-9}, {"C319r"}),
        (unshared, UNSHARED, {(unshared.ABOVE, unshared.LOCAL): 90}, {"C317"}),
        (unshared, UNSHARED, {(unshared.ABOVE, unshared.LOCAL_FLAT): 90}, {"C317r"}),
        (unshared, UNSHARED, {(unshared.ABOVE, unshared.MLP): 90}, {"C317r2"}),
        (unshared, UNSHARED, {(unshared.UPPER, unshared.LOCAL): 1e-9}, {"C317"}),
        (unshared, UNSHARED, {(unshared.UPPER, unshared.LOCAL_FLAT): 1e-9}, {"C317r"}),
        (unshared, UNSHARED, {(unshared.UPPER, unshared.MLP): 1e-9}, {"C317r2"}),
        (unshared, UNSHARED, {(unshared.BELOW, unshared.LOCAL): 50}, {"C317"}),
        (unshared, UNSHARED, {(unshared.BELOW, unshared.LOCAL_FLAT): 50}, {"C317r"}),
        (unshared, UNSHARED, {(unshared.BELOW, unshared.MLP): 50}, {"C317r2"}),
        (unshared, UNSHARED, {(unshared.ABOVE, unshared.SHARED): 50}, {"C317", "C317r", "C317r2"}),
        (rows, ROWS, {(rows.ACCURACY, rows.POOLED, 1): 11}, {"C316r"}),
        (rows, ROWS, {(rows.ACCURACY, rows.FLAT, 1): 90}, {"C318r"}),
        (rows, ROWS, {(rows.ACCURACY, rows.MLP, 1): 90}, {"C317r"}),
        (rows, ROWS, {(rows.ACCURACY, rows.FLAT, 9): 50}, {"C318r"}),
        (rows, ROWS, {(rows.ACCURACY, rows.MLP, 9): 50}, {"C317r"}),
        (maxima, MAXIMA, {(maxima.UNTRAINED, maxima.SHARED): 40}, {"C322"}),
        (maxima, MAXIMA, {(maxima.TRAINED, maxima.SHARED): 40}, {"C322r"}),
        (maxima, MAXIMA, {(maxima.TRAINED, maxima.LOCAL): 1}, {"C322r"}),
        (maxima, MAXIMA, {(maxima.TRAINED, maxima.LOCAL): 40}, {"C322", "C322r"}),
    ],
)
def test_a_claim_is_decided_by_its_own_arm(
    module: ModuleType, numbers: Numbers, change: Numbers, changed: set[str]
) -> None:
    before, after = outcomes(module, numbers), outcomes(module, {**numbers, **change})
    assert {id for id in before if before[id] is not after[id]} == changed
