"""A lab of one small experiment, in the place of the shipped ones, and a user's own beside it."""

from pathlib import Path

import pytest

from convlab import lab
from convlab.lab import catalogue, identity, sources, store
from convlab.record import Head, Record

ONE = '''"""Is one one?

It is counted.
"""
from pydantic import BaseModel, Field

from convlab.measure import Claim, Control, Measurements, Outcome, at, below, equal, exactly
from convlab.settings import FROZEN, Seeds


class Config(BaseModel):
    model_config = FROZEN
    value: float = Field(1.0, description="counted")
    seeds: Seeds = Field(8, description="none")


def measure(config, workbench):
    measurements = Measurements()
    measurements.add("ones", {}, {"one": exactly(config.value)})
    return measurements


SMALL = Control("One is small", at("one"), lambda config: below(config.seeds))

CLAIMS = (
    Claim("C201o1", "ours", "One is no million", at("one"), below(1e6), general=True),
    Claim("C201r", "S2", "One is one", at("one"), equal(1), controls=(SMALL,)),
    Claim("C201", "S2", "One is nothing", at("one"), equal(0), Outcome.REFUTED),
)
'''


def make(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab, and the current folder."""
    (folder / "lab/experiments/numbers").mkdir(parents=True)
    (folder / "lab/configs").mkdir()
    (folder / "lab/experiments/numbers/one.py").write_text(ONE)
    (folder / "lab/configs/one.yaml").write_text("experiment: one\nquick: {seeds: 2}\n")
    (folder / "lab/configs/long.yaml").write_text("experiment: one\nseeds: 64\n")
    monkeypatch.setattr(catalogue, "LAB", folder / "lab")
    monkeypatch.setattr(sources, "LAB", folder / "lab")
    monkeypatch.chdir(folder)


def make_own() -> None:
    """A user's own experiment in the current folder."""
    own = ONE.replace('"C201', '"M1').replace('"S2"', '"me"')
    Path("mine.py").write_text(own)
    Path("mine.yaml").write_text("experiment: ./mine.py\n")


def run(
    name: str = "one", *, quick: bool = False, first_seed: int = 0, **settings: object
) -> Record:
    planned = lab.plan(name, settings, quick=quick)
    return lab.run(planned, root=Path("runs"), first_seed=first_seed)


def keep(record: Record) -> None:
    """Write the record and its head in the place of those that its folder has."""
    folder = Path(str(record.run))
    store.save_head(Head.of(store.save(record, folder), **identity.of_head(record)), folder)
