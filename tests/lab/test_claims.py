"""What is known of each claim follows from the stored runs, and only from those of today."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convlab.errors import UsageError
from convlab.lab import claims, store
from convlab.record import Record, Status
from convlab.report.standing import Standing, State
from tests.lab import ledgers
from tests.lab.ledgers import keep, run

ROOT = Path("runs")


@pytest.fixture(autouse=True)
def lab_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledgers.make(tmp_path, monkeypatch)


def known(*, quick: bool = False, first_seed: int = 0) -> dict[str, Standing]:
    found = claims.standings(claims.plans(quick=quick), ROOT, first_seed)
    return {standing.id: standing for standing in found}


def states(**options: Any) -> dict[str, State]:
    return {name: known(**options)[name].state for name in ("C201", "C201r", "C201o1")}


def all_of(state: State) -> dict[str, State]:
    return dict.fromkeys(("C201", "C201r", "C201o1"), state)


def test_every_claim_of_the_ledger_is_there_also_without_runs() -> None:
    assert len(known()) == 104 + 2
    assert states() == all_of(State.NOT_RUN)
    assert known()["C410"].state is State.UNTESTABLE and known()["C202"].state is State.WITHOUT
    assert known()["C202"].sentence.startswith("The convolution of CNNs")
    assert known()["C201"].predicted == "exactly 0" and known()["C201"].expected == "refuted"
    assert known()["C201r"].controls == ("One is small: at most 8",)


def test_a_longer_config_judges_where_it_is_named() -> None:
    assert claims.plans()["one"].settings.seeds == 8  # type: ignore[attr-defined]
    named = claims.plans(words=["S2", "long"])
    assert list(named) == ["one"] and named["one"].settings.seeds == 64  # type: ignore[attr-defined]
    found = claims.standings(named, ROOT)
    assert claims.select(found, ["long"]) == claims.select(found, ["one"]) != []
    run()
    assert {s.stale for s in claims.standings(named, ROOT) if s.run} == {"settings seeds"}


def test_below_the_posts_sentence_stand_its_variants_and_then_ours() -> None:
    assert [name for name in known() if name.startswith("C201")] == ["C201", "C201r", "C201o1"]


def test_a_run_of_today_judges() -> None:
    record = run()
    assert states() == all_of(State.AS_EXPECTED)
    (literal, repaired) = (known()[name] for name in ("C201", "C201r"))
    assert literal.outcome == "refuted" and literal.measured == "1" and literal.run == record.run
    assert (repaired.center, repaired.low, repaired.high) == (1, 1, 1)


@pytest.mark.parametrize(
    ("other", "stale"),
    [({"value": 2}, "settings value"), ({"quick": True}, "quick; settings seeds")],
)
def test_a_run_of_other_settings_is_stale_and_hides_none_of_today(
    other: dict[str, Any], stale: str
) -> None:
    run(**other)
    assert states() == all_of(State.STALE) and known()["C201r"].stale == stale
    assert not known()["C201r"].outcome and not known()["C201r"].measured
    run()
    run(**other)
    assert states() == all_of(State.AS_EXPECTED)


def test_a_changed_experiment_makes_its_runs_stale() -> None:
    run()
    file = Path("lab/experiments/numbers/one.py")
    file.write_text(ledgers.ONE + "# changed\n")
    assert known()["C201"].stale == "code experiments/numbers/one.py"
    file.write_text(ledgers.ONE.replace("equal(0)", "equal(-1)"))
    assert known()["C201"].stale == "the prediction changed"


def test_first_seeds_and_quick_runs_are_asked_for() -> None:
    run(first_seed=1000)
    run(quick=True)
    assert states() == all_of(State.STALE)
    assert states(first_seed=1000) == all_of(State.AS_EXPECTED)
    quick = states(quick=True)
    assert quick == all_of(State.UNDECIDED) | {"C201o1": State.AS_EXPECTED}


@pytest.mark.parametrize("told_by_head", [True, False])
def test_a_run_that_did_not_end_well_does_not_count(told_by_head: bool) -> None:
    stopped = replace(run(), status=Status.INTERRUPTED)
    if told_by_head:
        keep(stopped)
    else:
        store.save(stopped, Path(str(stopped.run)))
    assert states() == all_of(State.NOT_RUN)


def test_what_a_run_of_today_did_not_measure_is_undecided_and_not_stale() -> None:
    record = run()
    less = tuple(verdict for verdict in record.verdicts if verdict.id != "C201r")
    keep(replace(record, verdicts=less))
    assert states() == all_of(State.AS_EXPECTED) | {"C201r": State.UNDECIDED}
    assert known()["C201r"].why == "that run did not measure it"


def test_of_stale_runs_the_newest_is_told() -> None:
    run(quick=True)
    newest = run(quick=True)
    assert states() == all_of(State.STALE) and known()["C201"].run == newest.run


def test_a_damaged_run_hides_no_other() -> None:
    good, bad = run(), run()
    damaged = replace(bad, environment=bad.environment | {"sources": None, "versions": None})
    keep(damaged)
    assert states() == all_of(State.AS_EXPECTED) and known()["C201"].run == good.run


def test_the_newest_run_of_today_counts() -> None:
    run()
    newest = run()
    old = replace(run(), started="2001-01-01T00:00:00+00:00")
    keep(old)
    assert known()["C201"].run == newest.run


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs whose whole records are read."""
    read: list[str] = []
    load = store.load

    def spied(folder: Path, **options: bool) -> Record:
        read.append(folder.name)
        return load(folder, **options)

    monkeypatch.setattr(store, "load", spied)
    return read


