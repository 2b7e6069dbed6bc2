"""The points of a sweep: every combination of the values that its keys are to have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from ..config import Override
from ..config.overrides import several
from ..errors import UsageError
from ..foreign import as_text
from ..record.facts import setting

Point = tuple[Override, ...]  # a value for each swept key, in their order
Swept = dict[str, list[Override]]  # the values by their keys


def swept(over: Iterable[str], block: Mapping[str, list[Any]], fixed: Sequence[Override]) -> Swept:
    """The values of each key: those of a file's `sweep:`, then those of `--over KEY=A,B`.

    What the command line says has the last word, be it `--over` or a fixed setting of a key in the
    file. Raises ConfigError for what is no list of values, and UsageError where two settings are
    of one key, or where nothing is swept.
    """
    found = {key: [Override(key, each) for each in values] for key, values in block.items()}
    named = list(map(several, over))
    keys = [values[0].key for values in named]
    fixed_keys = [each.key for each in fixed]
    _check_apart([*keys, *dict.fromkeys(fixed_keys)])
    found = {key: v for key, v in found.items() if not _meets(key, [*keys, *fixed_keys])}
    found |= dict(zip(keys, named, strict=True))
    if not found:
        raise UsageError(
            "nothing is swept: say --over KEY=A,B, or write `sweep: {KEY: [A, B]}` in the YAML"
        )
    return found


def points(values: Swept) -> list[Point]:
    """Every combination, the values of the last key varying fastest."""
    return list(product(*values.values()))


def named(point: Iterable[Override]) -> str:
    """The point as it would be typed: `training.lr=0.1, second=3`."""
    return ", ".join(f"{each.key}={value_text(each)}" for each in point)


def value_text(value: Override) -> str:
    """A value as it was typed, or as it would be."""
    return setting(value.value) if value.text is None else as_text(value.text)


def _check_apart(keys: Sequence[str]) -> None:
    for one, other in combinations(keys, 2):
        if _overlap(one, other):
            raise UsageError(
                f"`{one}` and `{other}` set the same: name each key once"
                if one != other
                else f"`{one}` is set twice: name all its values in one --over {one}=A,B"
            )


def _meets(key: str, others: Iterable[str]) -> bool:
    return any(_overlap(key, other) for other in others)


def _overlap(one: str, other: str) -> bool:
    """Whether they are one key, or one lies within the other."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
