"""Tests of convlab.data.folders: a dataset from one's own images, a sub-folder for each class."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from convlab.data import load
from convlab.errors import UsageError

RANDOM = np.random.default_rng(0)


def picture(path: Path, height: int = 6, width: int = 5) -> NDArray[np.uint8]:
    """Save a random grey image and return its levels."""
    levels = RANDOM.integers(0, 256, (height, width), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(levels).save(path)
    return levels


def refusal(folder: Path) -> str:
    with pytest.raises(UsageError) as raised:
        load(f"folder:{folder}")
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_images_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    names = ["dog/b.png", "cat/c.bmp", "dog/a.png", "cat/kittens/a.tif"]
    levels = {name: picture(tmp_path / "pets" / name) for name in names}
    dataset = load(f"folder:{tmp_path / 'pets'}")
    assert dataset.name == "pets"
    assert dataset.classes == ("cat", "dog")
    assert dataset.y.tolist() == [0, 0, 1, 1]
    expected = np.stack([levels[name] for name in sorted(names)])[:, None] / 255
    np.testing.assert_allclose(dataset.x.numpy(), expected, rtol=0, atol=1e-7)
    assert dataset.notes == ("4 images, of 2 classes: cat (2), dog (2)",)


def test_hidden_files_and_loose_files_are_passed_over(tmp_path: Path) -> None:
    picture(tmp_path / "a" / "1.png")
    picture(tmp_path / "b" / "1.png")
    for name in ("a/.DS_Store", "b/.thumbnails/1.png", ".git/config", "README.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("not an image")
    assert load(f"folder:{tmp_path}").classes == ("a", "b")
    assert len(load(f"folder:{tmp_path}").x) == 2


def test_images_of_several_sizes_are_resized_and_it_says_so(tmp_path: Path) -> None:
    picture(tmp_path / "a" / "1.png", 6, 5)
    as_it_is = picture(tmp_path / "a" / "2.png", 32, 32)
    large = picture(tmp_path / "b" / "1.png", 128, 96)
    dataset = load(f"folder:{tmp_path}")
    assert dataset.x.shape == (3, 1, 32, 32)
    assert dataset.notes[1:] == ("2 of 3 images: resized to 32 x 32",)
    torch.testing.assert_close(dataset.x[1, 0], torch.from_numpy(as_it_is.copy()) / 255)
    triangle = Image.fromarray(large).resize((32, 32), Image.Resampling.BILINEAR)
    np.testing.assert_allclose(dataset.x[2, 0], np.asarray(triangle) / 255, atol=1.5 / 255)


@pytest.mark.parametrize("side, kept", [(64, 64), (65, 32)])
def test_large_images_are_resized_though_alike(tmp_path: Path, side: int, kept: int) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png", side, 40)
    assert load(f"folder:{tmp_path}").x.shape[2] == kept


def test_notes_of_one_kind_are_one(tmp_path: Path) -> None:
    for number in range(4):
        path = tmp_path / "ab"[number % 2] / f"{number}.tif"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.full((6, 5), number / 4, np.float32)).save(path)
    colours = np.zeros((6, 5, 3), np.uint8)
    Image.fromarray(colours).save(tmp_path / "a" / "grey.png")
    colours[-1, -1] = 0, 1, 0
    Image.fromarray(colours).save(tmp_path / "a" / "colour.png")
    assert load(f"folder:{tmp_path}").notes[1:] == (
        "4 of 6 images: floats from 0…0.75 to 0…0.75, taken as they are",
        "1 of 6 images: colour read as grey",
    )


def test_notes_are_counted(tmp_path: Path) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png")
    frames = [Image.new("L", (5, 6), level) for level in (0, 99)]
    frames[0].save(tmp_path / "b" / "2.gif", save_all=True, append_images=frames[1:])
    assert load(f"folder:{tmp_path}").notes[1:] == ("1 of 3 images: first of 2 frames",)


def test_a_missing_folder(tmp_path: Path) -> None:
    assert f"no folder {tmp_path / 'nowhere'}" in refusal(tmp_path / "nowhere")


def test_a_folder_that_may_not_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)  # for root every folder is open
    assert "change its permissions" in refusal(tmp_path)


def test_classes_are_needed(tmp_path: Path) -> None:
    assert f"{tmp_path} has no sub-folder" in refusal(tmp_path)
    picture(tmp_path / "cat" / "1.png")
    assert f"{tmp_path} has only the class 'cat'" in refusal(tmp_path)
    (tmp_path / "dog").mkdir()
    assert f"{tmp_path / 'dog'} is a class without an image" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png")
    broken = tmp_path / "b" / "2.png"
    broken.write_bytes(content)
    assert str(broken) in refusal(tmp_path)


def test_a_dangling_link_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png")
    (tmp_path / "a" / "2.png").symlink_to(tmp_path / "gone.png")
    link = tmp_path / "a" / "2.png"
    assert f"{link} is a link to {tmp_path / 'gone.png'}, which is not there" in refusal(tmp_path)


def test_floats_beyond_white_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png")
    Image.fromarray(np.full((6, 5), 255, np.float32)).save(tmp_path / "a" / "2.tif")
    assert "2.tif has pixels from 255 to 255; scale them to 0 to 1" in refusal(tmp_path)


TRAIN = ["train", "Train", "TRAINING", "training_set", "train2017", "train-images"]
TEST = ["test", "Testing", "test_set", "val", "valid", "Validation", "val2017"]


def pets(folder: Path, *parts: str, classes: tuple[str, ...] = ("cat", "dog")) -> None:
    """An image of each class in each of these parts, such as `train` or `cat/train`."""
    for part in parts:
        for name in classes:
            picture(folder / part.replace("*", name) / "1.png")


@given(st.sampled_from(TRAIN), st.sampled_from(TEST), st.booleans())
def test_a_split_that_is_there_is_used(train: str, test: str, classes_first: bool) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "pets"
        form = "*/{}" if classes_first else "{}/*"
        pets(folder, form.format(train), form.format(test))
        again = folder / form.format(train).replace("*", "cat")
        levels = picture(again / "2.png")
        dataset = load(f"folder:{folder}")
    assert dataset.classes == ("cat", "dog")
    assert dataset.y.tolist() == [0, 0, 1, 0, 1] and dataset.published_test == 2
    np.testing.assert_allclose(dataset.x[1, 0], levels / 255, atol=1e-6)
    counted = "5 images, 3 to train on and 2 to test on, of 2 classes: cat (3), dog (2)"
    assert dataset.notes[0] == counted
    validation = "the test set is the part `val`: there is no `test`"
    assert (validation in dataset.notes) == test.casefold().startswith("val")


def test_validation_is_left_out_beside_a_test_set_and_it_says_so(tmp_path: Path) -> None:
    pets(tmp_path, "train/*", "val/*", "test/*")
    dataset = load(f"folder:{tmp_path}")
    assert dataset.y.tolist() == [0, 1, 0, 1] and dataset.published_test == 2
    assert "the part `val` is not used: 2 images" in dataset.notes


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("train/*",), "only train and no test or val"),
        (("test/*",), "only test and no train"),
        (("val/*", "test/*"), "no train"),
        (("train/*", "test/*", "*"), "lies in `test`, and"),
        (("*", "test/*"), "lies in `test`, and"),
        (("*/train", "*"), "lies in `train`, and"),
        (("train", "test"), "no sub-folder for each class in its part `t"),
        (("*", "train"), "no sub-folder for each class in its part `train`"),
        (("train/*", "test"), "no sub-folder for each class in its part `test`"),
        (("wrapped/train/*", "wrapped/test/*"), "only the class 'wrapped'"),
        (("train/*", "test/*", "test/bird"), "in the test set only, none to train on: bird"),
    ],
)
def test_what_is_split_in_part_is_refused(
    tmp_path: Path, parts: tuple[str, ...], message: str
) -> None:
    pets(tmp_path, *parts)
    assert message in refusal(tmp_path)


@pytest.mark.parametrize(
    "parts",
    [
        ("seg_train/seg_train/*", "seg_test/seg_test/*"),
        ("X_train/*", "X_val/*"),
        ("*_train", "*_test"),
        ("my-train2/*", "my-test2/*"),
        ("*/old train", "*/old test"),
    ],
)
def test_what_looks_like_a_split_is_not_taken_for_classes(
    tmp_path: Path, parts: tuple[str, ...]
) -> None:
    pets(tmp_path, *parts)
    assert "look like parts of a split; name the parts `train` and `test`" in refusal(tmp_path)


def test_a_class_may_be_named_as_a_split_within_one(tmp_path: Path) -> None:
    pets(tmp_path, "train/*", "test/*", classes=("car", "train"))
    assert load(f"folder:{tmp_path}").classes == ("car", "train")


def test_a_class_of_a_similar_name_is_one(tmp_path: Path) -> None:
    names = ("bullet train 1", "bullet train 2", "test tubes", "trains", "tests", "valid tickets")
    pets(tmp_path, "*", classes=names)
    dataset = load(f"folder:{tmp_path}")
    assert len(dataset.classes) == 6 and dataset.published_test == 0


def test_many_classes_are_counted_in_one_line(tmp_path: Path) -> None:
    pets(tmp_path, "*", classes=tuple(f"c{number:02}" for number in range(12)))
    (note,) = load(f"folder:{tmp_path}").notes
    assert note.startswith("12 images, of 12 classes: c00 (1), c01 (1), ")
    assert note.endswith("c09 (1), and 2 more")


def test_names_reach_no_terminal_as_they_are(tmp_path: Path) -> None:
    pets(tmp_path, "*", classes=("\x1b[31mred", "b\udcff"))
    (note,) = load(f"folder:{tmp_path}").notes
    assert note == r"2 images, of 2 classes: \x1b[31mred (1), b\udcff (1)"


def test_a_link_to_a_folder_is_followed_but_not_in_a_circle(tmp_path: Path) -> None:
    pets(tmp_path / "real", "*")
    (tmp_path / "linked" / "cat").mkdir(parents=True)
    (tmp_path / "linked" / "cat" / "more").symlink_to(tmp_path / "real" / "cat")
    (tmp_path / "linked" / "dog").symlink_to(tmp_path / "real" / "dog")
    assert load(f"folder:{tmp_path / 'linked'}").y.tolist() == [0, 1]
    (tmp_path / "real" / "dog" / "round").symlink_to(tmp_path / "real" / "dog")
    assert "is a link to a folder that holds it" in refusal(tmp_path / "linked")
