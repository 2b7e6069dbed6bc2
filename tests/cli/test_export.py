"""Tests of the command `export`: what it prints, and what it refuses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from convlab import cli, lab


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def convlab(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


@pytest.mark.long
def test_runs_are_exported_by_name_from_their_folder() -> None:
    for _ in range(2):
        lab.run(lab.plan("gradient"), root=Path("kept"))
    result = convlab(
        *("export", "gradient-001", "kept/gradient-002", "--to", "paper", "--out", "kept"),
        *("--format", "svg", "--format", "json", "--width", "5in"),
    )
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [
        f"wrote paper/gradient-00{n}{end}" for n in (1, 2) for end in (".json", "-gradients.svg")
    ]
    again = convlab("export", "gradient-001", "--to", "paper", "--out", "kept")
    assert again.exit_code == 2 and "--overwrite" in again.stderr and not again.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gradient-001", "--to", "x"], "no run gradient-001"),
        (["x", "--to", "x", "--width", "5"], "--width 5 should be a number with its unit"),
        (["x", "--to", "x", "--width", ""], "should be a number with its unit"),
        (["x", "--to", "x", "--format", "docx"], "no format `docx`; there are: markdown"),
    ],
)
def test_a_mistake_is_one_line(words: list[str], message: str) -> None:
    result = convlab("export", *words)
    assert result.exit_code == 2 and message in result.stderr
    assert len(result.stderr.splitlines()) == 1 and not Path("x").exists()
