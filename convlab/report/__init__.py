"""A record for a reader: tables for a terminal, CSV for a spreadsheet. Nothing here computes."""

from .cost import costs
from .listing import experiment, groups, kept_settings, leaves, names, runs, settings
from .run import record
from .tables import arrays, quantities
from .text import as_csv, as_json
from .verdicts import Claims, verdict_text

__all__ = [
    "Claims",
    "arrays",
    "as_csv",
    "as_json",
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
    "verdict_text",
]
