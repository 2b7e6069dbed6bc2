"""Tests of convlab.measure.measurements: quantities of rows, divided and compared in size."""

import pytest

from convlab.measure import Measurements, NoSuchName, NotMeasured, Sample, at, exactly, most, over


def measured() -> Measurements:
    measurements = Measurements()
    sizes = {"one": (1.0, 2.0), "two": (4.0, 10.0), "three": (2.0, 5.0)}
    for name, values in sizes.items():
        measurements.add("sizes", {"arm": name, "depth": 1}, {"size": Sample(values, "mean")})
    for name, value in {"up": 2, "down": -5, "level": 0}.items():
        measurements.add("changes", {"arm": name}, {"change": exactly(value)})
    return measurements


def test_a_quantity_is_that_of_the_row_with_all_its_factors() -> None:
    assert at("size", arm="two")(measured()).values == (4, 10)
    assert at("size", arm="two", depth=1)(measured()).values == (4, 10)
    for factors in ({"arm": "two", "depth": 2}, {"arm": "four"}, {"arm": "up"}):
        with pytest.raises(NotMeasured):
            at("size", **factors)(measured())


def test_one_quantity_is_divided_by_the_product_of_others_seed_by_seed() -> None:
    one, two, three = (at("size", arm=name) for name in ("one", "two", "three"))
    assert over(two, one)(measured()) == Sample((4.0, 5.0), "mean")
    assert over(two, one, three)(measured()) == Sample((2.0, 1.0), "mean")
    other = measured()
    other.add("t", {"arm": "four"}, {"size": Sample((1.0, 2.0, 3.0))})
    with pytest.raises(ValueError, match="longer"):
        over(one, at("size", arm="four"))(other)


def test_the_largest_in_size_may_be_negative() -> None:
    assert most("change", "arm", ["up", "down", "level"])(measured()) == exactly(5)
    assert most("change", "arm", ["up", "level"])(measured()) == exactly(2)
    assert most("size", "arm", ["one", "three"])(measured()) == Sample((2.0, 5.0), "mean")
    with pytest.raises(NotMeasured):
        most("change", "arm", ["up", "sideways"])(measured())


def test_names_are_kept_as_text_and_two_that_are_one_are_refused() -> None:
    measurements = Measurements()
    measurements.add(1, {2: "x"}, {3: exactly(1)})  # type: ignore[arg-type, dict-item]
    (row,) = measurements.rows
    assert (row.table, row.factors, [*row.quantities]) == ("1", {"2": "x"}, ["3"])
    with pytest.raises(ValueError, match="one as text: 2, '2'"):
        measurements.add("t", {2: 0, "2": 1}, {})  # type: ignore[dict-item]


def test_a_quantity_that_is_no_sample_is_named() -> None:
    with pytest.raises(
        TypeError, match=r"quantity `n` of the table `t` should be a Sample, not 3"
    ):
        Measurements().add("t", {}, {"n": 3})  # type: ignore[dict-item]


def test_a_name_that_is_in_no_row_is_another_error_than_an_arm_not_asked_for() -> None:
    with pytest.raises(NoSuchName, match="no quantity is called `sizes`; did you mean `size`"):
        at("sizes", arm="one")(measured())
    with pytest.raises(
        NoSuchName, match="no factor of 'size' is called `amr`; did you mean `arm`"
    ):
        at("size", amr="one")(measured())
    with pytest.raises(NoSuchName, match="no row was measured that has one"):
        at("size")(Measurements())


@pytest.mark.parametrize("name", ["rows", "arrays", "notes"])
@pytest.mark.parametrize("value", [None, "a note", 3, iter(())])
def test_what_is_put_in_the_place_of_another_kind_is_refused(name: str, value: object) -> None:
    measurements = Measurements()
    with pytest.raises(TypeError, match=f"`{name}` of Measurements should be a (list|dict), not"):
        setattr(measurements, name, value)
    assert measurements == Measurements()


def test_measurements_are_a_line() -> None:
    measurements = Measurements(notes=["n"])
    for table in "aab":
        measurements.add(table, {}, {"x": exactly(1)})
    assert repr(measurements) == "<Measurements: rows 3, tables 2, arrays 0, notes 1>"
