"""Tests of convlab.lab.store, arrays and lock: whatever lies in a folder hides no other run."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from convlab import memory, report
from convlab.config import Override
from convlab.errors import UsageError
from convlab.lab import arrays, listing, lock, resuming, store
from convlab.lab.asked import ASKED, Asked
from convlab.measure import exactly
from convlab.record import Head, Record, Status, as_json
from convlab.report import run_list_text


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


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("file", [store.HEAD, ASKED, store.SWEEP, lock.LOCK])
def test_a_bad_file_beside_it_is_one_line_and_hides_no_other(
    file: str, name: str, tmp_path: Path
) -> None:
    good(tmp_path), good(tmp_path)
    BAD[name](tmp_path / "edge-001" / file)
    (alone := tmp_path / "alone").mkdir()
    BAD[name](alone / file)
    kept = {Path(head.run).name: head.status for head in listing.heads(tmp_path)}
    assert kept.items() >= {"edge-001": "completed", "edge-002": "completed"}.items()
    others = {store.HEAD: "unreadable", ASKED: "unreadable", store.SWEEP: "dead"}
    assert kept.get("alone") == others.get(file)
    if file != store.SWEEP:
        assert len(listing.runs(tmp_path)) == len(kept)


def test_a_head_is_read_and_its_record_is_not(tmp_path: Path) -> None:
    folder = good(tmp_path)
    head = Head("edge", started="2026", as_expected=2, verdicts=3, status=Status.COMPLETED)
    store.save_head(head, folder)
    (folder / store.RECORD).write_text("{")
    assert listing.heads(tmp_path) == [Head(**{**head.__dict__, "run": str(folder)})]


def test_what_a_head_says_of_its_own_place_is_not_believed(tmp_path: Path) -> None:
    folder = good(tmp_path)
    document = Head("edge").document() | {"run": "/etc", "resume": "rm -r ~"}
    (folder / store.HEAD).write_text(json.dumps(document))
    for head in (store.head(folder), *listing.heads(tmp_path)):
        assert (head.run, head.resume) == (str(folder), "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
KEYS = sorted(Record("x", "?", {}).document())
HEAD_KEYS = sorted(Head("x").document())


@given(st.sampled_from(HEAD_KEYS), JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_head_all_runs_are_listed(
    tmp_path: Path, key: str, value: object
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir(exist_ok=True)
    (tmp_path / "a" / store.HEAD).write_text(json.dumps(Head("x").document() | {key: value}))
    store.save_head(Head("x"), tmp_path / "b")
    heads = listing.heads(tmp_path)
    assert sorted(Path(head.run).name for head in heads) == ["a", "b"]
    Console(file=(file := io.StringIO())).print(report.runs(heads))
    assert "\x1b" not in file.getvalue()
    assert len(run_list_text.as_csv(heads).split("\n")) == 3
    json.loads(as_json(run_list_text.document(heads)))


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


def asked_only(root: Path) -> Path:
    """The folder of a run that was killed before it kept anything."""
    folder = store.reserve(root, "edge")
    Asked("edge.yaml", (Override("side", 9),), quick=True, first_seed=7).save(folder)
    return folder


def test_a_run_that_was_killed_before_it_kept_anything_is_dead_and_can_be_resumed(
    tmp_path: Path,
) -> None:
    folder = asked_only(tmp_path)
    (head,) = listing.heads(tmp_path)
    assert (head.experiment, head.status, head.run) == ("edge", Status.DEAD, str(folder))
    assert (head.quick, head.first_seed, head.changed) == (True, 7, {"side": 9})
    assert head.started and head.resume == f"convlab resume {folder}"
    assert resuming.is_ours(folder)
    (run,) = listing.runs(tmp_path)
    assert (run.status, run.experiment, run.started) == (Status.DEAD, "edge", head.started)
    with pytest.raises(UsageError, match=r"has no record: it was stopped .*; `convlab resume "):
        store.load(folder)
    with lock.held(folder):
        assert store.head(folder).status is Status.RUNNING
        with pytest.raises(UsageError, match="no record yet: a process is at work on it"):
            store.load(folder)


def test_a_copy_of_such_a_run_is_not_ours(tmp_path: Path) -> None:
    shutil.copytree(asked_only(tmp_path), tmp_path / "copy")
    assert not resuming.is_ours(tmp_path / "copy")


def test_only_what_was_stopped_and_says_what_it_was_asked_for_can_be_gone_on_with(
    tmp_path: Path,
) -> None:
    ways = {}
    for status in Status:
        folder = asked_only(tmp_path)
        store.save_head(Head("edge", status), folder)
        ways[status] = bool(store.way_on(store.head(folder)))
    assert [status for status in ways if ways[status]] == [Status.INTERRUPTED, Status.DEAD]
    (folder / ASKED).unlink()
    store.save_head(Head("edge", Status.DEAD), folder)
    assert not store.way_on(store.head(folder))


def test_a_sweep_is_one_line_and_no_run_of_its_own(tmp_path: Path) -> None:
    sweep = store.reserve(tmp_path, "sweep-edge")
    (sweep / store.SWEEP).write_text("{}")
    for name in ("00000", "00001"):
        store.save(Record("edge", "?", {}), sweep / name)
    assert [head.experiment for head in listing.heads(tmp_path)] == ["sweep of edge"]
    store.save_head(Head("sweep of edge", Status.COMPLETED), sweep)
    good(tmp_path)
    assert [head.status for head in listing.heads(tmp_path)] == ["completed", "completed"]
    assert [run.experiment for run in listing.runs(tmp_path)] == ["edge"]
    with pytest.raises(UsageError, match="is a sweep, which has no record of its own"):
        store.load(sweep)


def test_what_is_no_run_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / store.ARRAYS).write_text("")
    (tmp_path / store.HEAD).write_text("{}")
    good(tmp_path).rename(tmp_path / ".hidden")
    assert not listing.heads(tmp_path) and not listing.runs(tmp_path)
    assert listing.heads(tmp_path / "none") == listing.heads(tmp_path / store.HEAD) == []


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: Any) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(UsageError, match="cannot be read: Permission denied; name another --out"):
        listing.heads(tmp_path)


def test_a_lock_says_nothing_of_a_run_that_ended(tmp_path: Path) -> None:
    folder = good(tmp_path)
    with lock.held(folder):
        assert store.load(folder).status is Status.COMPLETED
    assert store.load(folder).status is Status.COMPLETED
