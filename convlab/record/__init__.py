"""A finished run as plain data, as a frame of pandas, and as it shows itself in a notebook."""

from .head import Head
from .parts import Progress, Status, Trained
from .reading import VERSION
from .record import Record
from .text import as_json

__all__ = ["VERSION", "Head", "Progress", "Record", "Status", "Trained", "as_json"]
