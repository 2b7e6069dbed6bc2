"""Tests of convlab.cli.options: what is typed reaches the run, and nothing else is printed."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from convlab import cli, lab
from convlab.lab import store
from convlab.record import Progress, Record

MINE = '''"""Is it small?"""
from pydantic import BaseModel
from convlab.measure import Claim, Measurements, Outcome, at, below, exactly

class Config(BaseModel):
    seeds: int = 4
    value: float = 3.0

def measure(config, workbench):
    measurements = Measurements()
    measurements.add("t", {}, {"value": exactly(config.value)})
    return measurements

CLAIMS = (
    Claim("M1", "mine", "it is small", at("value"), below(1)),
    Claim("M2", "mine", "it is tiny", at("value"), below(0), Outcome.REFUTED),
)
'''


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("mine.py").write_text(MINE)
    Path("mine.yaml").write_text("experiment: ./mine.py\nquick: {seeds: 2}\n")


def convlab(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def kept(root: str = "runs", number: int = 1) -> Record:
    return store.load(Path(root) / f"mine-{number:03}")


def test_without_options_a_run_is_the_full_one_with_one_thread_below_runs() -> None:
    result = convlab("run", "mine.yaml")
    assert result.exit_code == 0 and "run: runs/mine-001" in result.stdout
    assert not kept().quick and kept().settings == {"seeds": 4, "value": 3.0}
    assert kept().environment["threads"] == 1


def test_seeds_threads_device_place_and_quick_reach_the_run() -> None:
    words = "--seeds=9", "--threads=2", "--device=cpu", "--out=else", "--quick"
    assert convlab("run", "mine.yaml", *words).exit_code == 0
    record = kept("else")
    assert record.quick and record.settings["seeds"] == 9
    assert (record.environment["threads"], record.environment["device"]) == (2, "cpu")
    assert not Path("runs").exists()
    convlab("run", "mine.yaml", "--quick")
    assert kept().settings["seeds"] == 2


def test_settings_are_changed_in_the_order_in_which_they_stand() -> None:
    convlab("run", "mine.yaml", "value=5", "seeds=6", "value=7", "--seeds=8")
    assert kept().settings == {"seeds": 8, "value": 7.0}


def test_the_device_is_asked_for_as_it_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    run = lab.run

    def spied(planned: lab.Plan, **settings: Any) -> Record:
        asked.append(settings["device"])
        return run(planned, **settings | {"device": "cpu"})

    monkeypatch.setattr(lab, "run", spied)
    convlab("run", "mine.yaml")
    convlab("run", "mine.yaml", "--device", "cpu", "--again")
    assert asked == ["auto", "cpu"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--check",), 1),  # M1 is refuted
        (("--check", "--quick"), 0),
        (("--check", "value=0.5"), 0),  # the predictions were made for another value
        (("--check", "value=-1"), 0),
        (("--check", "seeds=6"), 1),  # no condition of a prediction
        (("--check", "--json"), 1),
        (("--check", "--csv"), 1),
    ],
)
def test_check_is_about_verdicts_that_were_not_expected(words: tuple[str, ...], code: int) -> None:
    assert convlab("run", "mine.yaml", *words).exit_code == code


def test_all_tables_are_shown_if_asked_for() -> None:
    assert "value\n" not in convlab("run", "mine.yaml", "--quick").stdout
    for words in (("run", "mine.yaml", "--quick", "--tables"), ("show", "mine-001", "--tables")):
        assert "t\nvalue\n" in convlab(*words).stdout.replace(" ", "")
    assert "t: 1 row left out" in convlab("show", "mine-001").stdout


def test_json_and_csv_are_all_that_is_printed() -> None:
    document = json.loads(convlab("run", "mine.yaml", "--json").stdout)
    assert document == kept().document()
    header, line = convlab("run", "mine.yaml", "--csv").stdout.splitlines()
    assert header.startswith("experiment,") and line.startswith("mine,t,")
    assert "it is small" in convlab("run", "mine.yaml").stdout


@pytest.mark.parametrize(("words", "told"), [((), True), (("--quiet",), False), (("-q",), False)])
def test_progress_goes_to_stderr_unless_a_run_is_to_be_quiet(
    words: tuple[str, ...], told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convlab.report.progress.SILENT", 0.0)
    monkeypatch.setattr("convlab.report.progress.REPEATED", 0.0)
    monkeypatch.setattr("convlab.report.progress.progress_text", lambda told, seconds: told.task)
    run = lab.run

    def spied(planned: lab.Plan, **settings: Any) -> Record:
        settings["tell"](Progress("a task", 1, 2))
        return run(planned, **settings)

    monkeypatch.setattr(lab, "run", spied)
    result = convlab("run", "mine.yaml", *words)
    assert ("a task" in result.stderr) == told and "a task" not in result.stdout


@pytest.mark.parametrize("threads", ["0", "1025", "x"])
def test_threads_are_a_number_from_1_to_1024(threads: str) -> None:
    assert convlab("run", "mine.yaml", "--threads", threads).exit_code == 2
    assert not Path("runs").exists()


def test_runs_are_listed_and_shown_below_the_place_that_is_named() -> None:
    convlab("run", "mine.yaml", "--out", "else")
    assert "mine-001" in convlab("list", "runs", "--out", "else").stdout
    assert "mine-001" not in convlab("list", "runs").stdout
    assert "it is small" in convlab("show", "mine-001", "--out", "else").stdout
    assert convlab("show", "mine-001").exit_code == 2


def test_show_and_validate_take_settings() -> None:
    for command in ("show", "validate"):
        lines = convlab(command, "mine.yaml", "value=7.25").stdout.splitlines()
        assert any("value" in line and "7.25" in line for line in lines)
        assert convlab(command, "mine.yaml", "valeu=7").exit_code == 2


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        (("compare", "cnn", "mlp"), {"models": ["cnn", "mlp"]}),
        (("compare", "cnn", "mlp", "--data", "shapes"), {"data": "shapes"}),
        (("compare", "cnn", "seeds=7", "mlp"), {"models": ["cnn", "mlp"], "seeds": 7}),
        (("compare", "cnn", "mlp", "--seeds", "9"), {"seeds": 9}),
        (("edge", "a.png", "b.png"), {"images": ["a.png", "b.png"]}),
        (("edge", "a.png", "--kernel", "sobel", "--to", "b.npy"), {"kernel": "sobel"}),
        (("edge", "a.png", "--to", "b.npy"), {"to": "b.npy"}),
    ],
)
def test_a_command_is_a_config_with_settings(
    words: tuple[str, ...], settings: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[lab.Plan] = []

    def stop(plan: lab.Plan, **_: object) -> Record:
        planned.append(plan)
        raise KeyboardInterrupt

    monkeypatch.setattr(lab, "run", stop)
    assert convlab(*words).exit_code == 130
    assert planned[0].name == words[0]
    assert settings.items() <= planned[0].settings.model_dump(mode="json").items()


@pytest.mark.parametrize("ignored", [set(), {signal.SIGHUP}])  # the latter by nohup
def test_a_command_that_is_told_to_end_is_interrupted(
    ignored: set[signal.Signals], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_to: dict[int, object] = {}
    of = lambda number: signal.SIG_IGN if number in ignored else signal.SIG_DFL  # noqa: E731
    monkeypatch.setattr(signal, "getsignal", of)
    monkeypatch.setattr(signal, "signal", set_to.__setitem__)
    monkeypatch.setattr("gc.set_threshold", lambda *_: None)
    monkeypatch.setattr("atexit.register", lambda *_: None)
    monkeypatch.setattr("sys.argv", ["convlab", "list", "models"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    told = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1} - ignored
    assert set_to == dict.fromkeys(told, signal.default_int_handler)
