"""Tests of convlab.record and convlab.store: a run comes back as it was, or not at all."""

import json
import re
import threading
from dataclasses import fields, replace
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from convlab import files
from convlab.errors import UsageError
from convlab.lab import listing, store
from convlab.measure import Claim, Measurements, Outcome, Sample, below, exactly
from convlab.record import Record, Status


def record() -> Record:
    measurements = Measurements(notes=["a note"])
    measurements.add("t", {"arm": "plain", "size": 3}, {"error (share)": Sample((1.0, nan, inf))})
    measurements.add("t", {"arm": "exp", "size": 0.5}, {"parameters": exactly(19)})
    measurements.arrays["loss of plain"] = np.arange(6.0).reshape(2, 3)
    claim = Claim("C1", "S0", "it is small", lambda m: m.get("parameters", arm="exp"), below(20))
    return Record(
        experiment="hadamard",
        question="Is it?",
        settings={"seeds": 3, "lr": 1e-3, "images": ["a.png"], "none": None},
        measurements=measurements,
        verdicts=(claim.check(measurements),),
        seconds=1.5,
        started="2026-11-22T00:00:00+00:00",
        environment={"threads": 2, "argv": ["convlab", "run"]},
        figures=("losses.png",),
    )


def test_a_record_survives_its_document() -> None:
    document = json.loads(json.dumps(record().document(), allow_nan=False))
    again = Record.of(document)
    assert again.document() == document
    values = again.measurements.rows[0].quantities["error (share)"].values
    assert values[0] == 1 and values[1] != values[1] and values[2] == inf


def as_version_1(document: dict[str, Any]) -> dict[str, Any]:
    """The document as the first convlab wrote it."""
    del document["version"]
    for verdict in document["verdicts"]:
        del verdict["quantity"], verdict["unit"]
    for row in document["rows"]:
        for quantity in row["quantities"].values():
            if quantity["statistic"] == "proportion":
                quantity["statistic"] = "rate"
    return document


def test_a_record_of_the_first_version_is_read(tmp_path: Path) -> None:
    written = record()
    solved = {"solved": Sample((1.0,) * 7 + (0.0,), "proportion")}
    written.measurements.add("t", {"arm": "exp"}, solved)
    folder = store.reserve(tmp_path, "hadamard")
    old = as_version_1(json.loads(json.dumps(written.document())))
    (folder / store.RECORD).write_text(json.dumps(old))
    again = store.load(folder)
    assert again.measurements.get("solved").interval == solved["solved"].interval
    assert again.verdicts == written.verdicts


@pytest.mark.parametrize("version", [0, 4, "2", None, 2.5, True])
def test_a_record_of_another_version_is_refused_in_a_sentence(
    tmp_path: Path, version: object
) -> None:
    folder = store.reserve(tmp_path, "hadamard")
    document = record().document() | {"version": version, "statistics": "of the future"}
    (folder / store.RECORD).write_text(json.dumps(document))
    with pytest.raises(
        UsageError,
        match=rf"hadamard-001: the record has the form {re.escape(repr(version))}, .* 1 to 3: ",
    ):
        store.load(folder)


def test_a_document_has_the_public_keys() -> None:
    document = record().document()
    public = {
        "version",
        "experiment",
        "question",
        "settings",
        "rows",
        "verdicts",
        "seconds",
        "run",
    }
    assert public <= document.keys()
    row = document["rows"][0]
    assert {"factors", "quantities"} <= row.keys()
    quantity = row["quantities"]["error (share)"]
    assert {"values", "center", "low", "high", "exact"} <= quantity.keys()
    assert quantity["values"] == [1.0, "NaN", "Infinity"]
    assert (quantity["low"], quantity["high"]) == ("-Infinity", "Infinity")
    verdict = document["verdicts"][0]
    assert {"id", "source", "sentence", "outcome", "expected", "evidence"} <= verdict.keys()
    assert {"quantity", "unit"} <= verdict.keys()


