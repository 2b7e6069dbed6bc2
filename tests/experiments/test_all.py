"""Every shipped YAML runs, quickly, through the same path as the command line."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from convlab import lab, report
from convlab.lab import catalogue, store
from convlab.lab.outline import question
from convlab.measure import Quantity
from convlab.record import Record

CONFIGS = sorted(catalogue.configs())
EXPERIMENTS = sorted(catalogue.experiments())
WRITTEN = sorted(  # the files beside them as well
    {file for path in catalogue.experiments().values() for file in path.parent.glob("*.py")}
)


def test_every_experiment_has_a_config_of_its_name_and_no_longer_one_is_called_like_another() -> (
    None
):
    assert set(EXPERIMENTS) <= set(CONFIGS)
    for name in CONFIGS:
        planned = lab.plan(name)
        assert name == planned.name or name == f"{planned.name}-long"
    assert {"hadamard", "edge", "cost", "compare", "translation"} <= set(CONFIGS)


@pytest.mark.slow
def test_the_whole_ledger_runs_quickly_from_the_command_line(tmp_path: Path) -> None:
    words = ["claims", "--run", "--quick", "--jobs", "2", "--json", "--quiet"]
    command = [sys.executable, "-m", "convlab", *words, "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in EXPERIMENTS:
        check(store.load(tmp_path / f"{name}-001"), tmp_path / f"{name}-001")


@pytest.mark.long  # the ledger once more, without a process and an import of torch for each
@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_runs_quickly(name: str, tmp_path: Path) -> None:
    record = lab.run(lab.plan(name, quick=True), root=tmp_path)
    check(record, tmp_path / f"{record.experiment}-001")


def check(record: Record, folder: Path) -> None:
    """A small version decides what is exact and counts for all settings, and can be shown."""
    assert record.measurements.rows and record.verdicts and record.quick
    for verdict in record.verdicts:
        outcome = (record.experiment, verdict.id, verdict.outcome)
        assert verdict.outcome == "undecided" or verdict.general, outcome
        assert verdict.outcome == "undecided" or verdict.as_expected, outcome
    assert record.figures and all((folder / figure).is_file() for figure in record.figures)
    report.record(record)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_claim_is_of_the_ledger_and_is_made_once(name: str) -> None:
    claims = lab.plan(name).claims
    assert len({(claim.id, claim.sentence) for claim in claims}) == len(claims) > 0
    for claim in claims:
        assert claim.source in ("ours", f"S{claim.id[1]}")
        assert claim.id[0] == "C" and claim.id[1:4].isdigit()


def _judged(path: Path) -> list[ast.Call]:
    """The calls that make a claim or a control, whatever stands for what claims have in common."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    said = [call for call in calls if "sentence" in {keyword.arg for keyword in call.keywords}]
    return said + [call for call in calls if ast.unparse(call.func) in ("Claim", "Control")]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_claims_are_written_by_keyword_with_their_sentences_inline(path: Path) -> None:
    for call in _judged(path):
        parts = {keyword.arg: keyword.value for keyword in call.keywords}
        assert not call.args and {"sentence", "of", "predicted"} <= parts.keys()
        assert isinstance(parts["sentence"], ast.Constant | ast.JoinedStr)
        assert isinstance(parts.get("id", parts["sentence"]), ast.Constant)


@pytest.mark.parametrize("path", catalogue.experiments().values(), ids=lambda path: path.stem)
def test_an_experiment_makes_claims(path: Path) -> None:
    assert any(keyword.arg == "id" for call in _judged(path) for keyword in call.keywords)


@pytest.mark.parametrize("name", CONFIGS)
def test_a_sentence_stands_alone(name: str) -> None:
    for claim in lab.plan(name).claims:
        for sentence in (claim.sentence, *(control.sentence for control in claim.controls)):
            first, *_ = sentence.lower().split()
            assert first not in {"it", "its", "they", "their", "nor", "so", "but", "and", "this"}


@pytest.mark.parametrize("name", CONFIGS)
def test_every_claim_names_its_quantity(name: str) -> None:
    for claim in lab.plan(name).claims:
        assert isinstance(claim.of, Quantity) and claim.of.name


@pytest.mark.parametrize("path", catalogue.experiments().values(), ids=lambda path: path.stem)
def test_an_experiment_asks_a_question(path: Path) -> None:
    assert question(path).endswith("?")


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_claims_of_a_config_come_out_as_expected(name: str, tmp_path: Path) -> None:
    record = lab.run(lab.plan(name), root=tmp_path)
    failed = [v for v in record.unexpected if not v.explained]
    assert [(v.id, v.outcome, v.evidence) for v in failed] == []
