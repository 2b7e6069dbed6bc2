"""A finished run as plain data, as a frame of pandas, and as it shows itself in a notebook."""

from .record import VERSION, Progress, Record, Status, Trained, as_json

__all__ = ["VERSION", "Progress", "Record", "Status", "Trained", "as_json"]
