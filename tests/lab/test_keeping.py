"""Tests of convlab.lab.keeping: whatever becomes of a run, what it measured is kept."""

import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from errno import EFBIG, ENOSPC
from pathlib import Path

import numpy as np
import pytest
import torch

from convlab import files, lab
from convlab.errors import UsageError
from convlab.interrupts import held_back
from convlab.lab import store
from convlab.measure import NoSuchName
from convlab.record import Record, Status

MINE = '''"""Does it happen?"""
import os, sys
import numpy as np, torch
from pydantic import BaseModel
from convlab.errors import UsageError
from convlab.measure import Claim, Measurements, Sample, at, below, exactly

class Config(BaseModel):
    seeds: int = 1

def measure(config, workbench):
    m = Measurements()
    m.add("t", {"arm": "own"}, {"value": exactly(3)})
    m.arrays["good"] = np.arange(3)
    workbench.losses["a"] = np.ones((1, 2), np.float32)
    workbench.notes += ["from the bench", "from the bench"]
    BODY
    return m

CLAIMS = (Claim("M1", "me", "it is small", at("value", arm="own"), below(5)), MORE)
'''
LINE = 1 + MINE.partition("BODY")[0].count("\n")
FAILS = {
    "raise ValueError('x')": ValueError,
    "raise UsageError('no room')": UsageError,
    "raise MemoryError('Unable to allocate')": UsageError,
    "raise KeyboardInterrupt": KeyboardInterrupt,
    "sys.exit(0)": RuntimeError,
    "raise GeneratorExit": RuntimeError,
    "m.add('t', {}, {'value': 3.0})": TypeError,
    "Sample(3.0)": TypeError,
    "m.notes = None": TypeError,
    "m.arrays = m.rows = None": TypeError,
}
COMPLETES = {
    "a change of folder": "os.mkdir('else'); os.chdir('else')",
    "a folder that is deleted": "import shutil; shutil.rmtree('runs')",
    "a tensor with gradients": "m.arrays['x'] = torch.ones(2, requires_grad=True)",
    "a type that numpy lacks": "m.arrays['x'] = torch.ones(2, dtype=torch.bfloat16)",
    "half a pair of surrogates": "m.notes.append('\\udc80'); m.rows[0].factors['f'] = '\\udc80'",
    "a factor of numpy": "m.rows[0].factors['f'] = np.int64(3)",
    "a factor without words": "m.rows[0].factors['f'] = type('X', (), {'__str__': None})()",
    "a note without words": "m.notes.append(type('X', (), {'__str__': None})())",
    "a number of 5000 digits": "m.rows[0].factors['f'] = [1, 10**5000]",
    "a factor in itself": "m.rows[0].factors['f'] = x = []; x.append(x)",
}
UNKEPT = {
    "m.arrays['bad'] = np.array([object()])": "`bad` could not be kept: it holds objects",
    "m.arrays['bad'] = [[1], [1, 2]]": "`bad` could not be kept",
    "m.arrays['\\udc80'] = np.ones(2)": r"`\\udc80` could not be kept",
    "m.arrays[7] = m.arrays['7'] = np.ones(2)": "`7` could not be kept: another has the same name",
    "m.rows[0].quantities['bad'] = 3.0; m.add('t', {}, {'n': exactly(1)})": "a row could not be",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(body: str = "pass", more: str = "") -> Record:
    Path("mine.py").write_text(MINE.replace("BODY", body).replace("MORE", more))
    Path("mine.yaml").write_text("experiment: ./mine.py\n")
    return lab.run(lab.plan("mine.yaml"), root=Path("runs"))


def kept(folder: str | Path = "runs/mine-001") -> Record:
    return store.load(Path(folder))


@pytest.mark.parametrize("body", FAILS)
def test_a_run_that_fails_is_kept_with_all_that_it_had(body: str) -> None:
    with pytest.raises(FAILS[body]) as raised:
        run(body)
    record = kept()
    assert record.status in (Status.FAILED, Status.INTERRUPTED)
    assert record.error.endswith(f"(mine.py:{LINE})")
    assert record.measurements.get("value").center == 3
    assert set(record.measurements.arrays) == {"good", "loss of a"}
    assert record.measurements.notes == ["from the bench"]
    assert vars(raised.value)["kept_in"] == "runs/mine-001"
    log = Path("runs/mine-001/log").read_text()
    assert "Traceback" in log and f'mine.py", line {LINE}' in log


@pytest.mark.parametrize("end", ["raise KeyboardInterrupt", "raise ValueError('x')", "pass"])
def test_of_every_training_that_had_ended_the_record_tells(end: str) -> None:
    fit = (
        "from convlab.settings import Training; from convlab.streams import Data; "
        "x = torch.ones(4, 2); build = lambda: torch.nn.Linear(2, 1); "
        "workbench.fit('arm', build, Data(x, x[:, :1]), torch.nn.functional.mse_loss, "
        f"seeds=2, training=Training(steps=3)); {end}"
    )
    with suppress(KeyboardInterrupt, ValueError):
        run(fit)
    (one,) = kept().trained
    assert (one.name, one.parameters, one.multiply_adds, one.seeds, one.steps) == (
        "arm",
        3,
        2,
        2,
        3,
    )


def test_the_message_says_where_and_how_to_see_more() -> None:
    with pytest.raises(ValueError, match="x") as raised:
        run("raise ValueError('x')")
    assert raised.value.__notes__ == [
        "the run is kept in runs/mine-001",
        f"the error is in mine.py:{LINE}, its traceback in the run's `log`; --debug shows it",
    ]


@pytest.mark.parametrize("name", COMPLETES)
def test_what_can_be_kept_is_kept_whole(name: str, here: Path) -> None:
    record = run(COMPLETES[name])
    os.chdir(here)
    assert record.status is Status.COMPLETED and record.run == "runs/mine-001"
    assert kept().document() == record.document()
    assert {"good", "loss of a"} <= kept().measurements.arrays.keys()
    if "x" in record.measurements.arrays:
        assert kept().measurements.arrays["x"].tolist() == [1, 1]
    if name == "a factor of numpy":
        assert kept().measurements.rows[0].factors["f"] == 3


@pytest.mark.parametrize("body", UNKEPT)
def test_what_cannot_be_kept_is_named_and_all_else_is_kept(body: str) -> None:
    with pytest.raises(store.NotKept, match=UNKEPT[body]):
        run(body)
    record = kept()
    assert record.status is Status.FAILED and "could not be kept" in record.error
    assert any("could not be kept" in note for note in record.measurements.notes)
    assert {"good", "loss of a"} <= record.measurements.arrays.keys()
    assert record.measurements.rows and [v.id for v in record.verdicts] == ["M1"]


@pytest.mark.parametrize("name", [store.ARRAYS, store.RECORD])
def test_where_its_folder_is_full_a_run_is_kept_elsewhere(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(monkeypatch, lambda path: path.name == name and path.parent.name == "mine-001")
    with pytest.raises((UsageError, OSError), match="No space left") as raised:
        run("np.ones(3)")
    folder = Path(vars(raised.value)["kept_in"])
    assert folder != Path("runs/mine-001") and len(kept(folder).measurements.arrays) == 2
    assert kept(folder).status is Status.FAILED and kept(folder).measurements.rows
    store.discard(folder)


def test_where_all_disks_are_full_the_record_is_kept_without_its_arrays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusing(monkeypatch, lambda path: path.name == store.ARRAYS, EFBIG)
    with pytest.raises(UsageError, match="File too large") as raised:
        run()
    assert vars(raised.value)["kept_in"] == "runs/mine-001"
    assert kept().measurements.rows and kept().status is Status.FAILED
    assert "arrays could not be kept" in kept().measurements.notes[-1]


def refusing(
    monkeypatch: pytest.MonkeyPatch, full: Callable[[Path], bool], number: int = ENOSPC
) -> None:
    """Let the system refuse those files, but for the record of a run that has just begun."""
    write, begun = files.write, set[Path]()

    def written(path: Path, writer: Callable[[Path], object]) -> None:
        def refused(unfinished: Path) -> None:
            raise OSError(number, os.strerror(number))

        first = path.name == store.RECORD and path not in begun
        begun.add(path)
        write(path, refused if full(path) and not first else writer)

    monkeypatch.setattr(files, "write", written)


def test_a_disk_that_is_full_at_once_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, writer: object) -> None:
        raise UsageError("full") from OSError(ENOSPC, "full")

    monkeypatch.setattr(files, "write", refused)
    with pytest.raises(UsageError, match="full") as raised:
        run()
    assert "kept_in" not in vars(raised.value) and not Path("runs").exists()


@pytest.mark.parametrize("times", [1, 3])
def test_an_interrupt_while_a_run_is_saved_loses_nothing(
    times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = store.save

    def interrupted(record: Record, folder: Path) -> Record:
        for _ in range(times if record.status is Status.COMPLETED else 0):
            os.kill(os.getpid(), signal.SIGINT)
        return save(record, folder)

    monkeypatch.setattr(store, "save", interrupted)
    with pytest.raises(KeyboardInterrupt) as raised:
        run()
    assert raised.value.__notes__ == ["the run is kept in runs/mine-001"]
    assert kept().status is Status.COMPLETED and len(kept().measurements.arrays) == 2


def test_an_interrupt_while_a_failure_is_saved_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save = store.save

    def interrupted(record: Record, folder: Path) -> Record:
        if record.status is Status.FAILED:
            os.kill(os.getpid(), signal.SIGINT)
        return save(record, folder)

    monkeypatch.setattr(store, "save", interrupted)
    with pytest.raises(ZeroDivisionError):
        run("1 / 0")
    assert kept().status is Status.FAILED and kept().measurements.rows


def test_an_exception_from_the_final_save_is_kept_as_an_interrupt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save = store.save

    def interrupted(record: Record, folder: Path) -> Record:
        if record.status is Status.COMPLETED:
            raise KeyboardInterrupt
        return save(record, folder)

    monkeypatch.setattr(store, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert kept().status is Status.INTERRUPTED and kept().verdicts


def test_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), held_back():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ('at("valu", arm="own")', r"claim M2: no quantity is called `valu`; did you mean `value`"),
        ('at("value", amr="own")', r"claim M2: no factor of 'value' is called `amr`; did you"),
        ('at("other")', r"claim M2: no quantity is called `other`; there are: value"),
    ],
)
def test_a_claim_on_a_name_in_no_row_fails_the_run_and_the_others_are_judged(
    claim: str, message: str
) -> None:
    later = 'Claim("M3", "me", "so", at("value", arm="own"), below(1))'
    with pytest.raises(NoSuchName, match=message):
        run(more=f'Claim("M2", "me", "so", {claim}, below(1)), {later}')
    assert [v.id for v in kept().verdicts] == ["M1", "M3"] and "M2" in kept().error


