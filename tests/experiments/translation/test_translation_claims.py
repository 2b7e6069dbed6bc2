"""Tests of the claims of experiments/translation, unshared, rows and maxima, on made-up numbers.

Each arm has numbers that would give another verdict, so that a claim about the wrong arm is seen.
"""

from __future__ import annotations

from types import ModuleType

import pytest

from convlab import lab
from convlab.lab import catalogue
from convlab.measure import Measurements, Outcome, Sample
from experiments.translation._translation_quantities import FIRST

translation, unshared, rows, maxima = (
    lab.load(catalogue.experiments()[name])
    for name in ("translation", "unshared", "rows", "maxima")
)
Numbers = dict[tuple[str, ...], float]  # by quantity, arm and perhaps number of rows, or layer

t, u, r, m = translation, unshared, rows, maxima
ALL_ARMS = (*t.LOW, t.ALL_ROWS, t.HALF)
TRANSLATION: Numbers = {
    **{(t.BELOW, arm): 90 for arm in ALL_ARMS},
    **{(t.ABOVE, arm): 90 for arm in ALL_ARMS},
    **{(t.CHANGED, arm): 1 for arm in ALL_ARMS},
    **{(t.MOVED, arm): 1 for arm in ALL_ARMS},
    **{(t.APART, arm): 1 for arm in ALL_ARMS},
    **{(t.ERROR, arm, layer): 0 for arm in ALL_ARMS for layer in (FIRST, t.SECOND, t.SOFTMAX)},
    (t.ABOVE, t.FLAT): 11,
    (t.CHANGED, t.ALL_ROWS): 14,
    (t.CHANGED, t.HALF): 17,
    (t.MOVED, t.ALL_ROWS): 13,
    (t.MOVED, t.HALF): 16,
    (t.ERROR, t.ALL_ROWS, t.SOFTMAX): 0.4,
    (t.ERROR, t.HALF, t.SOFTMAX): 0.45,
    (t.MOVED, t.POOLED): 0,
    (t.APART, t.POOLED): 0,
}
UNSHARED: Numbers = {
    **{(u.BELOW, arm): 95 for arm in u.ARMS},
    **{(u.ABOVE, arm): 11 for arm in u.ARMS},
    **{(u.UPPER, arm): 0 for arm in u.ARMS if arm != u.SHARED},
    (u.ABOVE, u.SHARED): 90,
}
ROWS: Numbers = {
    **{(r.ACCURACY, arm, "1"): 11 for arm in r.ARMS},
    **{(r.ACCURACY, arm, "8"): 30 for arm in (*r.ARMS, *r.HALF.values())},
    **{(r.ACCURACY, arm, "9"): 90 for arm in r.ARMS},
    (r.ACCURACY, r.POOLED, "1"): 90,
    (r.ACCURACY, r.POOLED, "8"): 90,
}
MAXIMA: Numbers = {
    **{(m.BEFORE, arm): 0.5 for arm in (m.SHARED, m.LOCAL, m.HALF)},
    **{(m.AFTER, arm): 0.35 for arm in (m.SHARED, m.LOCAL, m.HALF)},
    **{(m.THINNED, arm): 0.5 for arm in (m.SHARED, m.LOCAL, m.HALF)},
    **{(m.SAME, arm): 80 for arm in (*m.ARMS, m.HALF)},
    **{(m.BELOW, arm): 90 for arm in (*m.ARMS, m.HALF)},
    **{(m.TWOS, arm): 0 for arm in (m.SHARED, m.LOCAL)},
    **{(m.THREES, arm): 0 for arm in (m.SHARED, m.LOCAL)},
    **{(m.MEANS, arm): 0 for arm in (m.SHARED, m.LOCAL)},
    (m.SAME, m.SHARED): 95,
    (m.SAME, m.LOCAL_FLAT): 81,
    (m.TWOS, m.SHARED): 33.3,
    (m.THREES, m.SHARED): 50,
    (m.RECTIFIED, m.SHARED): 39,
    (m.RECTIFIED, m.LOCAL): 2,
}


def both_of_8(arm: str, number: float) -> Numbers:
    """The accuracy of an arm after 8 rows, and after half the steps."""
    return {(r.ACCURACY, name, "8"): number for name in (arm, r.HALF[arm])}


