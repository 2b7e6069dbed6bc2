"""The ledger holds each claim of the posts once, as a sentence with a reason."""

import re
from collections import Counter

import pytest

from convlab.lab import ledger
from convlab.lab.ledger import Entry, Kind

CLAIMS = {"S0": 15, "S1": 28, "S2": 17, "S3": 30, "S4": 14}  # how many a post makes
WORDING = {"C015", "C101", "C122", "C124", "C128", "C207", "C301", "C302", "C306", "C410"}
ENTRIES = list(ledger.entries().values())


def test_there_are_104_claims_each_under_its_post_and_numbered_without_a_gap() -> None:
    assert len(ENTRIES) == 104
    assert Counter(entry.post.id for entry in ENTRIES) == CLAIMS
    numbers = {post: 0 if post == "S0" else 100 * int(post[1]) for post in CLAIMS}
    expected = [
        f"C{numbers[post] + number:03}"
        for post, many in CLAIMS.items()
        for number in range(1, many + 1)
    ]
    assert list(ledger.entries()) == expected == [entry.id for entry in ENTRIES]


def test_no_id_stands_twice_in_the_file() -> None:
    """YAML would take the later one without a word."""
    found = re.findall(r"^ *(\w+):$", ledger.FILE.read_text(encoding="utf-8"), re.MULTILINE)
    ids = [name for name in found if re.fullmatch(r"[SC]\d+", name)]
    assert max(Counter(ids).values()) == 1 and len(ids) == 104 + len(CLAIMS)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_a_claim_is_one_sentence_and_its_reason_two(entry: Entry) -> None:
    assert entry.sentence[0].isupper() and len(entry.sentence.split()) >= 4
    assert not re.search(r"\.$|\.\s+[A-Z]", entry.sentence)  # in a table it ends without a stop
    assert entry.why.endswith(".") and len(re.findall(r"\.(?=\s+[A-Z]|$)", entry.why)) == 2
    for text in (entry.sentence, entry.why, entry.untestable):
        assert text.isprintable() and text == " ".join(text.split())
        assert not re.search(r"[\uac00-\ud7a3]", text)


def test_no_two_claims_say_the_same() -> None:
    for texts in ([e.sentence for e in ENTRIES], [e.why for e in ENTRIES]):
        assert len(set(texts)) == len(ENTRIES)


def test_what_is_about_words_alone_says_why_no_experiment_judges_it() -> None:
    assert {entry.id for entry in ENTRIES if entry.untestable} == WORDING
    worded = {entry.id for entry in ENTRIES if entry.kind in (Kind.TERMINOLOGY, Kind.ANALOGY)}
    assert worded == WORDING - {"C410"}  # which is wrong as well


def test_every_class_is_met() -> None:
    assert {entry.kind for entry in ENTRIES} == set(Kind)


def test_a_post_is_named_as_it_names_itself() -> None:
    posts = ledger.posts()
    assert list(posts) == list(CLAIMS) and all(post.title for post in posts.values())
    assert str(posts["S3"]) == (
        "S3, “CNN의 stationarity와 locality” (Stationarity and locality of CNNs), 2019-10-27"
    )
    assert posts["S2"].author == "두재" and posts["S2"].date == "2022-01-14"
    assert str(posts["S1"]) == "S1, “CNN (Convolutional Neural Network)”"


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        *(("C316", "C316"), ("C316r", "C316"), ("C316r2", "C316"), ("C316o12", "C316")),
        *(("C999", ""), ("C31", ""), ("C3160", ""), ("mine", ""), ("c316", ""), ("C316 r", "")),
    ],
)
def test_the_ledgers_id_is_read_from_a_variants(claim: str, expected: str) -> None:
    assert ledger.base(claim) == expected


def test_ours_are_told_by_their_ids() -> None:
    assert ledger.is_ours("C316o1") and ledger.is_ours("C316o2")
    assert not any(map(ledger.is_ours, ("C316", "C316r", "C316r2", "o1", "mine")))
