"""Tests of convlab.sweep.engines: plans run at once, but for those that measure times."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest

from convlab import lab
from convlab.config import Override
from convlab.errors import UsageError
from convlab.lab import Plan, outline, store
from convlab.sweep import engines
from convlab.sweep.attempt import Ended, Policy
from convlab.sweep.local import local
from tests.sweep.test_local import MINE

pytestmark = pytest.mark.long
WRITES = (
    "began = time.time(); time.sleep(0.4); Path('{}').write_text(f'{{began}} {{time.time()}}')"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(MINE)
    Path("timed.py").write_text(f"{MINE}\nMEASURES_TIME = True\n")
    for name in ("mine", "timed"):
        Path(f"{name}.yaml").write_text(f"experiment: ./{name}.py\n")


def plans(*names: str, of: str = "mine") -> list[Plan]:
    return [lab.plan(f"{of}.yaml", [Override("body", WRITES.format(name))]) for name in names]


def overlap(one: str, other: str) -> bool:
    (began, ended), (start, end) = (
        map(float, Path(name).read_text().split()) for name in (one, other)
    )
    return began < end and start < ended


def test_so_many_run_at_once_and_no_more() -> None:
    told: list[str] = []
    chosen = plans("a", "b", "c")
    ran = list(
        engines.run_all(chosen, Path("runs"), engines.engine("local", jobs=2), tell=told.append)
    )
    assert told == ["mine"] * 3 and [each.name for each in ran] == told
    assert overlap("a", "b") and not (overlap("a", "c") and overlap("b", "c"))
    assert all(each.code == 0 and each.seconds > 0.3 for each in ran)


def test_what_measures_times_runs_alone_last_and_here() -> None:
    assert outline.measures_time(Path("timed.py")) and not outline.measures_time(Path("mine.py"))
    given: list[Path] = []

    def remote(
        folders: Iterable[Path], policy: Policy, *, afresh: bool = False
    ) -> Iterator[Ended]:
        given.extend(folders)
        return local(given, policy, jobs=3)

    chosen = plans("alone", of="timed") + plans("a", "b")
    ran = list(engines.run_all(chosen, Path("runs"), remote))
    assert [each.name for each in ran][-1] == "timed" and len(given) == 2
    assert overlap("a", "b") and not overlap("alone", "a") and not overlap("alone", "b")


def test_a_failure_is_told_and_the_others_go_on() -> None:
    bad = lab.plan("mine.yaml", [Override("body", "raise ValueError('it is bad')")])
    one, other = engines.run_all([bad, *plans("a")], Path("runs"), partial(local, jobs=1))
    assert one.code == 1 and other.code == 0
    assert one.error == "ValueError: it is bad; the run is kept in runs/mine-001"
    refused = lab.plan("mine.yaml", [Override("body", "raise UsageError('no')")])
    (one,) = engines.run_all([refused], Path("runs"), partial(local, jobs=1))
    assert one.code == 2 and one.error == "no" and len(list(store.folders(Path("runs")))) == 2


def test_seeds_begin_where_they_are_asked_to() -> None:
    (ran,) = engines.run_all(plans("a"), Path("runs"), partial(local, jobs=1), first_seed=7)
    assert ran.code == 0 and store.load(Path("runs/mine-001")).first_seed == 7


def test_an_engine_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="no engine `dusk`; did you mean `dask`"):
        engines.engine("dusk")
    with pytest.raises(UsageError, match="say --engine dask"):
        engines.engine("local", address="tcp://x:1")
