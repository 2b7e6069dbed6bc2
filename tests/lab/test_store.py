"""Tests of convlab.lab.store, arrays and lock: whatever lies in a folder hides no other run."""

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab import memory
from convlab.errors import UsageError
from convlab.lab import arrays, listing, lock, store
from convlab.measure import exactly
from convlab.record import Record, Status


def good(root: Path) -> Path:
    record = Record("edge", "Is it?", {}, started="2026")
    record.measurements.add("t", {"arm": "a"}, {"n": exactly(1)})
    record.measurements.arrays["loss"] = np.arange(6.0).reshape(2, 3)
    folder = store.reserve(root, "edge")
    store.save(record, folder)
    return folder


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20 * 2**30)


BAD: dict[str, Callable[[Path], object]] = {
    "FIFO": os.mkfifo,
    "directory": Path.mkdir,
    "link to itself": lambda path: path.symlink_to(path),
    "link to nothing": lambda path: path.symlink_to("nothing"),
    "device": lambda path: path.symlink_to("/dev/zero"),
    "20 GB": sparse,
    "nested": lambda path: path.write_text("[" * 200_000),
    "binary": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "list": lambda path: path.write_text("[]"),
    "long number": lambda path: path.write_text("1" * 5000),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_one_line_and_hides_no_other(name: str, tmp_path: Path) -> None:
    sound, folder = good(tmp_path), store.reserve(tmp_path, "edge")
    BAD[name](folder / store.RECORD)
    listed = {run.run: run.status for run in listing.runs(tmp_path)}
    assert listed == {str(sound): Status.COMPLETED, str(folder): Status.UNREADABLE}
    with pytest.raises(UsageError, match=r"edge-002 holds no readable record\.json: ") as raised:
        store.load(store.find("edge-002", tmp_path))
    assert len(str(raised.value).splitlines()) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
KEYS = sorted(Record("x", "?", {}).document())


@given(st.sampled_from(KEYS), JSON)
def test_whatever_stands_in_a_record_it_is_read_or_refused(key: str, value: object) -> None:
    document = Record("x", "?", {}).document() | {key: value}
    try:
        record = Record.of(document)
    except (UsageError, ValueError, OverflowError):
        return
    assert Record.of(json.loads(json.dumps(record.document()))).document() == record.document()


@pytest.mark.parametrize("key", [key for key in KEYS if key != "version"])
def test_what_a_record_lacks_is_named(key: str) -> None:
    document = Record("x", "?", {}).document()
    del document[key]
    with pytest.raises(ValueError, match=f"it lacks `{key}`"):
        Record.of(document)


def header(shape: tuple[int, ...]) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": "<f8", "fortran_order": False, "shape": shape}
    )
    return file.getvalue()


def of_numbers(values: list[int]) -> bytes:
    np.save(file := io.BytesIO(), np.array(values))
    return file.getvalue()


MEMBERS = {
    "a claim of 8 GB": header((10**9,)),
    "a long header": b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b" " * 10**6,
    "no array": b"hello",
    "a negative size": header((-1,)),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_an_array_that_cannot_be_read_hides_no_other(name: str, tmp_path: Path) -> None:
    folder = good(tmp_path)
    with zipfile.ZipFile(folder / store.ARRAYS, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bad.npy", MEMBERS[name])
        file.writestr("fine.npy", of_numbers([1, 2]))
    record = store.load(folder)
    assert record.measurements.arrays.keys() == {"fine"} and record.measurements.rows
    (note,) = record.measurements.notes
    assert note.startswith("the array `bad` cannot be read from arrays.npz: ")
    found, broken = arrays.outline(folder)
    assert [(each.name, each.shape) for each in found] == [("fine", (2,))] and broken == [note]


def test_what_does_not_fit_into_memory_is_named_and_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = good(tmp_path)
    monkeypatch.setattr(memory, "physical", lambda: 100.0)  # a quarter of it is too little
    record = store.load(folder)
    assert record.measurements.arrays == {}
    assert "`loss` is too large to load" in record.measurements.notes[0]


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04"])
def test_a_broken_file_of_arrays_leaves_the_rest(content: bytes, tmp_path: Path) -> None:
    folder = good(tmp_path)
    (folder / store.ARRAYS).write_bytes(content)
    record = store.load(folder)
    assert record.measurements.rows and not record.measurements.arrays
    assert record.measurements.notes[0].startswith("the arrays cannot be read")


def test_a_fifo_for_arrays_is_no_file(tmp_path: Path) -> None:
    folder = good(tmp_path)
    (folder / store.ARRAYS).unlink()
    os.mkfifo(folder / store.ARRAYS)
    assert "it is no file" in store.load(folder).measurements.notes[0]


HOLD = """
import sys, time
from pathlib import Path
from convlab.lab import lock
with lock.held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_run_whose_process_was_killed_is_dead(tmp_path: Path) -> None:
    folder = store.reserve(tmp_path, "edge")
    store.save(Record("edge", "?", {}, status=Status.RUNNING), folder)
    assert store.load(folder).status is Status.RUNNING  # without a lock nobody knows
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        assert store.load(folder).status is Status.RUNNING
        process.kill()
    assert [run.status for run in listing.runs(tmp_path)] == [Status.DEAD]
    assert "ended without a word" in store.load(folder).error
    (folder / lock.LOCK).write_text("another.host 12\n")
    assert store.load(folder).status is Status.RUNNING  # that host would know


def test_a_lock_says_nothing_of_a_run_that_ended(tmp_path: Path) -> None:
    folder = good(tmp_path)
    with lock.held(folder):
        assert store.load(folder).status is Status.COMPLETED
    assert store.load(folder).status is Status.COMPLETED
