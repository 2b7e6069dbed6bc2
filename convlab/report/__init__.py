"""A record for a reader: tables for a terminal, CSV for a spreadsheet. Nothing here computes."""

from .cost import costs
from .listing import experiment, groups, kept_settings, leaves, names, runs, settings
from .tables import arrays, claims, quantities, record
from .text import as_csv, as_json

__all__ = [
    "arrays",
    "as_csv",
    "as_json",
    "claims",
    "costs",
    "experiment",
    "groups",
    "kept_settings",
    "leaves",
    "names",
    "quantities",
    "record",
    "runs",
    "settings",
]
