"""A record for a reader: tables for a terminal, CSV for a spreadsheet. Nothing here computes."""

from .cost import costs
from .differing import comparison
from .latex import as_latex
from .lines import as_tidy_csv
from .listing import experiment, groups, kept_settings, names, settings
from .markdown import as_markdown
from .run import record
from .run_list import runs
from .tables import arrays, quantities
from .text import as_csv, as_json
from .verdicts import Claims, verdict_text

__all__ = [
    "Claims",
    "arrays",
    "as_csv",
    "as_json",
    "as_latex",
    "as_markdown",
    "as_tidy_csv",
    "comparison",
    "costs",
    "experiment",
    "groups",
    "kept_settings",
    "names",
    "quantities",
    "record",
    "runs",
    "settings",
    "verdict_text",
]
