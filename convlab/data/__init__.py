"""Where images come from: files, photographs, digits, drawn shapes, and the user's own folders.

What needs torch is imported at its first use, so that settings can name a dataset without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .names import DATASETS, PHOTOGRAPHS, parse_dataset

if TYPE_CHECKING:
    from .canvas import digits_on_canvas, shift_images
    from .dataset import Dataset, split
    from .drawn_shapes import shapes
    from .images import Image, check, read, title
    from .photographs import crop, find_photograph, photograph, photograph_path
    from .saving import (
        check_place,
        check_size,
        share_above_white,
        write_array,
        write_signed,
    )
    from .sources import load

__all__ = [
    "DATASETS",
    "PHOTOGRAPHS",
    "Dataset",
    "Image",
    "check",
    "check_place",
    "check_size",
    "crop",
    "digits_on_canvas",
    "find_photograph",
    "load",
    "parse_dataset",
    "photograph",
    "photograph_path",
    "read",
    "shapes",
    "share_above_white",
    "shift_images",
    "split",
    "title",
    "write_array",
    "write_signed",
]
_MODULES = {
    "canvas": ("digits_on_canvas", "shift_images"),
    "dataset": ("Dataset", "split"),
    "drawn_shapes": ("shapes",),
    "images": ("Image", "check", "read", "title"),
    "photographs": ("crop", "find_photograph", "photograph", "photograph_path"),
    "saving": ("check_place", "check_size", "share_above_white", "write_array", "write_signed"),
    "sources": ("load",),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
