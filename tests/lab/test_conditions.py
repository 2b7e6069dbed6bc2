"""Tests of convlab.lab.conditions: which settings a prediction was not made for."""

from pathlib import Path

import pytest

from convlab import lab
from convlab.config import Override
from convlab.lab.conditions import Difference
from convlab.lab.outline import OutlineError

MINE = '''"""Is it small?"""
from pydantic import BaseModel, Field
from convlab.measure import Claim, Measurements, Outcome, Sample, at, below, exactly
from convlab.settings import FROZEN, NO_CONDITION, Seeds, Timing, Training

class Config(BaseModel):
    model_config = FROZEN
    seeds: Seeds = 8
    side: int = 4
    to: str = Field("", json_schema_extra=NO_CONDITION)
    timing: Timing = Timing()
    training: Training = Training()

def measure(config, workbench):
    measurements = Measurements()
    drawn = Sample(tuple(1 / config.side for _ in range(config.seeds)))
    measurements.add("t", {}, {"exact": exactly(1 / config.side), "drawn": drawn})
    return measurements

CLAIMS = (
    Claim("M1", "mine", "it is small", at("exact"), below(0.25)),
    Claim("M2", "mine", "it is as small as that", at("exact"), lambda c: below(1 / c.side)),
    Claim("M3", "mine", "it is no more than 1", at("exact"), below(1), general=True),
    Claim("M4", "mine", "what is drawn is no more than 1", at("drawn"), below(1), general=True),
)
'''


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE)
    Path("mine.yaml").write_text("experiment: ./mine.py\nside: 5\nquick: {seeds: 2}\n")


def differing(name: str, *settings: tuple[str, object]) -> list[str]:
    planned = lab.plan(name, [Override(key, value) for key, value in settings])
    return [str(each) for each in planned.differences if each.is_condition]


def test_of_a_users_experiment_its_yaml_is_what_predictions_were_made_for() -> None:
    assert differing("mine.yaml") == []
    assert differing("mine.yaml", ("side", 5)) == []
    assert differing("mine.yaml", ("side", 2), ("training.lr", 0.5)) == [
        "side=2, not 5",
        "training.lr=0.5, not 0.01",
    ]


def test_more_seeds_repeats_and_files_are_no_condition_but_are_told() -> None:
    changes = {"seeds": 9, "timing.repeats": 3, "to": "e.png"}
    planned = lab.plan("mine.yaml", changes)
    assert planned.other_settings == ""
    assert [each.key for each in planned.differences] == ["seeds", "to", "timing.repeats"]


def test_of_a_shipped_experiment_its_config_is(tmp_path: Path) -> None:
    assert differing("pooling") == []
    assert differing("pooling", ("side", 32)) == ["side=32, not 1024"]
    own = tmp_path / "own.yaml"
    own.write_text("experiment: pooling\nside: 64\n")
    assert differing(str(own)) == ["side=64, not 1024"]


def test_a_difference_reads_as_settings_are_written() -> None:
    assert str(Difference("models", ("cnn",), None, True)) == "models=[cnn], not none"


def outcomes(*, quick: bool = False, **settings: object) -> dict[str, str]:
    record = lab.run(lab.plan("mine.yaml", settings, quick=quick))
    return {verdict.id: f"{verdict.outcome} {verdict.why}".strip() for verdict in record.verdicts}


def test_a_prediction_decides_nothing_elsewhere_unless_it_counts_there() -> None:
    assert outcomes() == dict.fromkeys(("M1", "M2", "M3", "M4"), "holds")
    assert outcomes(side=2) == {
        "M1": "undecided predicted for other settings: side=2, not 5",
        "M2": "holds",
        "M3": "holds",
        "M4": "holds",
    }


def test_a_quick_run_decides_what_is_exact_and_counts_everywhere() -> None:
    assert outcomes(quick=True) == {
        "M1": "undecided a quick run",
        "M2": "holds",
        "M3": "holds",
        "M4": "undecided a quick run",
    }


def test_few_seeds_are_named_as_what_is_missing() -> None:
    assert outcomes(seeds=3)["M4"] == "undecided needs 6 seeds"


def test_a_region_that_fails_for_the_settings_is_told_before_a_run() -> None:
    Path("mine.py").write_text(MINE.replace("below(1 / c.side)", "below(1 / (c.side - 3))"))
    with pytest.raises(OutlineError, match=r"mine.py:.*ZeroDivision.*claim M2"):
        lab.plan("mine.yaml", {"side": 3})
    Path("mine.py").write_text(MINE.replace("below(1 / c.side)", "1 / c.side"))
    with pytest.raises(OutlineError, match=r"claim M2: .*should give a region"):
        lab.plan("mine.yaml")
