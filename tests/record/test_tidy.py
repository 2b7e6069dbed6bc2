"""Tests of convlab.record.tidy: one line for each seed of a quantity, a column for each factor."""

import sys
from io import StringIO
from math import nan

import pytest

from convlab import report
from convlab.errors import UsageError
from convlab.measure import Measurements, Sample, exactly
from convlab.record import Record, tidy


def record() -> Record:
    measurements = Measurements()
    measurements.add(
        "t", {"arm": "a", "size": 2}, {"error": Sample((0.1, nan), "mean", "weights")}
    )
    measurements.add("t", {"arm": "b"}, {"time (ms)": Sample((3.0, 4.0), varies="repeats")})
    measurements.add("u", {"seed": "x"}, {"weights": exactly(7)})
    return Record("e", "Is it?", {}, measurements=measurements, first_seed=5, run="runs/e-001")


def test_a_seed_has_a_line_and_a_factor_a_column() -> None:
    names = tidy.headings(record())
    lines = [dict(zip(names, line, strict=True)) for line in tidy.lines(record())]
    assert names[3:6] == ["arm", "size", "seed (factor)"]
    assert [line["seed"] for line in lines] == [5, 6, None, None, None]
    assert [line["repeat"] for line in lines] == [None, None, 0, 1, None]
    assert [line["value"] for line in lines if line["value"] == line["value"]] == [0.1, 3, 4, 7]
    assert lines[0] | {"value": 0} == {
        **{"run": "e-001", "experiment": "e", "table": "t", "arm": "a", "size": 2},
        **{"seed (factor)": None, "quantity": "error", "statistic": "mean"},
        **{"varies": "weights", "seed": 5, "repeat": None, "value": 0},
    }


def test_factors_that_have_the_name_of_a_column_are_kept_apart() -> None:
    measurements = Measurements()
    measurements.add("t", {"value": 1, "value (factor)": 2}, {"x": exactly(3)})
    made = Record("e", "Is it?", {}, measurements=measurements)
    assert tidy.headings(made)[3:5] == ["value (factor)'", "value (factor)"]
    assert next(tidy.lines(made))[3:5] == [1, 2]


def test_a_frame_is_what_the_csv_says() -> None:
    pandas = pytest.importorskip("pandas")
    frame = record().to_frame()
    read = pandas.read_csv(StringIO(report.as_tidy_csv(record())), keep_default_na=True)
    assert list(frame.columns) == list(read.columns) and len(frame) == len(read) == 5
    assert frame["value"].tolist()[2:] == read["value"].tolist()[2:] == [3.0, 4.0, 7.0]
    assert frame["seed"].tolist()[:2] == [5, 6] and frame["seed"].isna().sum() == 3


def test_without_pandas_the_error_names_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"needs pandas.*--format csv"):
        record().to_frame()


def test_a_cell_of_the_csv_is_one_line_and_no_number_is_rounded() -> None:
    measurements = Measurements()
    measurements.add("t", {"arm": "a\nb"}, {"x": Sample((1 / 3,) * 2)})
    header, *lines = report.as_tidy_csv(
        Record("e", "Is it?", {}, measurements=measurements)
    ).splitlines()
    assert len(lines) == 2 and lines[0].endswith(f",0,,{1 / 3!r}") and r"a\nb" in lines[0]
    assert header == "run,experiment,table,arm,quantity,statistic,varies,seed,repeat,value"
