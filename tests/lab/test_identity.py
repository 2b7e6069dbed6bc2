"""A run answers to a plan only if all that it was made from is as the plan would have it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from convlab import lab
from convlab.lab import identity, sources
from convlab.lab.identity import predictions, stale
from convlab.measure import Claim, Control, Outcome, at, below, equal, within
from convlab.record import Record

EXPERIMENT = '''"""Is one small?"""
from pydantic import BaseModel, Field

from convlab.measure import Claim, Measurements, at, below, exactly
from convlab.settings import FROZEN, Seeds
from ._beside import ONE

class Config(BaseModel):
    model_config = FROZEN
    seeds: Seeds = Field(8, description="values")

def measure(config, workbench):
    measurements = Measurements()
    measurements.add("ones", {}, {"one": exactly(ONE)})
    return measurements

CLAIMS = [Claim("M1", "mine", "one is small", at("one"), below(2))]
'''
CLAIM = Claim(
    id="C1", source="S1", sentence="it is so", of=at("x (%)", arm="a"), predicted=below(3.0)
)
CONTROL = Control(sentence="it is seen", of=at("y"), predicted=equal(1.0))


def hashed(*claims: Claim, side: int = 4) -> str:
    return predictions(claims, lab.plan("pooling", {"side": 1024, "seeds": side}).settings)


@pytest.mark.parametrize(
    "changed",
    [
        replace(CLAIM, id="C2"),
        replace(CLAIM, sentence="it is not so"),
        replace(CLAIM, of=at("x (%)", arm="b")),
        replace(CLAIM, of=at("x", arm="a")),
        replace(CLAIM, predicted=below(3.0000000001)),
        replace(CLAIM, predicted=within(3, of=0)),
        replace(CLAIM, expected=Outcome.REFUTED),
        replace(CLAIM, expected=None),
        replace(CLAIM, controls=(CONTROL,)),
    ],
)
def test_whatever_is_predicted_changes_the_hash(changed: Claim) -> None:
    assert hashed(changed) != hashed(CLAIM)


@pytest.mark.parametrize(
    "control",
    [
        replace(CONTROL, sentence="it is heard"),
        replace(CONTROL, of=at("z")),
        replace(CONTROL, predicted=equal(2)),
    ],
)
def test_whatever_a_control_asks_changes_the_hash(control: Control) -> None:
    one = replace(CLAIM, controls=(CONTROL,))
    assert hashed(replace(one, controls=(control,))) != hashed(one)


def test_the_order_of_claims_and_what_a_number_is_written_as_do_not() -> None:
    other = replace(CLAIM, id="C2")
    assert hashed(CLAIM, other) == hashed(other, CLAIM)
    assert hashed(replace(CLAIM, predicted=below(3))) == hashed(CLAIM)


def test_a_region_is_that_for_the_settings() -> None:
    general = replace(CLAIM, predicted=lambda config: below(config.seeds))
    assert hashed(general, side=3) == hashed(CLAIM)
    assert hashed(general, side=4) != hashed(CLAIM)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """The record of a run of one's own experiment, in the folder of its files."""
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(EXPERIMENT)
    Path("_beside.py").write_text("ONE = 1\n")
    Path("mine.yaml").write_text("experiment: ./mine.py\n")
    return lab.run(lab.plan("mine.yaml"))


def test_a_run_is_one_of_its_plan_also_when_it_is_read_again(mine: Record) -> None:
    again = Record.of(json.loads(json.dumps(mine.document())))
    assert mine.predictions and stale(again, lab.plan("mine.yaml")) == ""
    assert {"device", "threads"} < identity.key(again).keys()


def test_each_part_of_the_key_is_told_by_its_name(mine: Record) -> None:
    quick = lab.plan("mine.yaml", quick=True)
    assert stale(mine, quick) == "quick"
    assert stale(mine, lab.plan("mine.yaml", {"seeds": 7})) == "settings seeds"
    assert stale(mine, lab.plan("mine.yaml"), first_seed=1000) == "first-seed"


