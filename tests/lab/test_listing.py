"""Tests of convlab.lab.listing and of the table of runs: when each began, how its verdicts are."""

from dataclasses import replace
from pathlib import Path

import pytest

from convlab import lab
from convlab.errors import UsageError
from convlab.lab import catalogue, listing, running, store
from convlab.measure import Outcome, Verdict
from convlab.record import Record, Status
from convlab.settings import MODEL_NAMES
from tests.lab import ledgers


def verdict(outcome: Outcome) -> Verdict:
    return Verdict("C1", "S0", "it is so", outcome, Outcome.HOLDS, "exactly 1", "1")


def keep(root: Path, started: str, seconds: float = 1.0, *outcomes: Outcome) -> Record:
    record = Record(experiment="edge", question="Is it?", settings={}, status=Status.COMPLETED)
    verdicts = tuple(map(verdict, outcomes))
    stored = replace(record, started=started, seconds=seconds, verdicts=verdicts)
    return store.save(stored, store.reserve(root, "edge"))


def test_runs_are_listed_by_when_they_began(tmp_path: Path) -> None:
    second = keep(tmp_path, "2026-03-02T10:00:00+00:00", seconds=1)
    third = keep(tmp_path, "2026-11-01T00:00:00+00:00", seconds=3)
    first = keep(tmp_path, "2025-12-31T23:59:59+00:00", seconds=2)
    in_order = [first.run, second.run, third.run]
    assert [run.run for run in listing.runs(tmp_path)] == in_order
    assert [
        head.run for head in listing.heads(tmp_path)
    ] == in_order  # an older convlab's have none
    assert not list(tmp_path.glob(f"*/{store.HEAD}"))


@pytest.mark.long
def test_a_run_that_was_killed_before_it_kept_anything_is_listed_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledgers.make(tmp_path, monkeypatch)
    asked = lab.asked_for(lab.plan("one"), device="cpu", threads=1, first_seed=3)
    folder = running.prepare(asked, Path("runs"), "one")
    (killed,) = listing.heads(Path("runs"))
    assert (killed.status, killed.resume) == (Status.DEAD, "convlab resume one-001")
    record = lab.run_in(folder)
    assert record.status is Status.COMPLETED and record.first_seed == 3
    (head,) = listing.heads(Path("runs"))
    assert (head.status, head.attempt, head.idle, head.resume) == (Status.COMPLETED, 1, 0, "")


def test_a_listed_run_is_without_its_arrays(tmp_path: Path) -> None:
    stored = keep(tmp_path, "2026")
    (Path(stored.run or "") / store.ARRAYS).write_bytes(b"not read")
    assert listing.runs(tmp_path)[0].measurements.arrays == {}


def test_a_run_of_its_path_or_of_its_name_below_the_root_is_one(tmp_path: Path) -> None:
    stored = keep(tmp_path, "2026")
    assert listing.is_run("edge-001", tmp_path) and listing.is_run(stored.run or "", Path("x"))
    assert not listing.is_run("edge", tmp_path) and not listing.is_run("edge-002", tmp_path)


def test_each_kind_of_thing_is_listed() -> None:
    assert listing.things("configs").keys() == catalogue.configs().keys()
    assert listing.things("configs")["hadamard"] == "experiment: hadamard"
    assert list(listing.things("models")) == list(MODEL_NAMES)
    assert all(listing.things("models").values())
    with pytest.raises(
        UsageError, match=r"cannot list `thing`; there are: experiments, configs, models, runs"
    ):
        listing.things("thing")


def test_experiments_are_listed_by_subject_with_their_questions() -> None:
    subjects = listing.experiments()
    assert subjects["product"]["hadamard"] == lab.plan("hadamard").question
    names = [name for subject in subjects.values() for name in subject]
    assert sorted(names) == sorted(catalogue.experiments())


def test_a_config_may_end_in_yml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "configs").mkdir()
    for name in ("a.yaml", "b.yml", "c.txt"):
        (tmp_path / "configs" / name).write_text("experiment: edge\n")
    monkeypatch.setattr(catalogue, "LAB", tmp_path)
    assert list(catalogue.configs()) == ["a", "b"]
    assert catalogue.config_path("b") == tmp_path / "configs" / "b.yml"
