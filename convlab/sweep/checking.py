"""Every point of a sweep is planned before anything runs: all that is wrong is told at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from .. import config
from ..config import ConfigError, Override, Problem
from ..config.problem import COMMAND_LINE
from ..config.reading import SWEEP
from ..errors import UsageError
from ..lab import Plan, catalogue, plan
from .points import Point, Swept, named, points, swept

MOST_PROBLEMS = 20  # that are told


def planned(
    name: str, over: Iterable[str], fixed: Sequence[Override], *, quick: bool
) -> tuple[Swept, list[Plan]]:
    """The values to sweep, and a plan for each of their points.

    Raises ConfigError or UsageError with every problem, by the points that have it; UsageError for
    two points of the same settings.
    """
    document = config.read(catalogue.config_path(name))
    values = swept(over, document.sweep, fixed)
    every = points(values)
    plans, problems = list[Plan](), dict[str, list[int]]()
    for number, point in enumerate(every):
        try:
            plans.append(plan(name, [*fixed, *point], quick=quick))
        except (ConfigError, UsageError) as error:
            for text in _texts(error, document, set(document.sweep) & set(values)):
                problems.setdefault(text, []).append(number)
    if problems:
        raise UsageError(_told(problems, every))
    _check_distinct(plans, every)
    return values, plans


def of_file(name: str, fixed: Sequence[Override], *, quick: bool) -> list[Plan]:
    """The plans of a file's own sweep; none where it has none. Raises as `planned`."""
    if not config.read(catalogue.config_path(name)).sweep:
        return []
    return planned(name, (), fixed, quick=quick)[1]


def _texts(
    error: ConfigError | UsageError, document: config.Document, in_file: Collection[str]
) -> Iterable[str]:
    if isinstance(error, UsageError):
        return [str(error)]
    return [str(_placed(problem, document, in_file)) for problem in error.problems]


def _placed(problem: Problem, document: config.Document, in_file: Collection[str]) -> Problem:
    """The problem where it stands: a value of the file's `sweep:` comes as if it were typed."""
    key = next((each for each in in_file if f"{problem.key}.".startswith(f"{each}.")), None)
    if problem.place != COMMAND_LINE or key is None:
        return problem
    line = document.lines.get((SWEEP, *key.split(".")), document.lines.get((SWEEP,), 1))
    return replace(problem, place=f"{document.path}:{line}", line=line)


def _told(problems: dict[str, list[int]], every: Sequence[Point]) -> str:
    """A line for each problem and the points that have it; of all of them, that goes unsaid."""
    lines = []
    for text, numbers in problems.items():
        first, *more = numbers
        others = f" and {len(more)} more point{'s' * (len(more) != 1)}" if more else ""
        where = "" if len(numbers) == len(every) else f" (at {named(every[first])}{others})"
        lines.append(f"{text}{where}")
    if more_lines := lines[MOST_PROBLEMS:]:
        lines[MOST_PROBLEMS:] = [f"and {len(more_lines)} more such problems"]
    return "\n".join(lines)


def _check_distinct(plans: Sequence[Plan], every: Sequence[Point]) -> None:
    seen: dict[str, int] = {}
    for number, each in enumerate(plans):
        settings = json.dumps(each.settings.model_dump(mode="json"), sort_keys=True, default=str)
        first = seen.setdefault(settings, number)
        if first != number:
            raise UsageError(
                f"{named(every[first])} and {named(every[number])} are the same run; "
                "name each value once"
            )
