"""Tests of convlab.lab.exporting: runs as files in a folder, whole, and none overwritten."""

import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image

from convlab import lab
from convlab.errors import UsageError
from convlab.lab import exporting, store
from convlab.lab.formats import FORMATS, Width
from convlab.measure import Measurements, exactly
from convlab.record import Record

MINE = '''"""Does it happen?"""
from matplotlib.figure import Figure
from pydantic import BaseModel

from convlab.measure import Measurements, exactly

from ._beside import SIDE


class Config(BaseModel):
    side: float = SIDE


def measure(config, workbench):
    measurements = Measurements()
    measurements.add("t", {"arm": "a"}, {"side": exactly(config.side)})
    return measurements


def draw(measurements):
    figures = {"a b": Figure(figsize=(4, 3)), "a_b": Figure(figsize=(4, 3))}
    for figure in figures.values():
        figure.subplots().plot([0, measurements.get("side").center])
    return figures


CLAIMS = ()
'''
NAMES = {f"mine-001-{stem}.{kind}" for stem in ("a-b", "a-b-2") for kind in ("svg", "pdf", "png")}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of a user's own experiment, in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    Path("mine/mine.py").write_text(MINE)
    Path("mine/_beside.py").write_text('"""A side."""\n\nSIDE = 2.0\n')
    Path("mine/mine.yaml").write_text("experiment: ./mine.py\n")
    return Path(lab.run(lab.plan("mine/mine.yaml")).run or "")


def export(run: Path, *chosen: str, width: str = "", overwrite: bool = False) -> list[str]:
    size, code = Width.of(width) if width else None, list(Path("mine").glob("mine.py"))
    told = exporting.export(
        [run], Path("to"), chosen or FORMATS, size, overwrite=overwrite, code=code
    )
    return list(told)


def test_a_run_is_written_in_every_format(run: Path) -> None:
    lines = export(run)
    documents = {f"mine-001.{ending}" for ending in ("md", "tex", "csv", "json")}
    assert {path.name for path in Path("to").iterdir()} == documents | NAMES
    assert sorted(lines) == sorted(f"wrote to/{name}" for name in documents | NAMES)
    assert json.loads(Path("to/mine-001.json").read_text()) == store.load(run).document()
    assert "mine-001,mine,t,a,side,exact,,,,2.0" in Path("to/mine-001.csv").read_text()
    assert "(mine-001-a-b.svg)" in Path("to/mine-001.md").read_text()
    assert "{mine-001-a-b.pdf}" in Path("to/mine-001.tex").read_text()


def test_a_document_shows_only_figures_that_are_written(run: Path) -> None:
    export(run, "markdown", "latex", "svg")
    assert "![mine-001-a-b.svg]" in Path("to/mine-001.md").read_text()
    assert "includegraphics" not in Path("to/mine-001.tex").read_text()  # it takes no SVG


@pytest.mark.parametrize(("width", "pixels"), [("2in", 600), ("300px", 300), ("", 576)])
def test_a_figure_is_as_wide_as_was_asked_for(run: Path, width: str, pixels: int) -> None:
    export(run, "png", "svg", width=width)
    with Image.open("to/mine-001-a-b.png") as image:
        assert image.width == pixels
    points = {"2in": 144, "300px": 225, "": 288}[width]
    svg = Path("to/mine-001-a-b.svg").read_text()
    assert float(re.findall(r'width="([\d.]+)pt"', svg)[0]) == pytest.approx(points)


@pytest.mark.long
def test_two_exports_are_the_same_bytes(run: Path) -> None:
    export(run, "svg", "pdf")
    first = {path: path.read_bytes() for path in Path("to").iterdir()}
    export(run, "svg", "pdf", overwrite=True)
    assert first and all(path.read_bytes() == data for path, data in first.items())


def test_nothing_is_overwritten_unless_that_is_said(run: Path) -> None:
    Path("to").mkdir()
    Path("to/mine-001.tex").write_text("mine")
    with pytest.raises(UsageError, match=r"to/mine-001\.tex is there already; .*--overwrite"):
        export(run, "csv", "latex")
    assert [path.name for path in Path("to").iterdir()] == ["mine-001.tex"]
    export(run, "csv", "latex", overwrite=True)
    assert "tabular" in Path("to/mine-001.tex").read_text()


def test_two_runs_of_one_name_are_refused(run: Path) -> None:
    shutil.copytree(run, other := Path("other") / run.name)
    with pytest.raises(UsageError, match="two runs would be to/mine-001"):
        list(exporting.export([run, other], Path("to")))
    assert not Path("to").exists()


def test_one_run_by_two_paths_is_exported_once(run: Path) -> None:
    lines = list(exporting.export([run, run.absolute()], Path("to"), ["csv"]))
    assert lines == ["wrote to/mine-001.csv"]


def test_a_folder_that_cannot_be_made_is_named(run: Path) -> None:
    Path("to").write_text("a file")
    with pytest.raises(UsageError, match=r"to cannot be made: .*; name another --to|to/"):
        export(run)


