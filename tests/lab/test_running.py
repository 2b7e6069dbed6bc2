"""Tests of convlab.lab: the one path, with experiments written for the purpose."""

import json
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
import torch
from PIL import Image

import convlab
from convlab import lab
from convlab.config import ConfigError
from convlab.errors import UsageError
from convlab.lab import catalogue, copying, store
from convlab.measure import Claim, Measurements, Outcome, Sample, at, below, exactly
from convlab.record import Progress, Status

MINE = '''"""Does {what} happen?

A file of the user's own.
"""
from pydantic import BaseModel, Field

from convlab.measure import Claim, Measurements, Sample, below, between, exactly, within
from convlab.settings import FROZEN, Seeds


class Config(BaseModel):
    model_config = FROZEN
    seeds: Seeds = Field(8, description="values")


def measure(config, workbench):
    {body}
    measurements = Measurements()
    for seed in workbench.track("seeds", range(config.seeds)):
        pass
    values = Sample(tuple(map(float, range(config.seeds))))
    measurements.add("values", {{"arm": "own"}}, {{"value": values}})
    return measurements


CLAIMS = (
    Claim("M1", "mine", "it is small", lambda m: m.get("value", arm="own"), below(100)),
    Claim("M2", "mine", "the other is small", lambda m: m.get("value", arm="other"), below(1)),
)
'''


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder below the current one, with an experiment of their own."""
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    return written(folder, "pass")


def written(folder: Path, body: str) -> Path:
    (folder / "mine.py").write_text(MINE.format(what="it", body=body))
    config = folder / "mine.yaml"
    config.write_text("experiment: ./mine.py\nquick: {seeds: 7}\n")
    return config


def test_an_experiment_of_ones_own_runs_from_the_folder_of_its_yaml(mine: Path) -> None:
    told: list[Progress] = []
    record = lab.run(lab.plan("mine/mine.yaml"), root=Path("runs"), tell=told.append)
    assert record.experiment == "mine" and record.question == "Does it happen?"
    assert record.status is Status.COMPLETED
    assert [v.id for v in record.verdicts] == ["M1"]  # of the other arm there is no row
    assert record.verdicts[0].outcome == "holds"
    assert told[-1].done == told[-1].total == 8
    assert store.load(Path("runs/mine-001")).document() == record.document()


def test_a_run_knows_how_it_was_made(mine: Path) -> None:
    record = lab.run(lab.plan("mine/mine.yaml", {"seeds": 9}), root=Path("runs"), device="cpu")
    assert record.settings == {"seeds": 9}
    known = record.environment
    assert known["device"] == "cpu" and known["threads"] >= 1
    assert {"argv", "versions", "commit", "dirty", "python"} <= known.keys()
    assert record.started and record.seconds > 0


def test_a_run_keeps_what_it_ran(mine: Path) -> None:
    helper, source = mine.with_name("_helper.py"), mine.with_name("mine.py")
    helper.write_bytes("# -*- coding: latin-1 -*-\nX = 'ü'\n".encode("latin-1"))
    source.write_text(source.read_text() + "from ._helper import X\n")
    lab.run(lab.plan("mine/mine.yaml"), root=Path("runs"), device="cpu")
    kept = store.load(Path("runs/mine-001")).environment["sources"]
    files = [mine.resolve(), source.resolve(), helper.resolve()]
    assert [each["path"] for each in kept] == [str(file) for file in files]
    hashes = [sha256(file.read_bytes()).hexdigest() for file in files]
    assert [each["sha256"] for each in kept] == hashes
    assert kept[1]["text"] == source.read_text() and r"'\xfc'" in kept[2]["text"]


def test_a_shipped_file_is_kept_by_its_hash() -> None:
    config, experiment, *_ = lab.plan("hadamard").sources
    assert config.keys() == experiment.keys() == {"path", "sha256"}


def test_when_and_for_how_long_a_run_ran_is_told(mine: Path) -> None:
    config = written(mine.parent, "import time; time.sleep(0.05)")
    before = datetime.now(UTC).replace(microsecond=0)
    record = lab.run(lab.plan(str(config)), root=Path("runs"))
    assert before <= datetime.fromisoformat(record.started) <= datetime.now(UTC)
    assert 0.05 <= record.seconds < 60


def test_device_and_threads_reach_the_experiment(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: True)
    body = "import torch; print(workbench.device, torch.get_num_threads())"
    planned = lab.plan(str(written(mine.parent, body)))
    threads = torch.get_num_threads()
    with redirect_stdout(StringIO()) as printed:
        for device in ("mps", "cpu"):
            record = lab.run(planned, device=device, threads=3, root=Path("runs"))
            assert (record.environment["device"], record.environment["threads"]) == (device, 3)
        lab.run(planned, device="cpu", root=Path("runs"))
    assert printed.getvalue().split() == ["mps", "3", "cpu", "3", "cpu", "1"]
    assert torch.get_num_threads() == threads


def test_a_run_is_kept_below_the_root_that_is_named(mine: Path) -> None:
    record = lab.run(lab.plan("mine/mine.yaml"), root=Path("else/where"))
    assert record.run == str(Path("else/where/mine-001"))
    assert lab.run(lab.plan("mine/mine.yaml")).run == str(Path("runs/mine-001"))


def test_losses_and_figures_are_kept_in_the_run(mine: Path) -> None:
    config = written(mine.parent, "workbench.losses['a'] = [1.0, 2.0]")
    file = mine.with_name("mine.py")
    file.write_text(file.read_text() + DRAW)
    record = lab.run(lab.plan(str(config)), root=Path("runs"))
    assert record.figures == ("one.png", "two.png")
    for name in record.figures:
        with Image.open(Path("runs/mine-001") / name) as image:
            assert image.width == 2 * 144 and image.height > 144  # the settings stand below
    losses = store.load(Path("runs/mine-001")).measurements.arrays["loss of a"]
    assert losses.tolist() == [1.0, 2.0]


DRAW = """

