"""Where images come from: files, photographs, digits, drawn shapes, and the user's own folders."""

from .canvas import digits_on_canvas, shifted
from .dataset import Dataset, split
from .drawn_shapes import shapes
from .images import Image, read
from .photographs import PHOTOGRAPHS, crop, located, photograph, photograph_path
from .saving import check_place, write_array, write_signed
from .sources import load

__all__ = [
    "PHOTOGRAPHS",
    "Dataset",
    "Image",
    "check_place",
    "crop",
    "digits_on_canvas",
    "load",
    "located",
    "photograph",
    "photograph_path",
    "read",
    "shapes",
    "shifted",
    "split",
    "write_array",
    "write_signed",
]