def test_a_folder_that_cannot_even_be_looked_for_is_named(run: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be made: .*; name another --to"):
        list(exporting.export([run], Path("x" * 300), ["csv"]))


def test_an_export_of_nothing_says_why(run: Path) -> None:
    Path("mine/mine.py").unlink()
    with pytest.raises(UsageError, match=r"nothing was written: mine-001: .* not there any more"):
        export(run, "svg")
    assert not Path("to").exists()


def test_names_that_differ_by_capitals_alone_are_numbered(run: Path) -> None:
    Path("mine/mine.py").write_text(MINE.replace('"a_b"', '"A b"'))
    export(run, "svg")
    assert {path.name for path in Path("to").iterdir()} == {
        *("mine-001-a-b.svg", "mine-001-A-b-2.svg"),
    }


def test_changed_code_draws_and_says_so(run: Path) -> None:
    Path("mine/_beside.py").write_text('"""A side."""\n\nSIDE = 3.0\n')
    said, *written = export(run, "svg")
    assert said.startswith("mine-001: _beside.py changed since the run") and len(written) == 2


@pytest.mark.parametrize("ends", ["gone", "fails", "exits"])
def test_code_that_is_gone_or_fails_leaves_the_rest(run: Path, ends: str) -> None:
    file = Path("mine/mine.py")
    if ends == "gone":
        file.unlink()
    else:
        raised = {"fails": "raise ValueError('no')", "exits": "raise SystemExit(3)"}[ends]
        file.write_text(MINE.replace("figures = {", f"{raised}\n    figures = {{"))
    lines = export(run)
    words = {"gone": "not there any more", "fails": ": ValueError: no", "exits": "Exit"}
    assert any(words[ends] in line for line in lines if line.startswith("mine-001: "))
    assert "mine-001: its PNG files are copied as the run drew them" in lines
    written = {path.name for path in Path("to").iterdir()}
    assert {name for name in written if name.endswith(".png")} == {
        *("mine-001-a-b.png", "mine-001-a-b-2.png"),
    }
    assert not [name for name in written if name.endswith((".svg", ".pdf"))]
    assert "mine-001-a-b.png" in Path("to/mine-001.md").read_text()


def test_a_file_that_only_the_record_names_is_not_executed(run: Path) -> None:
    Path("mine/mine.py").write_text(MINE + "\nopen('executed', 'w').close()\n")
    said, copied, *_ = list(exporting.export([run], Path("to")))
    path = Path("mine/mine.py").resolve()
    assert f"only its record names {path}" in said and f"add --code {path}" in said
    assert "its PNG files are copied" in copied and not Path("executed").exists()
    pngs = {path.name for path in Path("to").iterdir()} & NAMES
    assert pngs == {"mine-001-a-b.png", "mine-001-a-b-2.png"}
    export(run, overwrite=True)
    assert Path("executed").exists()


def test_of_the_code_that_is_named_only_that_of_the_run_is_executed(run: Path) -> None:
    Path("other.py").write_text("open('executed', 'w').close()\n")
    lines = list(exporting.export([run], Path("to"), code=[Path("other.py")]))
    assert "only its record names" in lines[0] and not Path("executed").exists()


@pytest.mark.parametrize("name", ["gone.py", "mine", "mine/mine.yaml"])
def test_code_that_is_no_file_of_python_is_named(run: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"--code {name} is no file of Python"):
        list(exporting.export([run], Path("to"), code=[Path(name)]))


def test_a_figure_that_is_a_link_is_not_copied(run: Path) -> None:
    Path("secret").write_text("secret")
    (run / "a b.png").unlink()
    (run / "a b.png").symlink_to(Path("secret").resolve())
    list(exporting.export([run], Path("to")))
    assert [path.name for path in Path("to").glob("*.png")] == ["mine-001-a-b.png"]
    assert b"secret" not in Path("to/mine-001-a-b.png").read_bytes()


@pytest.mark.long
def test_a_shipped_experiment_draws_wherever_it_lies(tmp_path: Path) -> None:
    record = lab.run(lab.plan("gradient"), root=tmp_path / "runs")
    environment = record.environment["sources"]
    for source in environment:
        source["path"] = source["path"].replace("/experiments/", "/elsewhere/")
    folder = tmp_path / "runs" / "gradient-001"
    store.save(record, folder)
    lines = list(exporting.export([folder], tmp_path / "to", ["svg"]))
    assert lines == [f"wrote {tmp_path / 'to' / 'gradient-001-gradients.svg'}"]


def test_a_record_that_does_not_say_what_made_it_is_exported(tmp_path: Path) -> None:
    measurements = Measurements()
    measurements.add("t", {"arm": "a"}, {"x": exactly(1)})
    for sources in (
        None,
        [],
        "x",
        [{"path": 1}],
        [{"path": "/x", "sha256": "0", "text": "t"}] * 2,
    ):
        made = Record("gone", "?", {}, measurements=measurements, environment={"sources": sources})
        folder = store.reserve(tmp_path, "gone")
        store.save(made, folder)
        lines = list(exporting.export([folder], tmp_path / "to"))
        assert "not there any more" in lines[0] and len(lines) == 5
