"""What a run measured as tidy lines: one for each seed of a quantity, a column for each factor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..measure import Sample
from .record import Record

if TYPE_CHECKING:
    import pandas  # a user may have it; nothing here needs it

BEFORE = ("run", "experiment", "table")
AFTER = ("quantity", "statistic", "varies", "seed", "repeat", "value")


def headings(record: Record) -> list[str]:
    """The names of the columns; those of the factors stand between the others."""
    return [*BEFORE, *_factors(record).values(), *AFTER]


def lines(record: Record) -> Iterator[list[Any]]:
    """The cells of each line, None where it has no such factor, or no seed, as what is exact."""
    factors = _factors(record)
    for row in record.measurements.rows:
        varied = [row.factors.get(name) for name in factors]
        for name, sample in row.quantities.items():
            before = [name_of(record), record.experiment, row.table, *varied]
            after = [name, sample.statistic, sample.varies]
            for numbered, value in zip(_numbers(sample, record), sample.values, strict=False):
                yield [*before, *after, *numbered, value]


def frame(record: Record) -> pandas.DataFrame:
    """The lines as a frame of pandas; seeds and repeats are nullable whole numbers.

    Raises UsageError where pandas is not installed.
    """
    try:
        from pandas import DataFrame
    except ImportError:
        raise UsageError(
            "to_frame() needs pandas, which is not installed: `pip install pandas`; "
            "`convlab export RUN --format csv` writes the same lines without it"
        ) from None
    made = DataFrame(list(lines(record)), columns=headings(record))
    return made.astype({"seed": "Int64", "repeat": "Int64"})


def name_of(record: Record) -> str:
    """The name of its folder, or of its experiment where it has none."""
    return Path(record.run).name if record.run else record.experiment


def _factors(record: Record) -> dict[str, str]:
    """The columns of the factors by their names; one that is taken says that it is a factor."""
    names = dict.fromkeys(name for row in record.measurements.rows for name in row.factors)
    return {name: _unused(name, {*BEFORE, *AFTER, *names} - {name}) for name in names}


def _unused(name: str, taken: set[str]) -> str:
    if name not in {*BEFORE, *AFTER}:
        return name
    called = f"{name} (factor)"
    return next(each for each in (called + "'" * n for n in count()) if each not in taken)


def _numbers(sample: Sample, record: Record) -> Iterator[tuple[int | None, int | None]]:
    """The seed and the repeat of each value."""
    if sample.exact:
        yield None, None
    elif sample.varies == "repeats":
        yield from ((None, repeat) for repeat in range(len(sample.values)))
    else:
        yield from ((record.first_seed + place, None) for place in range(len(sample.values)))