FLATTENED, EVERYWHERE = {"C316o1", "C318r"}, {"C316", "C318", "C319"}
CASES = [(t, TRANSLATION), (u, UNSHARED), (r, ROWS), (m, MAXIMA)]


def outcomes(module: ModuleType, numbers: Numbers) -> dict[str, Outcome]:
    """The verdicts, by claim, on six seeds with these numbers."""
    measurements = Measurements()
    for (quantity, arm, *others), number in numbers.items():
        factors: dict[str, object] = {"arm": arm}
        if others:
            (other,) = others
            factors |= {"rows": int(other)} if other.isdigit() else {"layer": other}
        measurements.add("made up", factors, {quantity: Sample((number,) * 6, "mean")})
    return {claim.id: claim.check(measurements).outcome for claim in module.CLAIMS}


@pytest.mark.parametrize(("module", "numbers"), CASES)
def test_such_numbers_decide_as_expected(module: ModuleType, numbers: Numbers) -> None:
    expected = {claim.id: claim.expected for claim in module.CLAIMS}
    assert outcomes(module, numbers) == expected


def test_a_pooled_network_that_learned_too_little_refutes_nothing() -> None:
    little: Numbers = {(r.ACCURACY, r.POOLED, rows): 50 for rows in ("1", "9")}
    assert outcomes(r, ROWS | little)["C316r4"] is Outcome.INVALID


def test_the_lost_accuracy_is_paired() -> None:
    measurements = Measurements()
    for arm, below in ((t.ZEROS, 99.0), (t.FLAT, 90.0)):
        quantities = {
            t.BELOW: Sample((below, 80.0), "mean"),
            t.ABOVE: Sample((10.0, 20.0), "mean"),
        }
        measurements.add("made up", {"arm": arm}, quantities)
    (lost,) = (claim.of for claim in t.CLAIMS if claim.id == "C316o1")
    assert lost(measurements) == Sample((80, 60), "mean")


def test_one_seed_that_differs_refutes_what_is_exact() -> None:
    measurements = Measurements()
    measurements.add("made up", {"arm": t.ZEROS}, {t.APART: Sample((1.0, 2.0))})
    quantities = {t.APART: Sample((0.0, 1e-9)), t.MOVED: Sample((0.0, 1e-9), "mean")}
    measurements.add("made up", {"arm": t.POOLED}, quantities)
    for claim in t.CLAIMS:
        if claim.id in ("C316r", "C319r"):
            assert claim.check(measurements).outcome is Outcome.REFUTED


