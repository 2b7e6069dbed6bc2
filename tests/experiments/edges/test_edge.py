"""Tests of the experiment edge: kernels as settings, edges of files, claims at the book's size."""

from __future__ import annotations

import weakref
from copy import deepcopy
from itertools import groupby
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from pydantic import ValidationError

from convlab import lab
from convlab.data import Image, read
from convlab.errors import UsageError
from convlab.filters import KERNELS, Kernel, correlate
from convlab.lab import catalogue
from convlab.measure import Measurements, exactly
from convlab.record import Record
from convlab.workbench import Workbench
from experiments.edges._book import DENSE_TENTH
from experiments.edges._edge_images import chosen_images

edge = lab.load(catalogue.experiments()["edge"])


def save(path: Path, levels: np.ndarray[Any, Any]) -> Path:
    path.parent.mkdir(exist_ok=True)
    Pillow.fromarray(levels.astype(np.uint8)).save(path)
    return path


def test_edges_of_a_file_are_stored_as_they_are(tmp_path: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (9, 12))
    path = save(tmp_path / "photo.png", levels)
    measurements = edge.measure(edge.Config(images=(path,), repeats=6), Workbench())
    edges, pixels = (measurements.arrays[f"{what} of photo"] for what in ("edges", "image"))
    assert edges.dtype == pixels.dtype == np.float32
    assert np.array_equal(edges, pixels[:, 1:] - pixels[:, :-1])
    np.testing.assert_allclose(255 * edges, np.diff(levels, axis=1), atol=1e-4)
    for arm in ("slices", "convolution", "sparse matrix", "dense matrix"):
        difference = "difference from slices (grey levels)"
        assert measurements.get(difference, image="photo", arm=arm).center == 0
    dense = measurements.get("stored numbers", image="photo", arm="dense matrix")
    assert dense.center == 9 * 11 * 9 * 12


def test_the_kernel_of_the_settings_finds_the_edges_and_is_counted(tmp_path: Path) -> None:
    path = save(tmp_path / "photo.png", np.random.default_rng(0).integers(0, 256, (9, 12)))
    measurements = edge.measure(edge.Config(images=(path,), kernel="sobel"), Workbench())
    pixels = torch.from_numpy(measurements.arrays["image of photo"])
    sobel = correlate(pixels, KERNELS["sobel"]).numpy()
    assert np.array_equal(measurements.arrays["edges of photo"], sobel)
    strongest = measurements.get("strongest |edge|", image="photo", kernel="sobel", size="9 x 12")
    assert strongest.center == abs(sobel).max()
    assert measurements.get("stored numbers", image="photo", arm="convolution").center == 9


