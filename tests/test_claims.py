"""docs/claims.json and what is made from it say what the code of today claims. Nothing is run."""

from pathlib import Path

import pytest

from convlab.lab import claims, identity, ledger
from convlab.report.ledger_text import as_markdown
from convlab.report.standing import counts
from tests.claims import DOCUMENT, MARKDOWN, README, block, document, standings, with_block

KNOWN = document()
STANDINGS = standings(KNOWN)
PLANS = claims.plans()


def test_its_claims_are_those_of_the_ledger_and_of_the_experiments() -> None:
    today = claims.standings(PLANS, Path("no runs"))
    assert [(s.id, s.sentence) for s in STANDINGS] == [(s.id, s.sentence) for s in today]


@pytest.mark.parametrize("name", PLANS)
def test_its_predictions_are_those_of_today(name: str) -> None:
    planned = PLANS[name]
    assert KNOWN["predictions"][name] == identity.predictions(planned.claims, planned.settings)


def test_its_posts_and_counts_are_those_of_the_ledger() -> None:
    assert KNOWN["posts"] == {post.id: str(post) for post in ledger.posts().values()}
    assert KNOWN["counts"] == counts(STANDINGS)


def test_what_is_made_from_it_is_up_to_date() -> None:
    assert MARKDOWN.read_text(encoding="utf-8") == as_markdown(STANDINGS, KNOWN["posts"]) + "\n"
    assert block(KNOWN) in README.read_text(encoding="utf-8")


def test_a_refreshed_readme_differs_between_the_signs_only() -> None:
    text = README.read_text(encoding="utf-8")
    assert with_block(text, KNOWN) == text
    assert with_block(text, KNOWN | {"counts": "None."}).count("None.") == 1


def test_its_numbers_name_a_run_and_no_path_of_a_machine() -> None:
    assert not any(Path(standing.run).is_absolute() for standing in STANDINGS)
    assert str(Path.home()) not in DOCUMENT.read_text(encoding="utf-8")


def test_what_is_kept_is_as_expected_or_explained() -> None:
    assert [standing.id for standing in STANDINGS if standing.is_failure] == []
