"""Which key an error of pydantic is about, and which member of a union it should be about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from .nodes import Key

UNSUITED = {"extra_forbidden", "missing", "literal_error"}  # the keys ask for another member


def by_key(
    errors: Iterable[ErrorDetails], tree: Mapping[str, Any]
) -> dict[Key, list[ErrorDetails]]:
    """The errors of each key, without those of members of a union that suit its keys less."""
    placed = [(details, *_place(details, tree)) for details in errors]
    scores: dict[Key, dict[str, tuple[bool, int]]] = {}
    for details, key, members in placed:
        for block, member in members:
            refused, unsuited = scores.setdefault(block, {}).get(member, (False, 0))
            is_inside = key != block
            unsuited += is_inside and details["type"] in UNSUITED
            scores[block][member] = (refused or not is_inside, unsuited)
    keys: dict[Key, list[ErrorDetails]] = {}
    for details, key, members in placed:
        if all(scores[block][name] == min(scores[block].values()) for block, name in members):
            keys.setdefault(key, []).append(details)
    return keys


def _place(details: ErrorDetails, tree: Any) -> tuple[Key, list[tuple[Key, str]]]:
    """The key, and the members of unions on the way, which pydantic adds to the location."""
    key: list[str | int] = []
    members = []
    for part in details["loc"]:
        inside = range(len(tree)) if isinstance(tree, list | tuple) else tree
        if isinstance(inside, dict | range) and part in inside:
            key.append(part)
            tree = tree[part]
        else:
            members.append((tuple(key), str(part)))
    last = details["loc"][-1:]
    if details["type"] == "missing" and isinstance(last[0], str):
        return (*key, *last), members[:-1]
    return tuple(key), members
