"""Tests of convlab.report.text: not a digit is lost on the way to another program."""

import csv
import json
from io import StringIO
from math import inf, isnan, nan

from convlab import report
from convlab.measure import Measurements, Sample, exactly
from convlab.record import Record

VALUES = (0.1 + 0.2, -1e-300, 12345678.901234567, 2.0, -0.5, 1 / 3, 1e22)


def record() -> Record:
    measurements = Measurements()
    factors = {"arm": 'a "b", c', "share": 0.1}
    measurements.add("a table", factors, {"error": Sample(VALUES, "mean"), "size": exactly(7)})
    measurements.add("another", {}, {"error": Sample((nan, inf, -inf))})
    return Record(experiment="edge", question="Is it?", settings={}, measurements=measurements)


def lines() -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(report.as_csv(record()))))


def test_every_value_of_a_csv_line_is_the_float_that_was_measured() -> None:
    first, second, third = lines()
    assert tuple(map(float, first["values"].split(" "))) == VALUES
    sample = Sample(VALUES, "mean")
    found = [float(first[name]) for name in ("center", "low", "high")]
    assert found == [sample.center, *sample.interval]
    assert [second[name] for name in ("center", "low", "high")] == ["7.0"] * 3
    lost, *rest = map(float, third["values"].split(" "))
    assert isnan(lost) and rest == [inf, -inf]


def test_a_csv_line_says_what_was_measured_where() -> None:
    first, second, third = lines()
    assert (first["experiment"], first["table"]) == ("edge", "a table")
    assert first["factors"] == 'arm=a "b", c; share=0.1' and third["factors"] == ""
    assert [line["quantity"] for line in lines()] == ["error", "size", "error"]
    assert [line["statistic"] for line in lines()] == ["mean", "exact", "median"]
    assert second["table"] == "a table" and third["table"] == "another"


def test_json_is_the_document_with_every_digit() -> None:
    text = report.as_json(record())
    assert json.loads(text) == record().document()
    assert json.loads(text)["rows"][0]["quantities"]["error"]["values"] == list(VALUES)