def test_arms_are_compared_by_the_settings_and_once_all_else_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever runs beside the arms would disturb their times."""
    levels = np.random.default_rng(0).integers(0, 256, (9, 12))
    path, workbench, done = save(tmp_path / "photo.png", levels), Workbench(), list[int]()

    def compare(
        image: torch.Tensor, kernel: Kernel, repeats: int, order: torch.Generator
    ) -> dict[str, object]:
        assert done
        assert np.array_equal(image, levels)
        assert (kernel, repeats) == (KERNELS["up-down"], 7)
        done.append(2)
        return {}

    def work() -> None:
        sleep(0.5)
        done.append(1)

    monkeypatch.setitem(edge.study.__globals__, "comparison", compare)
    workbench.beside(work)
    edge.measure(edge.Config(images=(path,), kernel="up-down", repeats=7), workbench)
    assert done == [1, 2]


def test_arms_that_are_too_slow_for_an_image_are_named(tmp_path: Path) -> None:
    path = save(tmp_path / "photo.png", np.eye(40, 60))
    measurements = edge.measure(edge.Config(images=(path,), repeats=1), Workbench())
    assert "photo: too large to run, so only counted: dense matrix" in measurements.notes


@pytest.fixture(scope="module")
def book() -> Measurements:
    """What is measured without images, by another kernel than that of the claims."""
    measurements: Measurements = edge.measure(edge.Config(kernel="sobel", repeats=1), Workbench())
    return measurements


def test_claims_are_those_of_the_book_for_any_kernel(book: Measurements) -> None:
    for claim in edge.CLAIMS:
        assert claim.of(book).exact and claim.counts_everywhere
        verdict = claim.check(book, edge.Config(), quick=True)
        assert verdict.outcome is claim.expected, claim.sentence
    assert "(1 times)" in edge.ANSWER.told(book)


@pytest.mark.parametrize("arm", ["sparse matrix", "convolution", DENSE_TENTH, "slices"])
def test_edges_that_are_off_by_one_grey_level_decide_nothing(book: Measurements, arm: str) -> None:
    off = deepcopy(book)
    for row in off.rows:
        if row.factors == {"arm": arm}:
            row.quantities.update(dict.fromkeys(row.quantities, exactly(1)))
    changed = [claim for claim in edge.CLAIMS if claim.check(off).outcome is not claim.expected]
    assert changed and all(claim.check(book).outcome is claim.expected for claim in changed)


def test_beside_the_images_of_a_user_nothing_is_said_of_the_book(tmp_path: Path) -> None:
    path = save(tmp_path / "photo.png", np.eye(9))
    record = lab.run(lab.plan("edge", {"images": [str(path)], "repeats": 1}), root=tmp_path)
    assert record.verdicts == () and record.answer == ""
    assert {row.factors.get("image") for row in record.measurements.rows} == {"photo"}
    assert record.figures == ("edges-photo.png",)


@pytest.mark.long
def test_another_first_seed_draws_another_image_of_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[torch.Tensor]()

    def differences(images: torch.Tensor, kernel: Kernel) -> dict[str, Any]:
        seen.append(images)
        return {"dense matrix": {}}

    scope = edge.study_the_book.__globals__
    monkeypatch.setitem(scope, "differences_from_neighbours", differences)
    for first in (0, 1000):
        edge.study_the_book(Measurements(), Workbench(first_seed=first))
    one, _, other, _ = seen
    assert [torch.equal(*pair) for pair in zip(one, other, strict=True)].count(False) == 1


def test_a_title_states_a_count_only_where_its_claim_came_out_so(book: Measurements) -> None:
    verdicts = tuple(claim.check(book) for claim in edge.CLAIMS)
    for told, titles in {
        (): ["Where?", "Where?"],
        verdicts: [v.sentence for v in verdicts if v.id in ("C310", "C310r3")],
    }.items():
        drawn = edge.draw(Record("edge", "Where?", {}, measurements=book, verdicts=told))
        shown = [
            drawn[stem].axes[0].get_title().replace("\n", " ") for stem in ("cost", "storage")
        ]
        assert shown == titles


def test_of_a_large_image_all_edges_are_written_and_some_are_kept(tmp_path: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (1200, 1300))
    path, file = save(tmp_path / "photo.png", levels), tmp_path / "edges.npy"
    workbench = Workbench()
    measurements = edge.measure(edge.Config(images=(path,), to=file, repeats=6), workbench)
    workbench.wait()
    np.testing.assert_allclose(255 * np.load(file), np.diff(levels, axis=1), atol=1e-4)
    assert measurements.arrays["edges of photo"].shape == (600, 650)
    strongest = measurements.get("strongest |edge|", image="photo").center
    assert abs(measurements.arrays["edges of photo"]).max() == strongest
    assert set(edge.draw(Record("edge", "?", {}, measurements=measurements))) == {"edges-photo"}


def test_a_place_that_cannot_be_written_is_refused_before_an_image_is_read(
    tmp_path: Path,
) -> None:
    nowhere = edge.Config(images=("no.png",), to=tmp_path / "nowhere" / "edges.png")
    with pytest.raises(UsageError, match=r"edges\.png cannot be written"):
        edge.measure(nowhere, Workbench())
    assert not list(tmp_path.iterdir())


def test_what_fails_beside_the_run_fails_it() -> None:
    workbench, done = Workbench(), list[int]()
    workbench.beside(lambda: done.append(1))
    workbench.beside(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        workbench.wait()
    assert done == [1]
    workbench.wait()  # for nothing


@pytest.mark.parametrize("count", [0, 2])
def test_one_file_is_for_the_edges_of_one_image(tmp_path: Path, count: int) -> None:
    config = edge.Config(images=("a.png",) * count, to=tmp_path / "edges.npy")
    with pytest.raises(UsageError, match=f"for one image, not {count}; give it one"):
        edge.measure(config, Workbench())


def test_equal_names_are_numbered(tmp_path: Path) -> None:
    names = ["a/x.png", "b/x.png", "a/x 2.png"]
    paths = [save(tmp_path / name, np.eye(2)) for name in names]
    assert list(chosen_images(paths, (1, 2))) == ["x", "x 2", "x 2 2"]


def test_a_small_image_is_refused_by_its_name(tmp_path: Path) -> None:
    path = save(tmp_path / "dot.png", np.eye(2))
    with pytest.raises(UsageError, match=r"dot\.png is 2 pixels high; the kernel needs 3"):
        edge.measure(edge.Config(images=(path,), kernel="laplacian"), Workbench())


@pytest.mark.parametrize("kernel", [*KERNELS, "[[0,1],[2,3]]", "[-1, 1]", [[0, 1], [2, 3]]])
def test_kernels_are_names_or_rows(kernel: Any) -> None:
    assert edge.read_kernel(edge.Config(kernel=kernel).kernel)


def test_rows_are_what_they_say() -> None:
    assert edge.read_kernel("[[0, 1], [2, 3.5]]") == ((0, 1), (2, 3.5))
    assert edge.read_kernel("[-1, 1]") == KERNELS["left-right"]
    assert edge.Config(kernel=[[0, 1], [2, 3]]) == edge.Config(kernel="[[0, 1], [2, 3]]")


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        ("sobl", "did you mean sobel"),
        ("blur", "there are: left-right, up-down, sobel, laplacian"),
        ("[[1, 2], [3]]", "equally long"),
        ("[[1, 2], 3]", "other than numbers"),
        ("[[1, true]]", "other than numbers"),
        ("[[1, NaN]]", "other than numbers"),
        ("[[1, 1e7]]", "other than numbers"),
        ("[[0, 0]]", "no weight but 0"),
        ("[]", "no weight but 0"),
        ("[[1, 2]", "no list of rows"),
        ("[" * 100_000, "no list of rows"),
        (str([[1] * 32]), "at most 31 rows and columns"),
    ],
)
def test_what_is_no_kernel_is_refused_in_one_line(kernel: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        edge.Config(kernel=kernel)
    (error,) = refused.value.errors()
    assert message in error["msg"]
    assert "\n" not in error["msg"]
    assert len(error["msg"]) < 200


def test_one_photograph_at_a_time_is_decoded_and_all_are_looked_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [save(tmp_path / f"{number}.png", np.eye(9)) for number in range(3)]
    alive: list[weakref.ref[torch.Tensor]] = []

    def spied(path: Path, at_least: tuple[int, int]) -> Image:
        assert not [each for each in alive if each() is not None]
        image = read(path, at_least)
        alive.append(weakref.ref(image.pixels))
        return image

    monkeypatch.setitem(edge.chosen_images.__globals__, "read", spied)

    def kept(image: torch.Tensor, edges: torch.Tensor) -> tuple[list[str], dict[str, Any]]:
        return [], {}

    monkeypatch.setitem(edge.study.__globals__, "arrays_to_keep", kept)
    edge.measure(edge.Config(images=tuple(paths), repeats=1), Workbench())
    assert len(alive) == 3
    for last in (tmp_path / "none.png", save(tmp_path / "x" / "text.png", np.eye(2))):
        if last.exists():
            last.write_text("no image")
        with pytest.raises(UsageError, match=last.name):
            chosen_images([*paths, last], (1, 2))


def test_rows_of_several_images_stand_table_by_table(tmp_path: Path) -> None:
    paths = tuple(save(tmp_path / f"{number}.png", np.eye(9)) for number in range(3))
    rows = edge.measure(edge.Config(images=paths, repeats=1), Workbench()).rows
    tables = [table for table, _ in groupby(row.table for row in rows)]
    assert len(tables) == len(set(tables)) == 3
    assert [row.factors["image"] for row in rows[:3]] == ["0", "1", "2"]


@pytest.mark.parametrize("kernel", ["[[0, 1], [2, 3]]", "left-right", "[[1]]", "[[-1, -1]]"])
def test_a_figure_shows_edges_around_zero_and_the_image_from_black_to_white(
    tmp_path: Path, kernel: str
) -> None:
    path = save(tmp_path / "dark.png", np.full((9, 9), 10))
    config = edge.Config(images=(path,), kernel=kernel, repeats=1)
    record = Record("edge", "?", {}, measurements=edge.measure(config, Workbench()))
    figure = edge.draw(record)["edges-dark"]
    image, edges = (axes.images[0] for axes in figure.axes)
    assert image.get_clim() == (0, 1)
    assert np.unique(image.to_rgba(image.get_array())[..., :3]) == pytest.approx(
        10 / 255, abs=0.003
    )
    low, high = edges.get_clim()
    assert low == -high < 0
    red, _, blue = edges.to_rgba(edges.get_array())[4, 4, :3]
    positive = {"[[0, 1], [2, 3]]": 1, "[[1]]": 1, "[[-1, -1]]": -1}.get(kernel, 0)
    assert np.sign(np.round(red - blue, 2)) == positive
