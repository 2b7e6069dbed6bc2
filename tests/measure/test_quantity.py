"""Tests of convlab.measure.quantity: the name of a quantity, its unit, its value by seed."""

from math import isnan, nan

import pytest

from convlab.measure import (
    Claim,
    Measurements,
    Quantity,
    Sample,
    Varies,
    at,
    below,
    exactly,
    most,
    over,
    paired,
)

MEASURED = Measurements()
MEASURED.add(
    "t", {"arm": "cnn", "images": 50}, {"accuracy (%)": Sample((90.0, 80.0, 70.0), "mean")}
)
MEASURED.add(
    "t", {"arm": "mlp", "images": 50}, {"accuracy (%)": Sample((60.0, 65.0, 80.0), "mean")}
)
MEASURED.add("c", {"arm": "cnn"}, {"weights (bytes)": exactly(8), "positions": exactly(2)})
MEASURED.add("s", {"arm": "cnn"}, {"solved": Sample((1.0, 0.0, 1.0), "proportion")})
MEASURED.add("s", {"arm": "mlp"}, {"solved": Sample((0.0, 1.0, 1.0), "proportion")})

CNN, MLP = (at("accuracy (%)", arm=arm) for arm in ("cnn", "mlp"))


@pytest.mark.parametrize(
    ("quantity", "name", "unit"),
    [
        (CNN, "accuracy, cnn", "%"),
        (at("accuracy (%)", arm="cnn", images=50), "accuracy, cnn, 50", "%"),
        (at("positions"), "positions", ""),
        (at("f(2a, b) / f(a, b)"), "f(2a, b) / f(a, b)", ""),
        (over(CNN, MLP), "accuracy, cnn / accuracy, mlp", ""),
        (over(at("weights (bytes)"), at("positions")), "weights / positions", "bytes"),
        (over(CNN, over(CNN, MLP)), "accuracy, cnn / (accuracy, cnn / accuracy, mlp)", "%"),
        (over(paired(CNN, MLP), MLP), "(accuracy, cnn − accuracy, mlp) / accuracy, mlp", ""),
        (over(CNN, at("weights (bytes)")), "accuracy, cnn / weights", "% / bytes"),
        (over(at("positions"), at("time (ms)")), "positions / time", "1 / ms"),
        (over(CNN, at("time (ms)"), MLP), "accuracy, cnn / time / accuracy, mlp", "1 / ms"),
        (over(CNN, MLP, MLP), "accuracy, cnn / accuracy, mlp / accuracy, mlp", "1 / %"),
        (paired(CNN, MLP), "accuracy, cnn − accuracy, mlp", "%"),
        (most("accuracy (%)", "arm", ["cnn", "mlp"]), "largest accuracy by arm", "%"),
    ],
)
def test_a_quantity_carries_its_name_and_its_unit(
    quantity: Quantity, name: str, unit: str
) -> None:
    assert (quantity.name, quantity.unit) == (name, unit)
    assert str(quantity) == (f"{name} ({unit})" if unit else name)


def test_a_paired_difference_is_taken_seed_by_seed() -> None:
    assert paired(CNN, MLP)(MEASURED) == Sample((30.0, 15.0, -10.0), "mean")


def test_a_difference_of_successes_is_no_proportion() -> None:
    solved = [at("solved", arm=arm) for arm in ("cnn", "mlp")]
    assert paired(*solved)(MEASURED) == Sample((1.0, -1.0, 0.0), "difference")
    half = paired(solved[0], over(at("weights (bytes)"), at("weights (bytes)")))
    with pytest.raises(ValueError, match="different units"):
        paired(solved[0], at("weights (bytes)"))
    assert half(MEASURED) == Sample((0.0, -1.0, 0.0), "mean")  # of one share and one number


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("weights", "weights", "weights"),
        ("weights", "weights and data", "weights and data"),
        ("weights", "data", "weights and data"),
        ("repeats", "repeats", "repeats"),
        ("repeats", "weights", ""),
        ("weights", "", ""),
    ],
)
def test_what_is_made_of_two_varies_as_both_do(one: Varies, other: Varies, both: Varies) -> None:
    table = Measurements()
    table.add("t", {"arm": "a"}, {"x": Sample((1.0, 2.0), "mean", one, overlap=0.1)})
    table.add("t", {"arm": "b"}, {"x": Sample((3.0, 1.0), "mean", other, overlap=0.2)})
    table.add("t", {"arm": "c"}, {"x": exactly(1)})
    first, second, exact = (at("x", arm=arm) for arm in "abc")
    for quantity in (paired(first, second), over(first, second), most("x", "arm", ["a", "b"])):
        seen = quantity(table)
        assert (seen.varies, seen.overlap, seen.statistic) == (both, 0.2, "mean")
    assert over(first, exact)(table).varies == one  # what is exact does not vary
    assert over(exact, exact)(table) == exactly(1)
    assert most("x", "arm", ["a", "c"])(table) == Sample((1.0, 2.0), "mean", one, overlap=0.1)


def test_what_has_other_seeds_or_units_is_not_paired() -> None:
    with pytest.raises(ValueError, match=r"accuracy, cnn \(%\) and weights \(bytes\)"):
        paired(CNN, at("weights (bytes)"))
    MEASURED.add("s", {"arm": "short"}, {"solved": Sample((1.0, 0.0), "proportion")})
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        paired(at("solved", arm="cnn"), at("solved", arm="short"))(MEASURED)


def test_an_exact_quantity_is_the_same_for_all_seeds() -> None:
    assert over(CNN, at("positions"))(MEASURED) == Sample((45.0, 40.0, 35.0), "mean")
    assert over(at("positions"), CNN)(MEASURED) == Sample((2 / 90, 2 / 80, 2 / 70), "mean")
    exact = paired(at("positions"), at("positions"))
    assert exact(MEASURED) == exactly(0)


def test_nothing_is_known_of_a_ratio_to_zero() -> None:
    table = Measurements()
    table.add("t", {}, {"a": Sample((1.0, 2.0)), "b": Sample((0.0, 4.0))})
    first, second = over(at("a"), at("b"))(table).values
    assert isnan(first) and second == 0.5


def test_a_ratio_is_taken_seed_by_seed_over_all_others() -> None:
    assert over(CNN, MLP)(MEASURED).values == (1.5, 80 / 65, 0.875)
    halved = over(at("weights (bytes)"), at("positions"), at("positions"))
    assert halved(MEASURED) == exactly(2)


def test_the_largest_in_size_may_be_negative() -> None:
    table = Measurements()
    for arm, value in {"a": -3, "b": 2, "c": -9}.items():
        table.add("t", {"arm": arm}, {"difference": exactly(value)})
    assert most("difference", "arm", ["a", "b"])(table) == exactly(3)
    table.add("t", {"arm": "d"}, {"difference": Sample((1.0, nan, -20.0))})
    largest = most("difference", "arm", ["c", "d"])(table)
    assert (largest.values[0], isnan(largest.values[1]), largest.values[2]) == (9, True, 20)


def test_a_verdict_says_which_quantity_it_judged() -> None:
    verdict = Claim("C1", "S0", "it is", CNN, below(100)).check(MEASURED)
    assert (verdict.quantity, verdict.unit) == ("accuracy, cnn", "%")
    bare = Claim("C1", "S0", "it is", lambda m: m.get("positions"), below(100)).check(MEASURED)
    assert (bare.quantity, bare.unit) == ("", "")
