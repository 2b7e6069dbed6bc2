"""Tests of run folders from elsewhere: data, shown or refused, and never executed."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from io import BytesIO
from math import inf, nan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from warnings import catch_warnings, simplefilter
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import convlab
from convlab import cli, lab
from convlab.errors import UsageError
from convlab.lab import arrays, store
from convlab.lab.claims import standings
from convlab.measure import Claim, Measurements, Sample, below, exactly
from convlab.record import Record
from convlab.record.head import Head
from convlab.record.parts import Trained
from tests import hostile


def sound() -> Record:
    """A record with all that a record can hold."""
    measured = Measurements(notes=["a note", "another"])
    for arm, size, values in (("cnn", 3, (1.0, nan, inf)), ("mlp", 0.5, (2.0, 3.0, 4.5))):
        factors = {"arm": arm, "size": size, "on": True}
        quantities = {
            "error (share)": Sample(values, varies="weights and data"),
            "accuracy (%)": Sample((90.0, 91.0) * 4, "mean", "weights", overlap=0.25),
            "solved": Sample((1.0, 0.0, 1.0), "proportion"),
            "seconds": Sample((0.1, 0.2, 0.3), varies="repeats"),
            "parameters": exactly(19),
        }
        measured.add("made of the same images", factors, quantities)
    claim = Claim("C1", "S0", "it is small", lambda m: m.get("parameters", arm="cnn"), below(20))
    loss = Sample((3.0, 2.0, 1.0))
    trained = Trained("cnn", 19, 100, 3, 500, loss, loss, 0, 1.5)
    sources = [
        {"path": "/nowhere/mine.yaml", "sha256": "0" * 64, "text": "experiment: ./mine.py"},
        {"path": "/nowhere/mine.py", "sha256": "0" * 64, "text": "import os"},
    ]
    known = {"python": "3.11.1", "threads": 2, "device": "cpu", "commit": "0" * 40}
    return Record(
        experiment="gradient",
        question="Is it?",
        settings={"seeds": 3, "side": 9, "images": ["a.png"], "training": {"lr": 0.1}},
        measurements=measured,
        verdicts=(claim.check(measured), replace(claim.check(measured), id="C2", unit="%")),
        seconds=1.5,
        started="2026-11-22T00:00:00+00:00",
        environment={"sources": sources, "versions": {"torch": "2"}, "argv": ["convlab"], **known},
        figures=("losses.png",),
        answer="It is.",
        trained=(trained, replace(trained, trial=True)),
        changed={"training.lr": 0.1},
        predictions="0" * 64,
    )


DOCUMENT = json.loads(json.dumps(sound().document()))
EACH = (
    ("show", "bad"),
    ("show", "bad", "--tables"),
    ("show", "bad", "--json"),
    ("show", "bad", "--csv"),
    ("show", "bad", "--markdown"),
    ("list", "runs"),
    ("diff", "bad", "good"),
    ("diff", "good", "bad", "--json"),
    *(("export", "bad", "--to", "to", "--format", name) for name in ("csv,json", "latex,md")),
)


def convlab_(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a sound run in it, and a file beside its runs that is nobody's to touch."""
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "mine.py").write_text("raise SystemExit('executed')\n")
    store.save(sound(), Path("runs/good"))
    Path("runs/bad").mkdir()
    return tmp_path


def untouched(here: Path) -> dict[str, tuple[int, int, bool]]:
    """All but what export writes where it was told to."""
    return hostile.seen(here, but="/in/to/")


def check(here: Path, words: tuple[str, ...], codes: tuple[int, ...] = (0, 2)) -> Result:
    """The command ends as it should, says it in a line, harms no terminal and writes nothing."""
    before = untouched(here)
    result = convlab_(*words, *(["--overwrite"] if words[0] == "export" else []))
    told = (words, result.exit_code, result.exception, result.stderr, result.stdout[-300:])
    assert result.exit_code in codes, told
    assert result.exception is None or isinstance(result.exception, SystemExit), told
    assert hostile.harmless(result.stdout) and hostile.harmless(result.stderr), told
    assert "Traceback" not in result.stderr, told
    assert len(result.stderr.splitlines()) == (result.exit_code == 2), told
    assert untouched(here) == before, told
    return result


