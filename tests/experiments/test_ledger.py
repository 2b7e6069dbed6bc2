"""What the shipped experiments judge is of the ledger, or ours, each under an id of its own."""

import re
from collections import Counter

import pytest

from convlab.lab import catalogue, claims, ledger
from convlab.measure import Claim

PLANS = claims.plans()
CLAIMS = [claim for planned in PLANS.values() for claim in planned.claims]


def test_every_experiment_is_planned() -> None:
    assert set(PLANS) == set(catalogue.experiments()) and CLAIMS


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_is_of_the_ledger_or_ours(claim: Claim) -> None:
    entry = ledger.entries()[ledger.base(claim.id)]
    assert claim.source == ("ours" if ledger.is_ours(claim.id) else entry.post.id)
    assert not entry.untestable


def test_no_two_claims_have_one_id() -> None:
    times = Counter(claim.id for claim in CLAIMS)
    assert not {name for name, many in times.items() if many > 1}


ABSOLUTE = {"always", "any", "exactly", "never", "whatever", "whichever"}


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS if c.id in ledger.entries()], ids=lambda claim: claim.id
)
def test_a_claim_that_has_the_posts_id_is_no_more_absolute_than_the_post(claim: Claim) -> None:
    said = ledger.entries()[claim.id].sentence
    more = ABSOLUTE & _words(claim.sentence) - _words(said)
    assert not more, f"give what says {more} an id of its own, such as {claim.id}o1"


def _words(sentence: str) -> set[str]:
    return set(re.findall(r"[a-z]+", sentence.casefold()))
