"""Tests of convlab.sweep.packing: what is sent suffices, and what comes back can do no harm."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from convlab import lab
from convlab.errors import UsageError
from convlab.lab import store
from convlab.lab.asked import ASKED, Asked
from convlab.lab.running import asked_for, prepare
from convlab.sweep import packing
from tests.lab import resumed


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    resumed.write(tmp_path / "mine")
    return tmp_path / "mine"


def names(content: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return set(pack.namelist())


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in members.items():
            pack.writestr(name, data)
    return content.getvalue()


def test_what_is_sent_can_be_carried_out_and_the_record_names_our_files(
    here: Path, tmp_path: Path
) -> None:
    folder = resumed.asked_to(here, Path("runs"), **{"training.steps": 5, "arms": 1})
    content = packing.pack(folder)
    assert names(content) == {
        *("asked.json", "run/asked.json"),
        *("files/mine.yaml", "files/mine.py", "files/_network.py"),
    }
    (there := tmp_path / "there").mkdir()
    run = packing.unpack(content, there)
    lab.run_in(run)
    assert str(there) in (run / store.RECORD).read_text()
    back = packing.pack_result(content, there, run)
    assert names(back) == {"arrays.npz", "head.json", "log", "record.json"}
    packing.unpack_result(back, folder)
    record = store.load(folder)
    paths = {source["path"] for source in record.environment["sources"]}
    assert paths == {str(here / name) for name in ("mine.yaml", "mine.py", "_network.py")}
    assert record.run == str(folder) and len(record.measurements.arrays) == 1
    assert Asked.load(folder).folder == str(here)  # what was asked for is as it was


def test_of_a_shipped_experiment_only_the_inputs_are_sent(here: Path, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (9, 9), 200).save("photo.png")
    planned = lab.plan("edge", {"images": ["photo.png"]})
    folder = prepare(
        asked_for(planned, device="cpu", threads=1, first_seed=0), Path("runs"), "edge"
    )
    content = packing.pack(folder)
    assert names(content) == {"asked.json", "run/asked.json", "files/photo.png"}
    (there := tmp_path / "there").mkdir()
    assert lab.run_in(packing.unpack(content, there)).settings["images"] == ["photo.png"]


def test_what_lies_elsewhere_is_not_sent(here: Path, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("L", (9, 9), 200).save(tmp_path / "photo.png")
    for name in (str(tmp_path / "photo.png"), "../photo.png"):
        planned = lab.plan("edge", {"images": [name]})
        asked = asked_for(planned, device="cpu", threads=1, first_seed=0)
        with pytest.raises(UsageError, match=r"lies outside of .*shared folder"):
            packing.pack(prepare(asked, Path("runs"), "edge"))


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "..", ASKED, "lock"])
def test_no_name_leads_out_of_the_run(name: str, tmp_path: Path) -> None:
    (folder := tmp_path / "run").mkdir()
    with pytest.raises(UsageError, match=r"a worker sent a file named|cannot be read"):
        packing.unpack_result(zipped(**{name: b"x", "record.json": b"{}"}), folder)
    assert not list(folder.iterdir()) and not (tmp_path / "x").exists()


def test_neither_a_bomb_nor_rubbish_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "run").mkdir()
    monkeypatch.setattr(packing, "MOST_BACK", 10_000)
    for content in (zipped(**{"record.json": b"0" * 10_001}), b"no zip"):
        with pytest.raises(UsageError, match=r"more than|cannot be read"):
            packing.unpack_result(content, folder)
    assert not list(folder.iterdir())


def test_what_is_too_large_is_not_sent(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_THERE", 10)
    folder = resumed.asked_to(here, Path("runs"))
    with pytest.raises(UsageError, match="names files of more than"):
        packing.pack(folder)
    assert json.loads((folder / ASKED).read_text())["quick"] is False
