"""Tests of convlab.sweep.quantities: what a name finds in the records of runs."""

import pytest

from convlab.errors import UsageError
from convlab.measure import Claim, Measurements, Sample, at, below, exactly, over
from convlab.record import Record
from convlab.sweep import quantities

ERROR = "error (%)"
CLAIMS = (
    Claim("M1", "me", "it is small", at(ERROR, arm="cnn", images=400), below(5)),
    Claim("M2", "me", "it is smaller", over(at("size", arm="a"), at("size", arm="b")), below(5)),
)


def record(cnn: float = 1.0) -> Record:
    m = Measurements()
    for arm, value in (("cnn", cnn), ("mlp", 2.0)):
        for images in (400, 800):
            values = [value + seed for seed in range(8)]
            m.add("t", {"arm": arm, "images": images}, {ERROR: Sample(tuple(values))})
    for arm in ("a", "b"):
        m.add("u", {"arm": arm}, {"size": exactly(3)})
    return Record("mine", "Is it?", {}, measurements=m, verdicts=tuple(c.check(m) for c in CLAIMS))


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("error, cnn, 400", ["error, cnn, 400"]),
        ("error (%), cnn, 400", ["error (%), cnn, 400"]),
        ("error, cnn, 400 (%)", ["error, cnn, 400 (%)"]),
        ("error, images=800, arm=mlp", ["error, images=800, arm=mlp"]),
        ("error, cnn", ["error (%), cnn, 400", "error (%), cnn, 800"]),
        ("size", ["size, a", "size, b"]),
        ("M1", ["M1: error, cnn, 400 (%)"]),
        ("size, a / size, b", ["size, a / size, b"]),
    ],
)
def test_a_name_is_a_quantity_with_some_of_its_factors_or_a_claim(
    name: str, headings: list[str]
) -> None:
    found = quantities.columns([record(), None, record()], [name])
    assert list(found) == headings
    assert all(set(column) == {0, 2} for column in found.values())


def test_values_are_those_of_each_run() -> None:
    (column,) = quantities.columns([record(1), record(4)], ["error, cnn, 400"]).values()
    assert [value.center for value in column.values()] == [4.5, 7.5]
    assert column[0].sample and len(column[0].sample.values) == 8


def test_without_names_it_is_what_the_claims_are_about() -> None:
    found = quantities.columns([None, record()], [])
    assert list(found) == ["error, cnn, 400 (%)", "size, a / size, b"]
    assert found["error, cnn, 400 (%)"][1].sample  # its values are known, too


def test_without_claims_it_is_what_was_measured_first() -> None:
    bare = Record("mine", "Is it?", {}, measurements=record().measurements)
    assert next(iter(quantities.columns([bare], []))) == "error (%), cnn, 400"


def test_a_name_that_no_run_has_is_told_with_those_that_there_are() -> None:
    (told,) = quantities.notes([record(), None], ["eror", "M2"])
    assert "did you mean `error (%)`?" in told
    assert not list(quantities.notes([None], ["eror"]))  # nothing is known yet
    assert list(quantities.unknown([record()], ["error, vit"]))


def test_more_rows_than_are_shown_are_told() -> None:
    m = Measurements()
    for n in range(9):
        m.add("t", {"n": n}, {"x": exactly(n)})
    many = Record("mine", "Is it?", {}, measurements=m)
    assert len(quantities.columns([many], ["x"])) == quantities.MOST
    (told,) = quantities.notes([many], ["x"])
    assert told.startswith("3 more are called x")


def test_a_claim_that_there_is_not_is_refused_before_any_run() -> None:
    quantities.check(["M1", "error"], CLAIMS)
    with pytest.raises(UsageError, match="no claim of that id"):
        quantities.check(["M3"], CLAIMS[:1])


def test_how_many_seeds_there_are_is_said_once_where_all_have_as_many() -> None:
    few = Measurements()
    few.add("t", {}, {"x": Sample((1.0, 2.0)), "y": Sample((1.0, 2.0, 3.0))})
    runs = [Record("mine", "Is it?", {}, measurements=few)]
    (x,) = quantities.uncounted(quantities.columns(runs, ["x"])).values()
    assert x[0].text == "1.5"
    both = quantities.uncounted(quantities.columns(runs, ["x", "y"]))
    assert both["x"][0].text == "1.5 (2 seeds)"
