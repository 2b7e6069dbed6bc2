"""The ledger: what five posts on convolution claim, and why each claim is right or wrong.

It is data, `ledger.yaml` beside this file, and knows no experiment: which of them judge a claim
is read from their `CLAIMS`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

FILE = Path(__file__).with_name("ledger.yaml")
OURS = "ours"  # the source of a claim that no post makes
# Of a claim in an experiment: the ledger's id, and what tells a variant or one of ours from it.
_ID = re.compile(r"(C\d{3})(?:(o\d+)|[a-z]\d*)?")


class Kind(StrEnum):
    """What sort of claim it is; `class` in the data."""

    EXACT = "exact"  # one counter-example refutes it
    EMPIRICAL = "empirical"  # it needs seeds and an interval
    CONDITIONAL = "conditional"  # true only under conditions that the post leaves out
    WRONG = "wrong"  # false as it is written
    TERMINOLOGY = "terminology"  # about words
    ANALOGY = "analogy"  # to something that is no network


@dataclass(frozen=True)
class Post:
    """A post as it names itself; author and date are empty where it names none."""

    id: str
    title: str
    english: str
    author: str
    date: str  # ISO 8601

    def __str__(self) -> str:
        english = f" ({self.english})" if self.english != self.title else ""
        by = "".join(f", {fact}" for fact in (self.author, self.date) if fact)
        return f"{self.id}, “{self.title}”{english}{by}"


@dataclass(frozen=True)
class Entry:
    """A sentence of a post, at its most favourable fair reading, and what is true of it."""

    id: str
    post: Post
    sentence: str
    kind: Kind
    why: str  # it is right or wrong, in two sentences
    untestable: str = ""  # why no experiment can judge it; empty where one can


@cache
def posts() -> Mapping[str, Post]:
    """The posts by their ids, S0 to S4."""
    names = ("title", "english", "author", "date")
    return MappingProxyType(
        {id: Post(id, **{name: post[name] for name in names}) for id, post in _data().items()}
    )


@cache
def entries() -> Mapping[str, Entry]:
    """The claims by their ids, in the order of the posts."""
    return MappingProxyType(
        {
            id: _entry(id, posts()[post], claim)
            for post, data in _data().items()
            for id, claim in data["claims"].items()
        }
    )


def base(claim: str) -> str:
    """The ledger's id in that of a claim or of a variant of it; nothing in one of a user's own.

    >>> base("C316"), base("C316r2"), base("C316o1"), base("mine")
    ('C316', 'C316', 'C316', '')
    """
    found = _ID.fullmatch(claim)
    return found[1] if found and found[1] in entries() else ""


def is_ours(claim: str) -> bool:
    """Whether the id is that of a claim that completes one of the ledger, and no post makes."""
    found = _ID.fullmatch(claim)
    return bool(found and found[2])


def _entry(id: str, post: Post, claim: dict[str, str]) -> Entry:
    kind, reason = Kind(claim["class"]), claim.get("untestable", "")
    return Entry(id, post, claim["sentence"], kind, claim["why"], reason)


@cache
def _data() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the other takes ten times as long
    data: dict[str, Any] = yaml.load(FILE.read_bytes(), loader)
    return data