def test_a_stored_run_comes_back_with_its_arrays(tmp_path: Path) -> None:
    folder = store.reserve(tmp_path, "hadamard")
    stored = store.save(record(), folder)
    loaded = store.load(folder)
    assert loaded.document() == stored.document()
    assert loaded.run == str(folder)
    np.testing.assert_array_equal(
        loaded.measurements.arrays["loss of plain"], record().measurements.arrays["loss of plain"]
    )


def test_every_run_has_a_directory_of_its_own(tmp_path: Path) -> None:
    reserved: list[Path] = []
    threads = [
        threading.Thread(target=lambda: reserved.append(store.reserve(tmp_path, "edge")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(reserved)) == 8
    assert sorted(p.name for p in reserved) == [f"edge-{n:03}" for n in range(1, 9)]


def test_the_next_free_number_is_taken(tmp_path: Path) -> None:
    for name in ("edge-001", "edge-003", "cost-002"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    taken = [store.reserve(tmp_path / "runs", "edge").name for _ in range(3)]
    assert taken == ["edge-002", "edge-004", "edge-005"]
    assert store.reserve(tmp_path / "runs", "cost").name == "cost-001"
    for number in range(6, 1000):
        (tmp_path / "runs" / f"edge-{number:03}").mkdir()
    assert store.reserve(tmp_path / "runs", "edge").name == "edge-1000"


def test_every_field_comes_back_from_the_document() -> None:
    claim = record().verdicts[0]
    full = replace(
        record(),
        status=Status.INTERRUPTED,
        quick=True,
        error="it broke",
        run="runs/x-001",
        verdicts=(replace(claim, outcome=Outcome.REFUTED, expected=Outcome.INVALID),),
    )
    again = Record.of(json.loads(json.dumps(full.document())))
    for field in fields(Record):
        if field.name != "measurements":
            assert getattr(again, field.name) == getattr(full, field.name), field.name
    assert again.measurements.notes == ["a note"]
    for row, expected in zip(again.measurements.rows, full.measurements.rows, strict=True):
        assert (row.table, row.factors) == (expected.table, expected.factors)
    assert again.measurements.rows[1].quantities == full.measurements.rows[1].quantities


def test_values_in_a_document_are_those_that_were_measured() -> None:
    measurements = Measurements()
    values = (0.1 + 0.2, -1e-300, 12345678.901234567, 1e22, -0.0, 5.0)
    measurements.add("t", {"share": -inf, "on": True, "n": None}, {"x": Sample(values, "mean")})
    document = json.loads(json.dumps(Record("x", "?", {}, measurements=measurements).document()))
    (row,) = document["rows"]
    assert row["factors"] == {"share": "-Infinity", "on": True, "n": None}
    assert tuple(row["quantities"]["x"]["values"]) == values
    sample = Sample(values, "mean")
    quantity = row["quantities"]["x"]
    found = tuple(quantity[name] for name in ("center", "low", "high", "exact", "statistic"))
    assert found == (sample.center, *sample.interval, False, "mean")


def test_arrays_are_left_out_where_they_are_not_wanted(tmp_path: Path) -> None:
    folder = store.reserve(tmp_path, "hadamard")
    store.save(record(), folder)
    assert store.load(folder, arrays=False).measurements.arrays == {}


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    def breaks(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="No space left on device"):
        files.write(tmp_path / "record.json", breaks)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_pickled(tmp_path: Path) -> None:
    folder = store.reserve(tmp_path, "edge")
    np.savez(folder / store.ARRAYS, bad=np.array([{}], dtype=object))
    store.save(replace(record(), measurements=Measurements()), folder)
    loaded = store.load(folder).measurements
    assert loaded.arrays == {} and "`bad` cannot be read" in loaded.notes[0]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write runs to .*file.*; name another --out"):
        store.reserve(tmp_path / "file", "edge")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"experiment": 1}'])
def test_a_broken_record_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / store.RECORD).write_text(text)
    with pytest.raises(UsageError, match=r"holds no readable record\.json"):
        store.load(tmp_path)


def test_a_run_is_found_by_name_or_path_and_else_the_nearest_is_named(tmp_path: Path) -> None:
    folder = store.reserve(tmp_path, "edge")
    store.save(record(), folder)
    assert store.find("edge-001", tmp_path) == store.find(str(folder), tmp_path) == folder
    with pytest.raises(UsageError, match="did you mean edge-001"):
        store.find("edge-01", tmp_path)


def test_an_unexpected_verdict_counts_unless_nothing_was_to_be_decided() -> None:
    (verdict,) = record().verdicts
    wrong = replace(record(), verdicts=(replace(verdict, expected=Outcome.REFUTED),))
    assert len(wrong.unexpected) == 1 and not record().unexpected
    left = replace(verdict, outcome=Outcome.UNDECIDED)
    assert replace(record(), verdicts=(left,)).unexpected == (left,)
    assert not replace(record(), verdicts=(left,), quick=True).unexpected
    elsewhere = replace(left, other_settings="side=32, not 1024")
    assert not replace(record(), verdicts=(elsewhere,)).unexpected
    assert replace(wrong, quick=True).unexpected  # it was exact, and decided


def test_with_no_expectation_either_outcome_is_as_expected() -> None:
    (verdict,) = record().verdicts
    for outcome in (Outcome.HOLDS, Outcome.REFUTED, Outcome.UNDECIDED, Outcome.INVALID):
        judged = replace(record(), verdicts=(replace(verdict, expected=None, outcome=outcome),))
        assert bool(judged.unexpected) == (outcome in (Outcome.UNDECIDED, Outcome.INVALID))
        assert Record.of(json.loads(json.dumps(judged.document()))).verdicts == judged.verdicts


def test_the_title_of_a_figure_is_what_was_found_or_the_question() -> None:
    (verdict,) = record().verdicts
    assert record().finding(verdict.id) == verdict.sentence
    assert record().finding("C999") == record().question
    assert record().finding("C999", "else") == "else"
    for outcome, expected, title in (
        (Outcome.REFUTED, Outcome.REFUTED, f"Not so: {verdict.sentence}"),
        (Outcome.REFUTED, Outcome.HOLDS, record().question),
        (Outcome.UNDECIDED, Outcome.HOLDS, record().question),
    ):
        came_out = replace(verdict, outcome=outcome, expected=expected)
        assert replace(record(), verdicts=(came_out,)).finding(verdict.id) == title


def test_a_run_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    folder = store.reserve(tmp_path, "edge")
    store.save(replace(record(), status=Status.RUNNING), folder)
    store.discard(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    store.save(record(), store.reserve(tmp_path, "edge"))
    (store.reserve(tmp_path, "edge") / store.RECORD).write_text("{")
    listed = {Path(run.run or "").name: run.status for run in listing.runs(tmp_path)}
    assert listed == {"edge-001": Status.COMPLETED, "edge-002": Status.UNREADABLE}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("started", None),
        ("seconds", "x"),
        ("question", None),
        ("figures", [3]),
        ("error", {}),
        (
            "rows",
            [
                {
                    "table": "t",
                    "factors": {},
                    "quantities": {"q": {"values": [1], "statistic": "foo"}},
                }
            ],
        ),
    ],
)
def test_a_damaged_record_is_one_line_among_the_others(
    tmp_path: Path, key: str, value: object
) -> None:
    sound = store.save(record(), store.reserve(tmp_path, "hadamard"))
    folder = store.reserve(tmp_path, "hadamard")
    (folder / store.RECORD).write_text(json.dumps(record().document() | {key: value}))
    with pytest.raises(UsageError, match=r"hadamard-002 holds no readable record\.json"):
        store.load(folder)
    listed = {run.run: run.status for run in listing.runs(tmp_path)}
    assert listed == {sound.run: "completed", str(folder): "unreadable"}
