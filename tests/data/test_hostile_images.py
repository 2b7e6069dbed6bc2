"""Tests of images and data sets from elsewhere: any bytes are an image, or one line on why not."""

from __future__ import annotations

import gzip
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convlab.data import read
from convlab.data.folders import class_folders
from convlab.data.idx import mnist
from convlab.errors import UsageError
from tests import hostile

FORMATS = {
    **{"PNG": "RGBA", "JPEG": "RGB", "GIF": "P", "BMP": "RGB", "WEBP": "RGB", "PPM": "L"},
    **{"TIFF": "I;16", "TGA": "RGB", "ICO": "RGBA", "PCX": "L", "SGI": "L", "JPEG2000": "L"},
    **{"DDS": "RGBA", "ICNS": "RGBA", "AVIF": "RGB", "MPO": "RGB"},
}
BOUND = 1e6  # bytes of memory that the machine is said to have


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which a file that claims more pixels than it holds soon claims too many."""
    monkeypatch.setattr("convlab.memory.physical", lambda: BOUND)
    monkeypatch.setattr("convlab.data.images.ALWAYS", 1)


def encoded(kind: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (9, 16, 4), dtype=np.uint8)
    mode = FORMATS[kind]
    image = (
        PIL.Image.fromarray(noise[..., 0].astype(np.uint16) * 257)
        if mode == "I;16"
        else PIL.Image.fromarray(noise).convert(mode)
    )
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    image.save(file := BytesIO(), kind, **({"exif": exif} if kind in ("PNG", "JPEG") else {}))
    return file.getvalue()


WHOLE = {kind: encoded(kind) for kind in FORMATS}


def tried(path: Path, data: bytes) -> None:
    """Read it: whatever is wrong is one line that harms no terminal and names the file."""
    path.write_bytes(data)
    try:
        image = read(path)
    except UsageError as error:
        assert path.name in str(error) and "\n" not in str(error)
        assert hostile.harmless(str(error)), error
    else:
        assert image.pixels.isfinite().all() and image.pixels.numel() < BOUND
        assert hostile.harmless(" ".join(image.notes))


@hostile.fuzzed
def test_a_damaged_image_is_read_or_refused(cases: int, tmp_path: Path) -> None:
    @hostile.of(cases)
    @given(data=hostile.damaged(*WHOLE.values()))
    def holds(data: bytes) -> None:
        tried(tmp_path / "image.png", data)

    holds()


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


sizes = st.sampled_from([0, 1, 2, 3, 16, 2**15, 2**31 - 1, 2**32 - 1])


@st.composite
def pngs(draw: st.DrawFn) -> bytes:
    """Sound chunks that need not fit each other, among them such as unpack to far more."""
    width, height = draw(sizes), draw(sizes)
    said = draw(st.tuples(*[st.sampled_from([0, 1, 2, 3, 4, 6, 8, 16, 255])] * 5))
    head = chunk(b"IHDR", struct.pack(">II5B", width, height, *said))
    content = st.binary(max_size=60) | st.sampled_from([bytes(10**6), b"\xff" * 10**6])
    packed = content.map(zlib.compress)
    kinds = st.sampled_from([b"IDAT"] * 4 + [b"PLTE", b"tRNS", b"eXIf", b"acTL", b"fcTL"])
    named = st.sampled_from([b"zTXt", b"iCCP", b"iTXt"])
    chunks = st.builds(chunk, kinds, content | packed) | st.builds(
        lambda kind, data: chunk(kind, b"name\0\0" + data), named, packed
    )
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(draw(st.lists(chunks, max_size=4)))


TAGS = (254, 256, 257, 258, 259, 262, 266, 270, 273, 274, 277, 278, 279, 284, 317, 320, 339, 530)


@st.composite
def tiffs(draw: st.DrawFn) -> bytes:
    """A directory of tags with any types, counts and values, and some bytes behind it."""
    values = sizes | st.integers(0, 8) | st.just(8)
    usual = {256: 4, 257: 3, 258: 8, 259: 1, 262: 1, 273: 400, 277: 1, 278: 3, 279: 12}
    tags = usual | draw(st.dictionaries(st.sampled_from(TAGS), values, max_size=4))
    entries = [
        struct.pack("<HHII", tag, draw(st.sampled_from([4] * 8 + [1, 2, 3, 5, 12, 0])), n, value)
        for tag, value in sorted(tags.items())
        if (n := draw(st.sampled_from([1] * 8 + [0, 2, 2**31])))
    ]
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", 0)
    return b"II*\0" + struct.pack("<I", 8) + directory.ljust(392, b"\0") + bytes(range(99))


@hostile.fuzzed
def test_an_image_that_says_anything_of_itself_is_read_or_refused(
    cases: int, tmp_path: Path
) -> None:
    @hostile.of(cases)
    @given(data=pngs() | tiffs() | st.binary(max_size=200))
    def holds(data: bytes) -> None:
        tried(tmp_path / "image.tif", data)

    holds()


@st.composite
def published(draw: st.DrawFn) -> dict[str, bytes]:
    """The four files of MNIST; one says anything of itself, and is packed or damaged."""
    files = {
        f"{part}-{kind}": idx(*shape)
        for part, count in (("train", 4), ("t10k", 2))
        for kind, shape in (("images-idx3-ubyte", (count, 3, 3)), ("labels-idx1-ubyte", (count,)))
    }
    name = draw(st.sampled_from(list(files)))
    if draw(st.booleans()):
        axes = 3 if "idx3" in name else 1
        shape = draw(st.lists(sizes, min_size=axes, max_size=axes))
        files[name] = idx(*shape, content=bytes(draw(st.sampled_from([0, 4, 36, 10**6]))))
    damages = hostile.damaged(files[name], gzip.compress(files[name]))
    files[name] = draw(st.just(gzip.compress(files[name])) | damages)
    return files


def idx(*shape: int, content: bytes | None = None) -> bytes:
    head = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    whole = bytes(i % 2 for i in range(int(np.prod(shape)))) if content is None else content
    return head + whole


@hostile.fuzzed
def test_published_files_are_a_data_set_or_refused(cases: int, tmp_path: Path) -> None:
    @hostile.of(cases)
    @given(files=published())
    def holds(files: dict[str, bytes]) -> None:
        for name, data in files.items():
            (tmp_path / name).write_bytes(data)
        try:
            dataset = mnist(tmp_path)
        except UsageError as error:
            assert "\n" not in str(error) and hostile.harmless(str(error)), error
        else:
            assert dataset.x.numel() <= BOUND and len(dataset.x) == len(dataset.y)

    holds()


@hostile.fuzzed
def test_a_folder_of_any_files_is_a_data_set_or_refused(cases: int, tmp_path: Path) -> None:
    numbered = iter(range(10**6))

    @hostile.of(cases // 2)
    @given(
        names=st.lists(
            st.lists(hostile.texts.filter(hostile.is_file_name), min_size=1, max_size=3),
            max_size=3,
        ),
        data=st.data(),
    )
    def holds(names: list[list[str]], data: st.DataObject) -> None:
        folder = tmp_path / str(next(numbered))
        folder.mkdir()
        for parts in [["a", "a.png"], ["b", "b.png"], *names]:
            put(folder.joinpath(*(part[:60] for part in parts)), data)
        try:
            dataset = class_folders(folder)
        except UsageError as error:
            assert "\n" not in str(error) and hostile.harmless(str(error)), error
        else:
            assert len(dataset.classes) >= 2

    holds()


def put(path: Path, data: st.DataObject) -> None:
    """A sound image there, mostly, where the system can have such a file."""
    whole = st.sampled_from([WHOLE["PNG"]] * 8 + [b"", b"text"])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.draw(whole))
    except OSError:
        return


def test_a_program_in_the_place_of_an_image_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostScript is one: Pillow would have Ghostscript execute it."""

    def executed(*_: object, **__: object) -> None:
        raise AssertionError("executed")

    monkeypatch.setattr("subprocess.check_call", executed)
    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", executed)
    PIL.Image.new("L", (9, 9)).save(file := BytesIO(), "EPS")
    (tmp_path / "image.png").write_bytes(file.getvalue())
    with pytest.raises(UsageError, match=r"image\.png is a program \(EPS\).*plain PNG"):
        read(tmp_path / "image.png")


def test_images_of_no_pixels_and_any_side_are_refused(tmp_path: Path) -> None:
    """No array of numpy has these sides, though it would be empty."""
    for part in ("train", "t10k"):
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(4, 2**31, 0, content=b""))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(4))
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(0, 2**31, 2**32 - 1, content=b""))
    with pytest.raises(UsageError, match=r"0 images, but .* 4 labels"):
        mnist(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(4, 2**31, 0, content=b""))
    with pytest.raises(UsageError, match="holds no images"):
        mnist(tmp_path)