def shown(here: Path, document: bytes, commands: Sequence[tuple[str, ...]]) -> None:
    Path("runs/bad", store.RECORD).write_bytes(document)
    for words in commands:
        check(here, words)
    try:
        record = convlab.load("bad")
    except UsageError:
        return
    assert hostile.harmless(repr(record)), repr(record)
    assert "<script" not in record._repr_html_()


@pytest.mark.long
@hostile.fuzzed
def test_any_document_is_shown_or_refused(cases: int, here: Path) -> None:
    @hostile.of(cases)
    @given(document=hostile.changed(DOCUMENT), start=st.integers(0, len(EACH) - 1))
    def holds(document: Any, start: int) -> None:
        shown(here, hostile.as_bytes(document), [*EACH, *EACH][start : start + 4])

    holds()


@pytest.mark.long
@hostile.fuzzed
def test_figures_of_any_document_are_drawn_or_left_out(cases: int, here: Path) -> None:
    """By a shipped experiment, which the record names as its own."""
    store.save(gradient(), Path("runs/bad"))
    kept = json.loads(Path("runs/bad", store.RECORD).read_text())
    drawn = []

    @hostile.of(cases // 5)
    @given(document=hostile.changed(kept))
    def holds(document: Any) -> None:
        Path("runs/bad", store.RECORD).write_bytes(hostile.as_bytes(document))
        result = check(here, ("export", "bad", "--to", "to", "--format", "svg,md"))
        drawn.append(".svg" in result.stdout)

    holds()
    assert any(drawn)


@cache
def gradient() -> Record:
    """A run of a shipped experiment that is drawn with its arrays and rows."""
    with TemporaryDirectory() as folder:
        return lab.run(lab.plan("gradient", quick=True), root=Path(folder))


@pytest.mark.long
@hostile.fuzzed
def test_the_ledger_takes_any_run_for_one_or_not(
    cases: int, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = {name: lab.plan(name) for name in ("gradient", "hadamard", "edge")}
    monkeypatch.setattr("convlab.lab.claims.plans", lambda **_: planned)
    kept = json.loads(json.dumps(gradient().document())) | {"quick": False}

    @hostile.of(cases)
    @given(document=hostile.changed(kept), form=st.sampled_from(["", "--json", "--csv"]))
    def holds(document: Any, form: str) -> None:
        Path("runs/bad", store.RECORD).write_bytes(hostile.as_bytes(document))
        check(here, ("claims", *filter(None, [form])), codes=(0, 1))

    holds()


@pytest.mark.long
@hostile.fuzzed
def test_any_bytes_are_arrays_or_named(cases: int, here: Path) -> None:
    @hostile.of(cases)
    @given(data=archives() | hostile.damaged(archive(np.arange(6.0).reshape(2, 3))))
    def holds(data: bytes) -> None:
        Path("runs/good", store.ARRAYS).write_bytes(data)
        check(here, ("show", "good"), codes=(0,))
        loaded = convlab.load("good").measurements
        assert all(each.nbytes <= 10**6 for each in loaded.arrays.values())
        assert hostile.harmless("".join(loaded.notes))

    holds()


def archive(array: Any, name: str = "a.npy") -> bytes:
    np.save(member := BytesIO(), array)
    with ZipFile(file := BytesIO(), "w", ZIP_DEFLATED) as zipped:
        zipped.writestr(name, member.getvalue())
    return file.getvalue()


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """An archive whose members say anything of themselves, by any names and compressions."""
    file = BytesIO()
    with ZipFile(file, "w") as zipped, catch_warnings():
        simplefilter("ignore")  # two of one name
        for _ in range(draw(st.integers(0, 4))):
            name = draw(hostile.texts).encode("utf-8", "replace").decode().replace("\0", "")
            kind = draw(st.sampled_from([ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA]))
            zipped.writestr(f"{name[:200]}x.npy", draw(members()), kind)
    return file.getvalue()


@st.composite
def members(draw: st.DrawFn) -> bytes:
    """An array's header with any type and shape, and some bytes behind it."""
    sizes = st.integers(-2, 3) | st.sampled_from([2**31, 2**62, 2**64, 10**30])
    shape = tuple(draw(st.lists(sizes, max_size=4)))
    types = ["<f8", "|u1", "<U9", "|O", "<M8[ns]", "|V1000000000", [("a", "<i4", (3,))], "x", 7]
    said = {"descr": draw(st.sampled_from(types)), "fortran_order": False, "shape": shape}
    text = draw(st.just(repr(said)) | hostile.texts).encode("utf-8", "replace") + b"\n"
    version = draw(st.sampled_from([1, 2, 3, 9]))
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    body = bytes(draw(st.sampled_from([0, 1, 8, 24, 1000])))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + body


def test_a_bomb_of_an_array_is_named_and_not_loaded(here: Path) -> None:
    """A thousand times larger than it is in the file, within what the machine could hold."""
    zeros = np.zeros(10**7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("convlab.memory.physical", lambda: 1e8)
        Path("runs/good", store.ARRAYS).write_bytes(archive(zeros))
        loaded = convlab.load("good").measurements
    assert not loaded.arrays and "`a` is too large to load: 0.1 GB" in loaded.notes[-1]


@pytest.mark.parametrize("kind", [ZIP_BZIP2, ZIP_LZMA])
def test_a_compression_that_unpacks_without_a_bound_is_refused(here: Path, kind: int) -> None:
    np.save(member := BytesIO(), np.zeros(10**6))
    with ZipFile("runs/good/arrays.npz", "w", kind) as zipped:
        zipped.writestr("a.npy", member.getvalue())
    loaded = convlab.load("good").measurements
    assert not loaded.arrays and "compress" in loaded.notes[-1]


def test_an_archive_of_very_many_arrays_is_not_read_through(here: Path) -> None:
    with ZipFile("runs/good/arrays.npz", "w") as zipped:
        for number in range(arrays.MOST + 1):
            zipped.writestr(f"{number}.npy", b"")
    loaded = convlab.load("good").measurements
    assert not loaded.arrays and "10 001 arrays" in loaded.notes[-1]


@pytest.mark.parametrize(
    "name", ["../x.png", "/x.png", "..", "", "a/b.png", "nul\0.png"], ids=repr
)
def test_a_figure_that_leaves_the_folder_is_refused(here: Path, name: str) -> None:
    document = DOCUMENT | {"figures": [name]}
    Path("runs/bad", store.RECORD).write_bytes(hostile.as_bytes(document))
    assert "is no name of a file in the run" in check(here, ("show", "bad"), (2,)).stderr


def test_a_link_in_the_place_of_a_record_shows_nothing_of_where_it_leads(here: Path) -> None:
    Path("secret").write_text("a secret")
    for target in (Path("secret").resolve(), Path("/dev/zero"), here, Path("nowhere")):
        Path("runs/bad", store.RECORD).symlink_to(target)
        for words in EACH:
            assert "a secret" not in (result := check(here, words)).output, words
            assert result.exit_code == (0 if words[0] == "list" else 2)
        Path("runs/bad", store.RECORD).unlink()


@pytest.mark.parametrize("name", [text for text in hostile.TEXTS if hostile.is_file_name(text)])
def test_a_folder_of_any_name_is_shown(here: Path, name: str) -> None:
    folder = Path("runs", name[:200])
    folder.mkdir()
    for document in (hostile.as_bytes(DOCUMENT), b"{"):
        (folder / store.RECORD).write_bytes(document)
        check(here, ("list", "runs"), (0,))
        check(here, ("show", "--", str(folder)))
        check(here, ("diff", "good", "--", str(folder)))
        result = check_export(here, folder)
        assert result.exit_code == (2 if document == b"{" else 0)


def check_export(here: Path, folder: Path) -> Result:
    before = untouched(here)
    result = convlab_("export", "--to", "to", "--overwrite", "--", str(folder))
    assert hostile.harmless(result.output) and result.exit_code in (0, 2), result.output
    assert untouched(here) == before
    return result


def test_a_forged_record_makes_nothing_run_a_file(here: Path) -> None:
    """One that lies in the run's own folder, with its true hash, as what the run was made from."""
    evil = Path("runs/bad/gradient.py")
    evil.write_text('"""Why?"""\nopen("executed", "w").close()\ndef draw(record): return {}\n')
    text = evil.read_text()
    said = {"sha256": sha256(text.encode()).hexdigest(), "text": text}
    for path in (str(evil), str(evil.resolve()), "runs/bad/gradient.py"):
        sources = [{"path": "mine.yaml", **said}, {"path": path, **said}]
        document = DOCUMENT | {"environment": {"sources": sources}}
        Path("runs/bad", store.RECORD).write_bytes(hostile.as_bytes(document))
        for words in (*EACH, ("claims",), ("export", "bad", "--to", "to")):
            check(here, words, (0, 1, 2))
    assert not Path("executed").exists()


@pytest.mark.parametrize(
    "name", ["/dev/zero", "endless.py", "not_code.txt", "nul\0.py", "x" * 999]
)
def test_a_file_that_a_record_names_is_read_only_if_it_can_be_code(here: Path, name: str) -> None:
    """As of a run whose experiment is not as it was: the ledger says so, and reads no more."""
    with Path("endless.py").open("wb") as file:
        file.truncate(2**42)  # of zeros, which take no room
    Path("not_code.txt").write_text("text")
    source = {"path": name, "sha256": sha256(b"text").hexdigest(), "text": "text"}
    document = DOCUMENT | {"environment": {"sources": [source, source]}}
    Path("runs/bad", store.RECORD).write_bytes(hostile.as_bytes(document))
    (stale,) = {
        standing.stale
        for standing in standings({}, Path("runs"))
        if standing.run == str(Path("runs/bad"))
    }
    assert stale.startswith("code ")


@pytest.mark.filterwarnings("ignore:'mode' parameter:DeprecationWarning")  # of matplotlib 3.9
def test_a_setting_that_is_broken_mathematics_stands_below_the_figure(here: Path) -> None:
    store.save(gradient(), Path("runs/bad"))
    document = json.loads(Path("runs/bad", store.RECORD).read_text())
    document["settings"]["side"] = "$\\frac{$"
    Path("runs/bad", store.RECORD).write_bytes(hostile.as_bytes(document))
    result = check(here, ("export", "bad", "--to", "to", "--format", "svg,pdf,png"), (0,))
    assert len(result.stdout.splitlines()) == 3


@pytest.mark.long
@hostile.fuzzed
def test_any_head_is_listed(cases: int, here: Path) -> None:
    hashes = {"key": "0" * 64, "made_from": "1" * 64, "own": "mine.py"}
    kept = Head.of(sound(), attempt=1, **hashes).document()
    Path("runs/bad", store.RECORD).write_bytes(hostile.as_bytes(DOCUMENT))

    @hostile.of(cases)
    @given(head=hostile.changed(kept).map(hostile.as_bytes) | st.binary(max_size=20))
    def holds(head: bytes) -> None:
        Path("runs/bad", store.HEAD).write_bytes(head)
        check(here, ("list", "runs"), (0,))
        check(here, ("list", "runs", "--since", "1w"), (0,))
        assert json.loads(check(here, ("list", "runs", "--json"), (0,)).stdout)
        check(here, ("show", "bad"))

    holds()