def test_no_record_is_read_that_its_head_shows_to_be_none_of_today(loaded: list[str]) -> None:
    run()
    for value in (2, 3, 4):
        run(value=value)
    keep(replace(run(), status=Status.FAILED))
    loaded.clear()
    assert known()["C201"].run == "runs/one-001"
    assert loaded == ["one-004", "one-001"]  # the newest, and the one of today


def test_of_a_users_own_experiment_only_the_newest_record_is_read(loaded: list[str]) -> None:
    ledgers.make_own()
    for _ in range(3):
        run("mine.yaml")
    loaded.clear()
    assert known()["M1"].run == "runs/mine-003" and loaded == ["mine-003"]


@pytest.mark.parametrize("own", [False, True])
def test_without_heads_the_records_say_the_same(own: bool) -> None:
    if own:
        ledgers.make_own()
    for value in (1, 2):
        run("mine.yaml" if own else "one", value=value)
    before = known()
    for head in ROOT.glob(f"*/{store.HEAD}"):
        head.unlink()
    assert known() == before and before["M1" if own else "C201"].run


def test_a_users_own_stand_last_and_by_themselves() -> None:
    ledgers.make_own()
    run("mine.yaml")
    newest = run("mine.yaml")
    assert list(known())[-3:] == ["M1o1", "M1r", "M1"] and len(known()) == 104 + 2 + 3
    mine = known()["M1"]
    assert (mine.source, mine.post, mine.ledger, mine.run) == ("me", "", "", newest.run)
    assert mine.state is State.AS_EXPECTED
    Path("mine.py").write_text("")
    assert known()["M1"].stale == "code mine.py"


def test_a_users_copy_of_a_shipped_experiment_judges_no_claim_of_the_ledger() -> None:
    ledgers.make_own()
    Path("one.py").write_text(ledgers.ONE.replace("equal(0)", "equal(1)"))
    Path("one.yaml").write_text("experiment: ./one.py\n")
    run("./one.yaml")
    found = claims.standings(claims.plans(), ROOT)
    assert [s.state for s in found if s.id == "C201"] == [State.NOT_RUN, State.UNEXPECTED]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["C201"], ["C201", "C201r", "C201o1"]),
        (["c201R"], ["C201r"]),
        (["one"], ["C201", "C201r", "C201o1"]),
        (["ours"], ["C201o1"]),
        (["not run"], ["C201", "C201r", "C201o1"]),
        (["million"], ["C201o1"]),
        (["C202", "C201r"], ["C201r", "C202"]),
        (["analogy"], ["C128"]),
        (["unexpected"], []),
        (["Invalid", "C202"], ["C202"]),
    ],
)
def test_claims_are_asked_for_by_what_they_are_called_or_say(
    words: list[str], expected: list[str]
) -> None:
    found = claims.select(list(known().values()), words)
    assert [standing.id for standing in found] == expected


def test_a_post_is_asked_for_by_its_name() -> None:
    found = claims.select(list(known().values()), ["S4"])
    assert len(found) == 14 and {standing.post for standing in found} == {"S4"}


@pytest.mark.parametrize(
    ("word", "hint"),
    [("terminolgy", "did you mean `terminology`?"), ("qqqq", "`convlab claims` shows them all")],
)
def test_a_word_that_fits_nothing_is_told_with_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"`{word}`.*{hint}".replace("?", r"\?")):
        claims.select(list(known().values()), ["C201", word])
