"""`python -m tests.benchmarks [SUBJECT]… [--json FILE]`: one table per subject, and the notes."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from importlib import import_module
from itertools import groupby
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.text import Text

from convlab.measure import Measurements
from convlab.report.tables import quantities
from tests.benchmarks.machine import machine, missing

SUBJECTS = ("layers", "seeds", "counts", "edges")


def main() -> None:
    asked = arguments()
    start, console = perf_counter(), Console(highlight=False)
    bench = Measurements(notes=[machine()])
    if missing():
        bench.notes.append(f"not installed, so left out: {', '.join(missing())} (extra `bench`)")
    for subject in asked.subjects or SUBJECTS:
        before = len(bench.rows)
        import_module(f"{__package__}.{subject}").measure(bench)
        for title, rows in groupby(bench.rows[before:], key=lambda row: row.table):
            console.print(quantities(title, list(rows)))
    bench.notes.append(f"{perf_counter() - start:.0f} s in all")
    console.print(*(Text(f"note: {note}", style="dim") for note in bench.notes), sep="\n")
    if asked.json:
        document = [asdict(row) for row in bench.rows]
        asked.json.write_text(json.dumps({"rows": document, "notes": bench.notes}, indent=1))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    named = ", ".join(SUBJECTS)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"any of {named}; or all")
    parser.add_argument("--json", type=Path, help="the file to write every time to")
    asked = parser.parse_args()
    if unknown := set(asked.subjects) - set(SUBJECTS):
        parser.error(f"no subject {', '.join(sorted(unknown))}; there are: {named}")
    return asked


main()
