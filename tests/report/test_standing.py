"""A claim stands in one of seven states, and the counts say how many do."""

import json
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from convlab.measure.verdict import ACROSS
from convlab.record import as_json
from convlab.report.standing import Standing, State, counts

PLAIN = Standing(id="C1", sentence="It is so", source="S1", ledger="C1", post="S1", kind="exact")
JUDGED = replace(PLAIN, experiment="one", expected="holds", predicted="at most 1")


def judged(outcome: str, expected: str = "holds", **changes: Any) -> Standing:
    return replace(JUDGED, outcome=outcome, expected=expected, **changes)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (PLAIN, State.WITHOUT),
        (replace(PLAIN, untestable="it is a definition"), State.UNTESTABLE),
        (replace(JUDGED, untestable="it is a definition"), State.NOT_RUN),
        (JUDGED, State.NOT_RUN),
        (judged("holds"), State.AS_EXPECTED),
        (judged("holds", stale="code one.py"), State.STALE),
        (judged("holds", "refuted"), State.UNEXPECTED),
        (judged("refuted", "refuted"), State.AS_EXPECTED),
        (judged("refuted"), State.UNEXPECTED),
        (judged("holds", ""), State.AS_EXPECTED),
        (judged("refuted", ""), State.AS_EXPECTED),
        (judged("undecided"), State.UNDECIDED),
        (judged("undecided", "undecided", why=ACROSS), State.AS_EXPECTED),
        (judged("undecided", "undecided", why="needs 6 seeds"), State.UNDECIDED),
        (judged("undecided", why=ACROSS), State.UNDECIDED),
        (judged("invalid"), State.UNEXPECTED),
        (judged("invalid", ""), State.UNEXPECTED),
    ],
)
def test_a_state_follows_from_what_is_known(standing: Standing, expected: State) -> None:
    assert standing.state is expected


@pytest.mark.parametrize(
    ("standing", "fails"),
    [
        (judged("refuted"), True),
        (judged("refuted", surprise="noise is learned"), False),
        (judged("invalid", surprise="noise is learned"), True),
        (judged("holds"), False),
        (judged("undecided"), False),
    ],
)
def test_a_prediction_fails_where_nothing_explains_what_came(
    standing: Standing, fails: bool
) -> None:
    assert standing.is_failure is fails


def test_the_counts_are_of_posts_sentences_and_then_of_all_predictions() -> None:
    known = [
        judged("refuted", "refuted"),
        replace(judged("holds"), id="C1r"),
        replace(judged("undecided"), id="C1o1", source="ours"),
        replace(PLAIN, id="C2", ledger="C2"),
        replace(PLAIN, id="C3", ledger="C3", untestable="it is a definition"),
        replace(judged("holds", "refuted"), id="M1", ledger="", post=""),  # a user's own
    ]
    assert counts(known) == (
        "3 claims of the posts: 1 refuted, 1 not testable, 1 without an experiment. "
        "3 predictions about them: 2 as expected, 1 undecided."
    )


def test_a_post_that_is_judged_by_a_variant_alone_counts_by_that_and_not_by_ours() -> None:
    literal = replace(PLAIN)
    ours = replace(judged("refuted", "refuted"), id="C1o1", source="ours")
    assert "1 claim of the posts: 1 without an experiment." in counts([literal, ours])
    variant = replace(judged("holds"), id="C1r")
    assert "1 claim of the posts: 1 hold." in counts([literal, variant, ours])


def test_neither_a_variant_nor_one_of_ours_stands_for_a_post_that_is_not_shown() -> None:
    ours = replace(judged("refuted", "refuted"), id="C1o1", source="ours")
    assert counts([ours]) == "1 prediction about claims of the posts: 1 as expected."
    repaired = replace(judged("holds"), id="C2r", ledger="C2")
    text = counts([judged("holds"), ours, repaired])
    assert text.startswith("1 claim of the posts: 1 hold. 3 predictions about them: ")


def test_where_only_ones_own_are_shown_no_claim_of_the_posts_is_counted() -> None:
    own = replace(judged("holds"), id="M1", ledger="", post="")
    assert counts([own]) == counts([]) == "0 claims of the posts."


def test_a_standing_is_read_from_its_document() -> None:
    for standing in (
        PLAIN,
        replace(judged("holds"), center=0.5, low=0.1, high=inf, controls=("a: 1", "b: 2")),
    ):
        document = json.loads(as_json(standing.document()))
        assert document["class"] == "exact" and document["state"] == standing.state
        again = Standing.of(document)
        assert replace(again, center=0) == replace(standing, center=0)
    assert str(Standing.of(PLAIN.document()).center) == str(nan)
