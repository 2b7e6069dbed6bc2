"""Edges of 24 megapixels: the operator beside a copy of as many bytes, and the whole command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import PIL.Image
import torch
from torch import Tensor
from torch.nn.functional import conv2d

from convlab.data import photograph_path
from convlab.filters import KERNELS, Kernel, correlate
from convlab.measure import Measurements
from tests.benchmarks.race import OURS, Race

SIZE = (4000, 6000)
OPERATOR = "A kernel over 24 megapixels, into memory that is there already"
LIBRARIES = "The same by libraries"
COMMAND = "convlab edge PHOTO --to edges.png, 24 megapixels, each in a process of its own"
COPY, CONVOLUTION, OPENCV, SCIPY = "copy", "conv2d", "OpenCV", "scipy"
BARE = "decode + import torch + encode"
NEAR_COPY, NEAR_BARE = 1 / 2, 1 / 1.15  # of our time, at least
RANDOM = torch.Generator().manual_seed(0)
DENSE: Kernel = tuple(map(tuple, torch.randint(-5, 6, (5, 5), generator=RANDOM).tolist()))
LARGE: Kernel = tuple(tuple(1000 * weight for weight in row) for row in DENSE)  # sums of 32 bits
TASKS = {
    "left-right": KERNELS["left-right"],
    "sobel": KERNELS["sobel"],
    "5x5, full rank": DENSE,
    "5x5, large weights": LARGE,
}
NOTES = (
    "sums of shifted slices pass over memory once for each weight: 25 weights, 25 passes",
    "the command imports matplotlib and draws while the edges are encoded, on a second core; what "
    "remains over decode + import of torch + encode is the start of the command, 0.25 s, imports "
    "beside torch, 0.15 s, and the passes over 24 million pixels before the first is encoded",
    "Pillow's ImageFilter is left out: it clips what is below 0 or above 255",
)


def measure(bench: Measurements) -> None:
    levels = torch.randint(0, 256, SIZE, dtype=torch.uint8)
    for image in (levels, levels.float()):
        for name, kernel in TASKS.items():
            operator(bench, name, image, kernel)
    for image in (levels, levels.float()):
        libraries(bench, "5x5, full rank", image, DENSE)
    bench.notes += NOTES
    with TemporaryDirectory() as folder:
        for path in photographs(Path(folder)):
            command(bench, path)


def operator(bench: Measurements, name: str, image: Tensor, kernel: Kernel) -> None:
    """Ours and the machine's own copy, which reads and writes the same bytes."""
    out = correlate(image, kernel)
    contenders: dict[str, Callable[[], object]] = {
        OURS: lambda: correlate(image, kernel, out),
        COPY: lambda: out.copy_(image[: out.shape[0], : out.shape[1]]),
    }
    Race(task(name, image, out), contenders, {COPY: NEAR_COPY}).run(bench, OPERATOR)


def libraries(bench: Measurements, name: str, image: Tensor, kernel: Kernel) -> None:
    """Ours and the peers, of which all but conv2d write to memory that is there already."""
    out = correlate(image, kernel)
    ours: dict[str, Callable[[], object]] = {OURS: partial(correlate, image, kernel, out)}
    contenders = ours | peers(image, kernel, out)
    goals = dict.fromkeys(contenders.keys() - {OURS}, 1.0)
    race = Race(task(name, image, out), contenders, goals)
    race.run(bench, LIBRARIES, repeats=6, warmup=1, least_of=1)


def peers(image: Tensor, kernel: Kernel, out: Tensor) -> dict[str, Callable[[], object]]:
    from scipy.ndimage import correlate as by_scipy

    pixels, weights = image.numpy(), np.array(kernel, np.float32)
    room = np.empty(SIZE, out.numpy().dtype)  # both keep the size, with a border made up
    known: dict[str, Callable[[], object]] = {
        CONVOLUTION: lambda: conv2d(image.float()[None, None], torch.tensor(weights)[None, None]),
        SCIPY: lambda: by_scipy(pixels, weights, output=room),
    }
    if find_spec("cv2"):
        import cv2

        depth = cv2.CV_32F if out.is_floating_point() else cv2.CV_16S
        known[OPENCV] = lambda: cv2.filter2D(pixels, depth, weights, dst=room)
    return known


def command(bench: Measurements, path: Path) -> None:
    edges = path.with_name("edges.png")
    runs = ("--out", str(path.with_name("runs")), "--quiet")
    words = ("-m", "convlab", "edge", str(path), "--to", str(edges), *runs)
    contenders = {
        OURS: partial(python, *words),
        BARE: partial(python, "-c", PARTS, str(path), str(edges)),
    }
    task = {"photo": path.suffix, "megabytes": round(path.stat().st_size / 1e6, 1)}
    race = Race(task, contenders, {BARE: NEAR_BARE})
    race.run(bench, COMMAND, repeats=3, warmup=1, least_of=1)


PARTS = """
import sys, torch, PIL.Image
with PIL.Image.open(sys.argv[1]) as image:
    image.convert("L").save(sys.argv[2], compress_level=1)
"""


def python(*words: str) -> None:
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)


def photographs(folder: Path) -> list[Path]:
    """A photograph of 24 megapixels with the noise of a camera, as PNG and as JPEG."""
    with PIL.Image.open(photograph_path("china")) as image:
        large = np.asarray(image.resize(SIZE[::-1], PIL.Image.Resampling.BICUBIC))
    noise = np.random.default_rng(0).normal(0, 3, large.shape).astype(np.float32)
    noisy = PIL.Image.fromarray((large + noise).clip(0, 255).astype(np.uint8))
    paths = [folder / "photo.png", folder / "photo.jpg"]
    for path in paths:
        noisy.save(path, compress_level=1, quality=92)
    return paths


def task(name: str, image: Tensor, out: Tensor) -> dict[str, str]:
    types = (str(tensor.dtype).removeprefix("torch.") for tensor in (image, out))
    return {"kernel": name, "from": next(types), "to": next(types)}