def draw(measurements):
    from matplotlib.figure import Figure

    assert measurements.rows
    return {name: Figure(figsize=(2, 1)) for name in ("one", "two")}
"""


def test_what_was_trained_before_a_run_broke_is_kept(mine: Path) -> None:
    config = written(mine.parent, "workbench.losses['a'] = [1.0, 2.0]; 1 / 0")
    with pytest.raises(ZeroDivisionError):
        lab.run(lab.plan(str(config)), root=Path("runs"))
    kept = store.load(Path("runs/mine-001"))
    assert kept.measurements.arrays["loss of a"].tolist() == [1.0, 2.0]
    assert kept.error == "ZeroDivisionError: division by zero (mine.py:17)" and kept.seconds > 0


def test_a_usage_error_after_something_was_measured_keeps_it(mine: Path) -> None:
    file = mine.with_name("mine.py")
    refuse = "    from convlab.errors import UsageError\n    raise UsageError('no room')\n"
    file.write_text(f"{file.read_text()}\n\ndef draw(measurements):\n{refuse}")
    with pytest.raises(UsageError, match="no room"):
        lab.run(lab.plan("mine/mine.yaml"), root=Path("runs"))
    assert store.load(Path("runs/mine-001")).measurements.rows


def test_what_was_begun_beside_is_waited_for_and_may_break_the_run(mine: Path) -> None:
    slow = "import time; workbench.beside(lambda: (time.sleep(0.2), open('done', 'w').close()))"
    lab.run(lab.plan(str(written(mine.parent, slow))), root=Path("runs"))
    assert Path("done").exists()
    with pytest.raises(ZeroDivisionError):
        broken = written(mine.parent, "workbench.beside(lambda: 1 / 0)")
        lab.run(lab.plan(str(broken)), root=Path("runs"))


def judged(claim: Claim, *values: float, quick: bool = False) -> list[Outcome]:
    measurements = Measurements()
    for value in values:
        measurements.add("t", {"arm": "one"}, {"error": exactly(value)})
    return [verdict.outcome for verdict in lab.judge((claim,), measurements, quick=quick)]


def test_a_claim_on_one_row_is_judged_on_none_it_is_left_out_and_on_two_it_is_an_error() -> None:
    claim = Claim("C1", "S0", "so", at("error", arm="one"), below(1))
    at_other = replace(claim, of=at("error", arm="other"))
    assert judged(claim, 0.5) == ["holds"] and judged(claim, 2) == ["refuted"]
    assert judged(claim, 2, quick=True) == ["undecided"]
    assert judged(at_other, 0.5) == []
    with pytest.raises(LookupError, match="2 rows have 'error'"):
        judged(claim, 0.5, 0.5)


@pytest.mark.parametrize("error", [KeyError("x"), LookupError("x"), ValueError("x")])
def test_a_claim_that_fails_does_not_vanish(error: Exception) -> None:
    def fails(measurements: Measurements) -> Sample:
        raise error

    with pytest.raises(type(error)):
        judged(Claim("C1", "S0", "so", fails, below(1)), 0.5)


def test_a_run_with_a_claim_on_two_rows_fails(mine: Path) -> None:
    again = "measurements.add('values', {'arm': 'own'}, {'value': Sample((1.0,))})"
    text = mine.with_name("mine.py").read_text()
    mine.with_name("mine.py").write_text(
        text.replace("    return m", f"    {again}\n    return m")
    )
    with pytest.raises(LookupError, match="2 rows"):
        lab.run(lab.plan("mine/mine.yaml"), root=Path("runs"))
    assert store.load(Path("runs/mine-001")).status is Status.FAILED


def test_a_quick_run_decides_nothing(mine: Path) -> None:
    record = lab.run(lab.plan("mine/mine.yaml", quick=True), root=Path("runs"))
    assert record.settings == {"seeds": 7}
    assert [v.outcome for v in record.verdicts] == ["undecided"]


def test_python_and_the_command_line_take_the_same_path(mine: Path) -> None:
    assert convlab.run("mine/mine.yaml", seeds=6).settings == {"seeds": 6}
    with pytest.raises(ConfigError, match=r"command line: `seedz`: .*did you mean `seeds`"):
        convlab.run("mine/mine.yaml", seedz=6)


@pytest.mark.parametrize(
    ("body", "error", "status"),
    [
        ("raise KeyboardInterrupt", KeyboardInterrupt, Status.INTERRUPTED),
        ("1 / 0", ZeroDivisionError, Status.FAILED),
    ],
)
def test_a_run_that_stops_is_kept_as_such(
    mine: Path, body: str, error: type[BaseException], status: Status
) -> None:
    config = written(mine.parent, body)
    with pytest.raises(error) as caught:
        lab.run(lab.plan(str(config)), root=Path("runs"))
    assert caught.value.__notes__[0] == "the run is kept in runs/mine-001"
    kept = store.load(Path("runs/mine-001"))
    assert kept.status is status and kept.error.startswith(error.__name__)


def test_a_draw_that_fails_costs_the_figures_only(mine: Path) -> None:
    file = mine.with_name("mine.py")
    file.write_text(file.read_text() + "\n\ndef draw(measurements):\n    1 / 0\n")
    lab.run(lab.plan("mine/mine.yaml"), root=Path("runs"))
    kept = store.load(Path("runs/mine-001"))
    assert kept.status is Status.COMPLETED
    assert kept.measurements.rows and kept.verdicts[0].outcome == "holds"
    (note,) = kept.measurements.notes
    assert "not all figures could be drawn: ZeroDivisionError" in note and "(mine.py:" in note
    assert "1 / 0" in Path("runs/mine-001/log").read_text()


def test_draw_is_given_the_record_where_it_asks_for_it(mine: Path) -> None:
    file = mine.with_name("mine.py")
    told = "Path('told').write_text(record.finding('C212'))"
    file.write_text(
        f"{file.read_text()}\n\ndef draw(record):\n"
        f"    from pathlib import Path\n    {told}\n    return {{}}\n"
    )
    record = lab.run(lab.plan("mine/mine.yaml"), root=Path("runs"))
    assert Path("told").read_text() == record.finding("C212")


def test_a_claim_that_names_no_row_is_an_authors_mistake_with_its_line(mine: Path) -> None:
    file = mine.with_name("mine.py")
    file.write_text(file.read_text().replace('arm="own"', 'arm="owm"'))
    line = next(i for i, text in enumerate(file.read_text().split("\n"), 1) if "Claim(" in text)
    with pytest.raises(LookupError, match="did you mean arm='own'") as caught:
        lab.run(lab.plan("mine/mine.yaml"), root=Path("runs"))
    assert f"the claim stands in mine.py:{line}" in caught.value.__notes__
    lab.run(lab.plan("mine/mine.yaml", quick=True), root=Path("runs"))  # an arm may be left out


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("from convlab.errors import UsageError; raise UsageError('no such thing')", "no such"),
        ("import torch; torch.empty(10**15)", "one array would take .* of memory"),
        ("import numpy; numpy.ones(10**15)", "Unable to allocate"),
    ],
)
def test_a_run_that_cannot_begin_leaves_nothing(mine: Path, body: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        lab.run(lab.plan(str(written(mine.parent, body))), root=Path("runs"))
    assert not Path("runs").exists()
    Path("runs").mkdir()
    with pytest.raises(UsageError, match=message):
        lab.run(lab.plan(str(written(mine.parent, body))), root=Path("runs"))
    assert list(Path("runs").iterdir()) == []  # it was there before


@pytest.mark.parametrize(
    ("device", "message"), [("cuda", "has no `cuda` device"), ("gpu", "unknown device `gpu`")]
)
def test_a_device_that_is_not_there_is_named(
    mine: Path, device: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(UsageError, match=message):
        lab.run(lab.plan("mine/mine.yaml"), root=Path("runs"), device=device)
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hadamrd", "no config `hadamrd`; did you mean `hadamard`"),
        ("configs/hadamard.yaml", "the shipped config is named `hadamard`"),
    ],
)
def test_a_config_that_is_not_there_is_named(mine: Path, name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        lab.plan(name)


def test_an_experiment_that_is_not_there_is_named_with_its_line(mine: Path) -> None:
    mine.write_text("# mine\nexperiment: hadamrd\n")
    with pytest.raises(ConfigError, match=r"mine\.yaml:2: .*did you mean `hadamard`"):
        lab.plan(str(mine))
    mine.write_text("experiment: ./other.py\n")
    with pytest.raises(ConfigError, match=r"mine\.yaml:1: .*no file .*other\.py"):
        lab.plan(str(mine))


@pytest.mark.parametrize("name", sorted(catalogue.configs()))
def test_a_copy_of_a_shipped_config_is_a_config(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config, experiment, *_ = copying.copy(name, Path("copy"))
    copied = lab.plan(str(config))
    assert copied.file == experiment.resolve()
    assert copied.settings.model_dump() == lab.plan(name).settings.model_dump()
    experiment.write_text("changed")
    with pytest.raises(UsageError, match="exists already"):
        copying.copy(name, Path("copy"))
    assert experiment.read_text() == "changed"


def test_a_copy_of_a_config_with_a_byte_order_mark_names_the_copied_experiment(
    mine: Path,
) -> None:
    mine.write_bytes(b"\xef\xbb\xbf" + mine.read_text().replace("./mine", "../mine/mine").encode())
    config, *_ = copying.copy(str(mine), Path("copy"))
    assert config.read_text(encoding="utf-8").startswith("experiment: ./mine.py\n")


def test_a_plan_shows_its_claims_before_any_run() -> None:
    plan = lab.plan("hadamard")
    assert "C213" in {claim.id for claim in plan.claims}
    assert json.dumps(plan.settings.model_dump(mode="json"))


def test_an_experiment_says_that_it_is_faster_on_a_card(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lab.plan("hadamard").on_a_card and not lab.plan(str(mine)).on_a_card
    asked = []

    def choose(device: str, *, on_a_card: bool) -> str:
        asked.append((device, on_a_card))
        return "cpu"

    monkeypatch.setattr("convlab.workbench.choose_device", choose)
    convlab.run(str(mine))
    source = mine.parent / "mine.py"
    source.write_text(source.read_text() + "ON_A_CARD = True\n")
    convlab.run(str(mine))
    assert asked == [("auto", False), ("auto", True)]


def test_a_run_leaves_no_module_behind(mine: Path) -> None:
    (mine.parent / "_helper.py").write_text("THREE = 3\n")
    source = mine.parent / "mine.py"
    source.write_text(source.read_text() + "from ._helper import THREE\n")
    convlab.run(str(mine))
    before = set(sys.modules)
    convlab.run(str(mine))
    source.write_text(source.read_text().replace("    pass\n", "    1 / 0\n", 1))
    with pytest.raises(ZeroDivisionError):
        convlab.run(str(mine))
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("def measure(", "def other(", r"mine\.py: defines no `measure`; an experiment defines"),
        ("def measure(", "def mesure(", r"mine\.py: .*did you mean `measure` by `mesure`\?"),
        (
            "CLAIMS = (",
            "CLAIMS = 3\n_ = (",
            r"mine\.py:\d+: `CLAIMS` should be a tuple of Claim, not 3",
        ),
        ("(config, workbench", "(config", r"py:\d+: `measure` should take \(config, workb"),
        ("(config, workbench", "(*, config, workbench", r"`measure` should take \(config"),
        (
            "def measure(",
            "measure = 3\ndef other(",
            r"mine\.py:\d+: `measure` should be a function",
        ),
        ("CLAIMS = (", "def draw(): ...\nCLAIMS = (", r"py:\d+: `draw` should take \(record\)"),
        ("below(100)", "between(3, 1)", r"mine\.py:27: ValueError: no number lies from 3 to 1"),
        ("below(100)", "below(float('nan'))", r"no number lies from -inf to nan"),
        ("below(100)", "within(-1, of=0)", r"mine\.py:27: .* no number is less than -1 from 0"),
        ('"M2"', '"M1"', r"mine\.py:\d+: .*two claims M1; give number 2 an id of its own"),
        ("M1", " ", r"mine\.py:\d+: ValueError: claim ' ': it should have an id and a sentence"),
        ("CLAIMS = (", "CLAIMS = ('M2',\n", r"mine\.py:\d+: .*`CLAIMS`.*; number 1 is 'M2'"),
        ("below(100)", "predictd=below(100)", r"mine\.py:27: TypeError: .*'predictd'"),
        (
            "below(100)",
            "below(100), controls=(1,)",
            r"py:27: .*M1: its controls should be .*not 1",
        ),
        (
            "below(100)",
            "lambda config: 3",
            r"mine\.py:27: .*region such as above\(NUMBER\), not 3",
        ),
        ("Claim, Mea", "abve, Claim, Mea", r"mine\.py:\d+: imports `abve`.* mean `above`\?"),
        (
            "CLAIMS = (",
            "from convlab.measure import Answer\nANSWER = Answer('{x}', x=3)\nCLAIMS = (",
            r"mine\.py:\d+: TypeError: the answer's `x` should be a quantity",
        ),
        ("CLAIMS = (", "CLAIMS = 'ab'\n_ = (", r"`CLAIMS` should be a tuple of Claim, not 'ab'"),
        ("class Config(BaseModel)", "class Config", r"`Config` should be a pydantic BaseModel"),
        ("CLAIMS = (", "CLAIMS = None\n_ = (", r"`CLAIMS` should be a tuple of Claim, not None"),
        ("seeds: Seeds", "other: 'Nowhere'\n    seeds: Seeds", r"mine\.py:\d+: .*`?Nowhere"),
        ("Field(8,", "Field(default_factory=lambda: 1 / 0,", r"mine\.py:\d+: ZeroDivisionError"),
        ("def measure", "import nowhere\n\n\ndef measure", r"mine\.py:\d+: imports `nowhere`"),
        ("def measure", "from ._none import x\n\n\ndef measure", r"mine\.py:\d+: imports .*_none"),
    ],
)
def test_an_experiment_that_cannot_run_is_refused_before_it_does(
    mine: Path, old: str, new: str, message: str
) -> None:
    source = mine.parent / "mine.py"
    source.write_text(source.read_text().replace(old, new))
    with pytest.raises(UsageError, match=message) as refused:
        lab.plan(str(mine))
    assert len(str(refused.value).splitlines()) == 1
