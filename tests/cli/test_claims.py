"""The command `claims`, and `show` of a claim, as a user types them."""

import csv
import json
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from convlab import cli, lab
from convlab.lab import Plan
from convlab.sweep import engines
from convlab.sweep.engines import Ran
from tests.lab import ledgers


@pytest.fixture(autouse=True)
def lab_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledgers.make(tmp_path, monkeypatch)
    monkeypatch.setenv("COLUMNS", "140")


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs are made here, and not in processes of their own; with which first seeds."""
    asked: list[int] = []

    def run_all(
        plans: Sequence[Plan], root: Path, carry_out: Any, *, first_seed: int, tell: Any
    ) -> Iterator[Ran]:
        for planned in plans:
            tell(planned.name)
            asked.append(first_seed)
            lab.run(planned, root=root, first_seed=first_seed)
            yield Ran(planned.name, 0, 1.0, "")

    monkeypatch.setattr(engines, "run_all", run_all)
    return asked


def convlab(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def test_the_whole_ledger_is_shown_without_any_run() -> None:
    result = convlab("claims")
    assert result.exit_code == 0 and not Path("runs").exists()
    assert result.stdout.startswith(
        "104 claims of the posts: 1 not run, 10 not testable, 93 without an experiment. "
        "3 predictions about them: 3 not run."
    )
    assert all(f"C{number}" in result.stdout for number in (*range(401, 415), "001", "330"))


def test_what_is_missing_is_run_once(in_this_process: list[int]) -> None:
    first = convlab("claims", "one", "--run")
    assert first.exit_code == 0 and "3 as expected" in first.stdout
    assert "running one (1 of 1)" in first.stderr and "done in" in first.stderr
    again = convlab("claims", "one", "--run", "--quiet")
    assert again.stdout == first.stdout and not again.stderr and in_this_process == [0]
    convlab("claims", "one", "--run", "--first-seed=1000")
    assert in_this_process == [0, 1000]


def test_what_was_not_run_is_shown_once_it_was(in_this_process: list[int]) -> None:
    result = convlab("claims", "not run", "--run")
    assert result.exit_code == 0 and "3 as expected" in result.stdout and in_this_process == [0]


def test_only_what_the_words_ask_for_is_run(in_this_process: list[int]) -> None:
    assert convlab("claims", "S4", "--run").exit_code == 0 and in_this_process == []


def test_an_unexpected_verdict_exits_with_1_and_stands_first() -> None:
    file = Path("lab/experiments/numbers/one.py")
    file.write_text(ledgers.ONE.replace("equal(1)", "equal(3)"))
    ledgers.run()
    result = convlab("claims", "S2")
    assert result.exit_code == 1
    assert result.stdout.index("C201r") < result.stdout.index("C201o1")
    assert "✗ refuted, but" in result.stdout and "not as expected" in result.stdout


def test_an_undecided_or_stale_verdict_is_no_failure() -> None:
    ledgers.run(quick=True)
    assert convlab("claims").exit_code == convlab("claims", "--quick").exit_code == 0


def test_a_failed_run_is_named_and_exits_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_all(plans: Sequence[Plan], *_: Any, **__: Any) -> Iterator[Ran]:
        yield Ran("one", 1, 1.0, "ValueError: no; the run is kept in runs/one-001")

    monkeypatch.setattr(engines, "run_all", run_all)
    result = convlab("claims", "--run", "--quiet")
    assert result.exit_code == 1 and "104 claims" in result.stdout
    expected = "convlab: one failed: ValueError: no; the run is kept in runs/one-001\n"
    assert result.stderr == expected


def test_an_interrupt_exits_with_130_and_says_what_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run_all(plans: Sequence[Plan], *_: Any, **__: Any) -> Iterator[Ran]:
        yield from ended
        raise KeyboardInterrupt

    monkeypatch.setattr(engines, "run_all", run_all)
    ended = [Ran("one", 0, 1.0, "")]
    result = convlab("claims", "--run", "--quiet")
    assert result.exit_code == 130 and result.stdout == ""
    assert result.stderr == "convlab: interrupted; what had ended is kept in runs\n"
    ended = []
    assert "kept" not in convlab("claims", "--run").stderr


def test_the_forms_for_programs_are_one_document_each() -> None:
    ledgers.run()
    document = json.loads(convlab("claims", "C201", "--json").stdout)
    assert [each["id"] for each in document["claims"]] == ["C201", "C201r", "C201o1"]
    assert (
        document["claims"][0]["outcome"] == "refuted" and len(document["predictions"]["one"]) == 64
    )
    header, *lines = csv.reader(StringIO(convlab("claims", "C201", "--csv").stdout))
    assert header[0] == "id" and [line[0] for line in lines] == ["C201", "C201r", "C201o1"]
    assert convlab("claims", "S2", "--markdown").stdout.count("\n| C") == 17 + 2


def test_two_forms_at_once_are_refused() -> None:
    result = convlab("claims", "--json", "--csv")
    assert result.exit_code == 2 and "name one" in result.stderr


def test_a_typo_is_told_with_what_was_meant() -> None:
    result = convlab("claims", "ones", "onw")
    assert result.exit_code == 2 and "did you mean `one`?" in result.stderr
    assert convlab("show", "c410").stdout == convlab("show", "C410").stdout != ""
    result = convlab("show", "C4100")
    assert result.exit_code == 2 and "did you mean `C410`?" in result.stderr


def test_show_says_all_of_a_claim() -> None:
    record = ledgers.run()
    result = convlab("show", "C201")
    assert result.exit_code == 0
    for text in (
        "C201: Convolution is commutative",
        "두재, 2022-01-14",
        "exact: True of full and of circular convolution.",
        "C201  ✓ refuted, as expected",
        "predicted: exactly 1; expected: holds",
        f"measured: one: 1  (run {record.run})",
        "no post says so: it is ours",
        "one: Is one one?",
        "It is counted.",
        "to judge it: convlab run one",
    ):
        assert text in result.stdout


def test_show_of_a_variant_shows_its_claim_and_of_a_post_its_claims() -> None:
    assert convlab("show", "C201r").stdout == convlab("show", "C201").stdout
    assert "C410" in (post := convlab("show", "S4").stdout) and "C301" not in post


def test_show_of_what_no_experiment_judges_says_so() -> None:
    assert "– no experiment" in convlab("show", "C202").stdout
    assert "not testable: it is an analogy" in convlab("show", "C128").stdout


@pytest.mark.long
def test_a_run_is_made_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(cli.__file__).parents[2]))
    result = convlab("claims", "pooling", "--run", "--quick", "--out=kept")
    assert result.exit_code == 0, result.output
    assert "pooling done in" in result.stderr and Path("kept/pooling-001/record.json").is_file()
    document = json.loads(convlab("claims", "pooling", "--quick", "--out=kept", "--json").stdout)
    assert {each["stale"] for each in document["claims"]} == {""}
    assert {each["run"] for each in document["claims"]} == {"kept/pooling-001"}