def edit(name: str, text: str) -> None:
    Path(name).write_text(Path(name).read_text() + text)


@pytest.mark.parametrize("name", ["mine.py", "_beside.py"])
def test_the_experiment_and_what_lies_beside_it_are_its_code(mine: Record, name: str) -> None:
    edit(name, "# changed\n")
    assert stale(mine, lab.plan("mine.yaml")) == f"code {name}"


def test_what_a_yaml_says_counts_and_not_how(mine: Record) -> None:
    edit("mine.yaml", "# changed\n")
    assert stale(mine, lab.plan("mine.yaml")) == ""


def test_a_changed_prediction_is_told_before_all_else(mine: Record) -> None:
    edit("mine.py", "from dataclasses import replace\nCLAIMS = [replace(CLAIMS[0], id='M9')]\n")
    assert stale(mine, lab.plan("mine.yaml")) == "the prediction changed"


def test_a_run_of_an_older_convlab_is_stale(mine: Record) -> None:
    document = {k: v for k, v in mine.document().items() if k not in ("predictions", "changed")}
    old = Record.of(document | {"version": 2})
    assert stale(old, lab.plan("mine.yaml")) == identity.UNKNOWN


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("convlab", {"train": "other"}, "convlab train"),
        ("convlab", dict.fromkeys("abcde", ""), "convlab a, b, c and 2 more"),
        ("versions", {"torch": "1.0"}, "versions torch"),
        ("versions", {"matplotlib": "1.0"}, ""),
        ("inputs", {"photo.png": "other"}, "inputs photo.png"),
        ("device", "mps", ""),
        ("threads", 64, ""),
        ("python", "2.7.18", "versions python"),
    ],
)
def test_what_ran_is_in_the_key_but_for_where_it_ran(
    mine: Record, name: str, change: object, expected: str
) -> None:
    known = mine.environment[name]
    changed = known | change if isinstance(change, dict) else change
    environment = mine.environment | {name: changed}
    assert stale(replace(mine, environment=environment), lab.plan("mine.yaml")) == expected


def test_only_rooms_that_compute_are_hashed() -> None:
    hashed = sources.rooms()
    assert {"train", "measure", "workbench", "layers", "streams", "cost"} <= hashed.keys()
    assert not {"cli", "report", "lab", "figures", "record", "__init__"} & hashed.keys()


def test_a_room_is_all_its_files(tmp_path: Path) -> None:
    def room(*names: str) -> str:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("1")
        return sources._hash(tmp_path, "*.py")

    seen = [room("a.py"), room("b/c.py"), room("d.pyc")]
    assert seen[0] != seen[1] == seen[2]


@pytest.mark.parametrize(
    ("setting", "file"),
    [
        ("photo.png", "photo.png"),
        ("mnist:files", "files/a"),
        ("net.py:Network", "net.py"),
        ("~/photo.png", "photo.png"),
    ],
)
def test_a_file_that_a_setting_names_counts_with_its_bytes(
    setting: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = lab.plan("pooling").settings.model_copy(update={"side": ["digits", setting]})
    assert sources.inputs(settings) == {}
    found = []
    for content in ("1", "2"):
        Path(file).parent.mkdir(exist_ok=True)
        Path(file).write_text(content)
        found.append(sources.inputs(settings))
    assert [list(each) for each in found] == [
        [setting.removeprefix("mnist:").partition(":")[0]]
    ] * 2
    assert found[0] != found[1]


@pytest.mark.parametrize("part", ["sources", "convlab", "inputs", "versions", "python"])
@pytest.mark.parametrize("damage", [None, 7, "x", [{}], [None]])
def test_a_run_whose_facts_are_damaged_is_stale_at_most(
    mine: Record, part: str, damage: object
) -> None:
    document = json.loads(json.dumps(mine.document()))
    document["environment"][part] = damage
    told = stale(Record.of(document), lab.plan("mine.yaml"))
    assert bool(told) == (part != "inputs")  # this one has none
