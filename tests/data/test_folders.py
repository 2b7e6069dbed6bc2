"""Tests of convlab.data.folders: a dataset from one's own images, one sub-folder each class."""

from pathlib import Path

import numpy as np
import pytest
import torch
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
    assert dataset.notes == ()


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
    assert dataset.notes == ("2 of 3 images: resized to 32 x 32",)
    torch.testing.assert_close(dataset.x[1, 0], torch.from_numpy(as_it_is.copy()) / 255)
    triangle = Image.fromarray(large).resize((32, 32), Image.Resampling.BILINEAR)
    np.testing.assert_allclose(dataset.x[2, 0], np.asarray(triangle) / 255, atol=1.5 / 255)


@pytest.mark.parametrize("side, kept", [(64, 64), (65, 32)])
def test_large_images_are_resized_though_alike(tmp_path: Path, side: int, kept: int) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png", side, 40)
    assert load(f"folder:{tmp_path}").x.shape[2] == kept


def test_notes_are_counted(tmp_path: Path) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png")
    frames = [Image.new("L", (5, 6), level) for level in (0, 99)]
    frames[0].save(tmp_path / "b" / "2.gif", save_all=True, append_images=frames[1:])
    assert load(f"folder:{tmp_path}").notes == ("1 of 3 images: first of 2 frames",)


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
    assert f"no file {tmp_path / 'a' / '2.png'}" in refusal(tmp_path)


def test_floats_beyond_white_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        picture(tmp_path / name / "1.png")
    Image.fromarray(np.full((6, 5), 255, np.float32)).save(tmp_path / "a" / "2.tif")
    assert "2.tif has pixels from 255 to 255; scale them to 0 to 1" in refusal(tmp_path)