@pytest.mark.parametrize(
    ("module", "numbers", "change", "changed"),
    [
        (t, TRANSLATION, {(t.ABOVE, t.FLAT): 90}, FLATTENED),
        (t, TRANSLATION, {(t.ABOVE, t.FLAT): 14.9}, {"C318r"}),
        (t, TRANSLATION, {(t.BELOW, t.FLAT): 50}, FLATTENED),
        (t, TRANSLATION, {(t.ABOVE, t.ALL_ROWS): 50}, FLATTENED | EVERYWHERE),
        (t, TRANSLATION, {(t.CHANGED, t.ALL_ROWS): 2, (t.CHANGED, t.HALF): 2}, {"C316"}),
        (t, TRANSLATION, {(t.CHANGED, t.HALF): 25}, {"C316"}),
        (t, TRANSLATION, {(t.MOVED, t.ALL_ROWS): 2, (t.MOVED, t.HALF): 2}, {"C319"}),
        (t, TRANSLATION, {(t.MOVED, t.HALF): 22}, {"C319"}),
        (t, TRANSLATION, {(t.ERROR, t.HALF, t.SOFTMAX): 0.8}, {"C318"}),
        (t, TRANSLATION, {(t.ERROR, t.ALL_ROWS, t.SECOND): 1e-9}, {"C318"}),
        (t, TRANSLATION, {(t.APART, t.POOLED): 1e-9}, {"C316r"}),
        (t, TRANSLATION, {(t.MOVED, t.POOLED): 1e-9}, {"C319r"}),
        (t, TRANSLATION, {(t.APART, t.ZEROS): 0}, {"C316r", "C319r"}),
        (u, UNSHARED, {(u.ABOVE, u.LOCAL): 90}, {"C317", "C317r3"}),
        (u, UNSHARED, {(u.ABOVE, u.LOCAL): 30}, {"C317r3"}),
        (u, UNSHARED, {(u.ABOVE, u.LOCAL): 14.9}, {"C317r3"}),
        (u, UNSHARED, {(u.ABOVE, u.LOCAL_FLAT): 90}, {"C317r"}),
        (u, UNSHARED, {(u.ABOVE, u.MLP): 90}, {"C317r2"}),
        (u, UNSHARED, {(u.UPPER, u.LOCAL): 1e-9}, {"C317", "C317r3"}),
        (u, UNSHARED, {(u.UPPER, u.LOCAL_FLAT): 1e-9}, {"C317r"}),
        (u, UNSHARED, {(u.UPPER, u.MLP): 1e-9}, {"C317r2"}),
        (u, UNSHARED, {(u.BELOW, u.LOCAL): 50}, {"C317", "C317r3"}),
        (u, UNSHARED, {(u.BELOW, u.LOCAL_FLAT): 50}, {"C317r"}),
        (u, UNSHARED, {(u.BELOW, u.MLP): 50}, {"C317r2"}),
        (u, UNSHARED, {(u.ABOVE, u.SHARED): 50}, {"C317", "C317r", "C317r2", "C317r3"}),
        (r, ROWS, {(r.ACCURACY, r.POOLED, "1"): 11}, {"C316r4"}),
        (r, ROWS, {(r.ACCURACY, r.MLP, "1"): 90}, {"C316r4"}),
        (r, ROWS, {(r.ACCURACY, r.POOLED, "9"): 50}, {"C316r4"}),
        (
            r,
            ROWS,
            both_of_8(r.FLAT, 90),
            {"C318r2"},
        ),
        (
            r,
            ROWS,
            both_of_8(r.MLP, 90),
            {"C317r4"},
        ),
        (r, ROWS, {(r.ACCURACY, r.HALF[r.FLAT], "8"): 5}, {"C318r2"}),
        (r, ROWS, {(r.ACCURACY, r.HALF[r.MLP], "8"): 5}, {"C317r4"}),
        (r, ROWS, {(r.ACCURACY, r.FLAT, "9"): 50}, {"C318r2"}),
        (r, ROWS, {(r.ACCURACY, r.MLP, "9"): 50}, {"C317r4"}),
        (m, MAXIMA, {(m.AFTER, m.LOCAL): 0.5, (m.AFTER, m.HALF): 0.5}, {"C322"}),
        (m, MAXIMA, {(m.AFTER, m.HALF): 0.45}, {"C322"}),
        (m, MAXIMA, {(m.THINNED, m.LOCAL): 0.4}, {"C322"}),
        (m, MAXIMA, {(m.BELOW, m.LOCAL): 50}, {"C322", "C322r2"}),
        (m, MAXIMA, {(m.SAME, m.LOCAL_FLAT): 85}, {"C322r2"}),
        (m, MAXIMA, {(m.SAME, m.LOCAL_FLAT): 75}, {"C322r2"}),
        (m, MAXIMA, {(m.SAME, m.HALF): 60}, {"C322r2"}),
        (m, MAXIMA, {(m.TWOS, m.SHARED): 40}, {"C322r"}),
        (m, MAXIMA, {(m.THREES, m.SHARED): 33.3}, {"C322r"}),
        (m, MAXIMA, {(m.MEANS, m.SHARED): 33.3}, {"C322r"}),
        (m, MAXIMA, {(m.RECTIFIED, m.LOCAL): 39}, {"C322o1"}),
        (m, MAXIMA, {(m.RECTIFIED, m.SHARED): 2}, {"C322o1"}),
    ],
)
def test_a_claim_is_decided_by_its_own_arm(
    module: ModuleType, numbers: Numbers, change: Numbers, changed: set[str]
) -> None:
    before, after = outcomes(module, numbers), outcomes(module, {**numbers, **change})
    assert {id for id in before if before[id] is not after[id]} == changed
