"""The two photographs that come with scikit-learn, in grey."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from torch import Tensor

from ..errors import UsageError
from .images import read
from .names import PHOTOGRAPHS


def photograph(name: str) -> Tensor:
    """The photograph `china` or `flower`, (427, 640), black 0 and white 1."""
    return read(photograph_path(name)).pixels


def photograph_path(name: str) -> Path:
    """Where scikit-learn keeps the photograph; raises UsageError for another name."""
    if name not in PHOTOGRAPHS:
        raise UsageError(f"no photograph {name!r}; there are: {', '.join(PHOTOGRAPHS)}")
    package = find_spec("sklearn")  # found, not imported: importing it takes a second
    assert package is not None and package.origin is not None
    return Path(package.origin).parent / "datasets" / "images" / f"{name}.jpg"


def find_photograph(path: Path) -> Path:
    """`path`, or where the photograph of that name is if there is no such file."""
    bundled = str(path) in PHOTOGRAPHS and not path.exists()
    return photograph_path(str(path)) if bundled else path


def crop(image: Tensor, height: int, width: int) -> Tensor:
    """The middle (..., height, width) of an image (..., H, W); raises UsageError if it is smaller.

    Where an odd number of pixels is left over, the smaller part of it is cut at the top and left.
    """
    rows, columns = image.shape[-2] - height, image.shape[-1] - width
    if min(rows, columns, height - 1, width - 1) < 0:
        size = " x ".join(map(str, image.shape[-2:]))
        raise UsageError(f"cannot crop {height} x {width} from an image of {size} pixels")
    top, left = rows // 2, columns // 2
    return image[..., top : top + height, left : left + width]
