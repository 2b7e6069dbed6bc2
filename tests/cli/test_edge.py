"""Tests of the command `edge`: files and settings, names of any kind, homes, many images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from convlab import cli
from convlab.lab import store
from convlab.record import Record
from convlab.report.preview import LINES

RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path


def edge(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["edge", *words, "--quick"])


def picture(name: str, height: int = 12, width: int = 16) -> str:
    Image.fromarray(RANDOM.integers(0, 256, (height, width), dtype=np.uint8)).save(name)
    return name


def kept(number: int = 1) -> Record:
    return store.load(Path(f"runs/edge-{number:03}"))


def test_settings_stand_among_the_images_as_they_do_for_compare() -> None:
    result = edge(picture("a.png"), "kernel=sobel", picture("b.png"), "repeats=7", "to=null")
    assert result.exit_code == 0, result.stderr
    settings = kept().settings
    assert settings["images"] == ["a.png", "b.png"]
    assert (settings["kernel"], settings["repeats"]) == ("sobel", 7)
    assert "did you mean `kernel`" in edge("a.png", "kernl=sobel").stderr


def test_a_file_may_have_an_equals_sign() -> None:
    assert edge(picture("a=b.png")).exit_code == 0
    assert kept().settings["images"] == ["a=b.png"]


def test_help_offers_what_the_command_takes() -> None:
    text = CliRunner().invoke(cli.app, ["edge", "--help"]).stdout
    assert "--seeds" not in text and "--quick" in text and "KEY=VALUE" in text
    assert "horizontal" in text and "white from 1 on" in text
    assert edge(picture("a.png"), "--seeds", "3").exit_code == 2
    assert "--seeds" in CliRunner().invoke(cli.app, ["compare", "--help"]).stdout


def test_a_typo_leaves_nothing_behind(here: Path) -> None:
    picture("a.png")
    for words in (("b.png",), ("a.png", "--to", "x.ico"), ("a.png", "--to", "a.png")):
        assert edge(*words).exit_code == 2
        assert sorted(path.name for path in here.iterdir()) == ["a.png", "home"]
    assert edge("a.png").exit_code == 0 and edge("b.png").exit_code == 2
    assert [path.name for path in Path("runs").iterdir()] == ["edge-001"]


@pytest.mark.parametrize("to", ["a.png", "link.png", "same.png", "./a.png"])
def test_an_image_is_not_written_over(here: Path, to: str) -> None:
    picture("a.png")
    (here / "link.png").symlink_to("a.png")
    (here / "same.png").hardlink_to("a.png")
    before = Path("a.png").read_bytes()
    result = edge("a.png", "--to", to)
    assert result.exit_code == 2 and "is the image itself" in result.stderr
    assert Path("a.png").read_bytes() == before


def test_a_tilde_is_the_home_folder_wherever_a_path_is_given(here: Path) -> None:
    picture("home/a.png")
    result = edge("images=[~/a.png]", "to=~/x.png", "--out=~/kept")
    assert result.exit_code == 0, result.stderr
    assert (here / "home" / "x.png").is_file() and (here / "home" / "kept" / "edge-001").is_dir()
    (here / "home" / "mine.yaml").write_text("experiment: edge\nimages: [~/a.png]\nto: ~/y.npy\n")
    for command in (["run", "~/mine.yaml", "--quick"], ["validate", "~/mine.yaml"]):
        assert CliRunner().invoke(cli.app, command).exit_code == 0
    assert (here / "home" / "y.npy").is_file()
    listed = CliRunner().invoke(cli.app, ["list", "runs", "--out=~/kept"], env={"COLUMNS": "300"})
    assert "edge-001" in listed.stdout
    assert not Path("~").exists()


def test_what_is_clipped_is_told_by_its_share() -> None:
    levels = np.zeros((10, 12), np.uint8)
    levels[:, 6:] = 255  # sobel finds 4 there, in 2 of 10 columns
    Image.fromarray(levels).save("a.png")
    note = "a: 20 % of the edges are beyond white, and clipped in the file"
    assert note in edge("a.png", "--kernel", "sobel", "--to", "x.png").stdout
    for words in (("--to", "x.npy", "kernel=sobel"), ("--to", "x.png"), ("kernel=sobel",)):
        assert "clipped" not in edge("a.png", *words).stdout


@pytest.mark.parametrize(
    "name", ["图.png", "\x1b[31mred.png", "a$b$.png", "[bold].png", "\u202e.png"]
)
def test_a_name_of_any_kind_is_shown_and_harms_nothing(
    name: str, recwarn: pytest.WarningsRecorder
) -> None:
    result = edge(picture(name))
    assert result.exit_code == 0, result.stderr
    assert not recwarn.list and "Warning" not in result.stderr
    assert not {"\x1b", "\u202e"} & set(result.stdout + result.stderr)
    assert len(list(Path("runs/edge-001").glob("edges-*.png"))) == 1


def test_many_images_do_not_flood_the_terminal() -> None:
    for number in range(6):
        pixels = RANDOM.random((40, 4000 if number else 9), np.float32)
        Image.fromarray(pixels).save(f"{number}.tif")
    result = edge(*(f"{number}.tif" for number in range(6)))
    assert result.exit_code == 0, result.stderr
    about = [line for line in result.stdout.splitlines() if "floats" in line]
    assert len(about) == 1 and about[0].startswith("note: 6 of 6 images: floats from ")
    seen = result.stdout[result.stdout.index("note: ") : result.stdout.index("figure: ")]
    assert "edges of 3" in seen and "edges of 4" not in seen
    assert "2 more: see the figures" in seen
    assert len(seen.splitlines()) < 4 * (LINES + 1) + 4


def test_a_photograph_has_its_edges_its_cost_its_file_its_preview_and_its_figure() -> None:
    result = CliRunner().invoke(cli.app, ["edge", picture("photo.png"), "--to", "e.png", "-q"])
    assert result.exit_code == 0, result.stderr
    text = result.stdout
    parts = ["Edges (", "Cost of left-right", "wrote e.png", "edges-photo.png", "run: runs/"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    preview = text[text.index("wrote e.png") : text.index("figure: ")].splitlines()[1:]
    assert len(preview) >= 5 and any("@" in line for line in preview)
    assert text.count("figure:") == 1
    record = kept()
    assert not record.verdicts and "claims" not in text and "280 x 320" not in text
    assert record.measurements.get("operations", arm="convolution").center == 3 * 12 * 15
    assert "wrote" not in edge("photo.png").stdout


def test_a_link_to_what_is_not_there_is_called_so(here: Path) -> None:
    (here / "photo.png").symlink_to("gone.png")
    told = edge("photo.png").stderr
    assert "photo.png is a link to gone.png, which is not there" in told
    assert "did you mean" not in edge("phto.png").stderr
