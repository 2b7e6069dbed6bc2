"""Every point of a sweep is planned before anything runs: all that is wrong is told at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .. import config
from ..config import ConfigError, Override, Problem
from ..config.problem import COMMAND_LINE
from ..config.reading import SWEEP
from ..errors import UsageError
from ..foreign import printable
from ..lab import Plan, catalogue, plan, sources
from ..lab.planning import replanned
from .points import Point, Swept, named, points, swept

MOST_PROBLEMS = 20  # that are told


def planned(
    name: str, over: Iterable[str], fixed: Sequence[Override], *, quick: bool
) -> tuple[Swept, list[Plan]]:
    """The values to sweep, and a plan for each of their points.

    Raises ConfigError or UsageError with every problem, by the points that have it; UsageError for
    two points of the same settings, or that would write the same file.
    """
    document = config.read(catalogue.config_path(name))
    values = swept(over, document.sweep, fixed)
    every = points(values)
    plans, problems = list[Plan](), dict[Problem, list[int]]()
    for number, point in enumerate(every):
        try:
            settings = [*fixed, *point]
            known = replanned(plans[0], settings) if plans else plan(name, settings, quick=quick)
            plans.append(known)
        except (ConfigError, UsageError) as error:
            for problem in _problems(error, document):
                problems.setdefault(problem, []).append(number)
    if problems:
        raise ConfigError(*_told(problems, every))
    _check_distinct(plans, every)
    return values, plans


def of_file(name: str, fixed: Sequence[Override], *, quick: bool) -> list[Plan]:
    """The plans of a file's own sweep; none where it has none. Raises as `planned`."""
    if not config.read(catalogue.config_path(name)).sweep:
        return []
    return planned(name, (), fixed, quick=quick)[1]


def _problems(error: ConfigError | UsageError, document: config.Document) -> Iterator[Problem]:
    """What is wrong, where it stands: a value of the file's `sweep:` comes as if it were typed."""
    if isinstance(error, UsageError):
        yield Problem("", "", str(error))
        return
    for problem in error.problems:
        within = f"{problem.key}."
        key = next((each for each in document.sweep if within.startswith(f"{each}.")), None)
        if problem.place == COMMAND_LINE and key is not None:
            line = document.lines.get((SWEEP, *key.split(".")), 1)
            yield replace(problem, place=f"{document.path}:{line}", line=line)
        else:
            yield problem


def _told(problems: dict[Problem, list[int]], every: Sequence[Point]) -> Iterator[Problem]:
    """Each problem with the points that have it; where all have it, that goes unsaid."""
    for problem, numbers in list(problems.items())[:MOST_PROBLEMS]:
        first, *more = numbers
        others = f" and {len(more)} more point{'s' * (len(more) != 1)}" if more else ""
        where = "" if len(numbers) == len(every) else f" (at {named(every[first])}{others})"
        yield replace(problem, message=f"{problem.message}{where}")
    if (more_problems := len(problems) - MOST_PROBLEMS) > 0:
        yield Problem("", "", f"and {more_problems} more problems")


def _check_distinct(plans: Sequence[Plan], every: Sequence[Point]) -> None:
    seen, written = dict[str, int](), dict[Path, int]()
    for number, each in enumerate(plans):
        for path in sources.files_to_write(each.settings):
            if (first := written.setdefault(path, number)) != number:
                both = f"{named(every[first])} and {named(every[number])}"
                raise UsageError(
                    f"{both} would write one file, {printable(path)}: let it vary too"
                )
        settings = json.dumps(each.settings.model_dump(mode="json"), sort_keys=True, default=str)
        first = seen.setdefault(settings, number)
        if first != number:
            raise UsageError(
                f"{named(every[first])} and {named(every[number])} are the same run; "
                "name each value once"
            )
