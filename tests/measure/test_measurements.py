"""Tests of convlab.measure.measurements: quantities of rows, divided and compared in size."""

import pytest

from convlab.measure import Measurements, NotMeasured, Sample, at, exactly, most, over


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
    assert most("size", "arm", ["one", "three"])(measured()) == exactly(3.5)
    with pytest.raises(NotMeasured):
        most("change", "arm", ["up", "sideways"])(measured())
