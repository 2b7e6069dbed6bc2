"""What the shipped experiments judge is of the ledger, or ours, each under an id of its own."""

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