def test_a_claim_on_an_arm_that_was_not_asked_for_is_left_out() -> None:
    record = run(more='Claim("M2", "me", "so", at("value", arm="other"), below(1))')
    assert [v.id for v in record.verdicts] == ["M1"]


def test_a_claim_on_no_sample_is_an_error_of_the_author() -> None:
    with pytest.raises(TypeError, match=r"claim M2: its quantity should be a Sample, not 3\.0"):
        run(more='Claim("M2", "me", "so", lambda m: m.get("value").center, below(1))')


def test_what_measure_returns_is_named_where_it_is_wrong() -> None:
    with pytest.raises(TypeError, match=r"mine\.py: `measure` should return Measurements, not No"):
        run("return None")


@pytest.mark.parametrize(
    ("figures", "wrong"),
    [
        ("None", "not None"),
        ("[1]", r"not \[1\]"),
        ("{'a': 3}", "not 3 as 'a'"),
        ("{'../../a': figure}", "'../../a' cannot be the name of a file"),
        ("{'/a': figure}", "'/a' cannot be the name of a file"),
        ("{'a\\0': figure}", "cannot be the name of a file"),
    ],
)
def test_what_draw_returns_is_named_where_it_is_wrong(figures: str, wrong: str) -> None:
    draw = f"def draw(m, figure=__import__('matplotlib.figure').figure.Figure()): return {figures}"
    *_, note = run(more=f")\n{draw}\n_ = (").measurements.notes
    assert re.search(rf"mine\.py: `draw` should.*{wrong}", note)
    assert kept().verdicts
    assert not list(Path.cwd().rglob("*.png"))


def test_arrays_come_back_as_they_were() -> None:
    tensors = {"b": torch.tensor([True]), "c": torch.tensor([1 + 2j]).conj(), "n": np.float32(3)}
    folder = Path("runs/x")
    store.save(replaced(tensors), folder)
    back = store.load(folder).measurements.arrays
    assert {name: array.tolist() for name, array in back.items()} == {
        "b": [True],
        "c": [1 - 2j],
        "n": 3,
    }


def replaced(arrays: dict[str, object]) -> Record:
    record = Record("x", "?", {})
    record.measurements.arrays.update(arrays)  # type: ignore[arg-type]
    return record


def test_a_figure_may_show_the_losses() -> None:
    body = MINE.replace("BODY", "pass").replace("MORE", "")
    Path("mine.py").write_text(
        body + "\n\ndef draw(m):\n    m.arrays['loss of a']\n    return {}\n"
    )
    Path("mine.yaml").write_text("experiment: ./mine.py\n")
    assert lab.run(lab.plan("mine.yaml")).status is Status.COMPLETED
