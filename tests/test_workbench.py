"""Tests of convlab.workbench: what an experiment asks for reaches the training and the user."""

from typing import Any

import pytest
import torch
from torch import Generator, nn
from torch.nn.functional import mse_loss

from convlab import workbench
from convlab.errors import UsageError
from convlab.record import Progress
from convlab.settings import Training
from convlab.streams import Data
from convlab.train import fit, loop
from convlab.workbench import Workbench, choose_device, repeatable


def line(generator: Generator) -> Data:
    x = torch.randn(40, 1, generator=generator)
    return Data(x, 3 * x - 1)


def linear() -> nn.Module:
    return nn.Linear(1, 1)


def test_a_watched_training_is_a_training_and_its_losses_are_kept_by_its_name() -> None:
    bench, training = Workbench(), Training(steps=4, batch=16)
    networks = bench.fit("a", linear, line, mse_loss, seeds=3, training=training, keep=[2])
    alone = fit(linear, line, mse_loss, seeds=3, training=training, keep=[2])
    assert torch.equal(networks.losses, alone.losses)
    assert torch.equal(networks.at(2).state["weight"], alone.at(2).state["weight"])
    bench.fit("b", linear, line, mse_loss, seeds=1, training=training)
    assert list(bench.losses) == ["a", "b"]
    assert bench.losses["a"].tolist() == alone.losses.tolist()


def test_what_seeds_are_tested_on_is_what_their_score_would_draw() -> None:
    bench, training = Workbench(first_seed=3), Training(steps=2)
    networks = bench.fit("a line", linear, line, mse_loss, seeds=2, training=training)
    assert networks.score(mse_loss, bench.held_out(line, 2)) == networks.score(mse_loss, line)


def test_the_losses_of_two_trainings_of_one_name_are_both_kept() -> None:
    bench = Workbench()
    for steps in (1, 2, 3):
        bench.fit("a", linear, line, mse_loss, seeds=2, training=Training(steps=steps))
    assert {name: losses.shape for name, losses in bench.losses.items()} == {
        "a": (2, 1),
        "a (2)": (2, 2),
        "a (3)": (2, 3),
    }


def test_a_training_runs_on_the_device_of_the_workbench(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def spied(*arguments: Any, **settings: Any) -> Any:
        asked.update(settings)
        return fit(*arguments, **settings | {"device": "cpu"})

    monkeypatch.setattr(workbench, "fit", spied)
    Workbench("mps").fit("a", linear, line, mse_loss, seeds=1, training=Training(steps=1))
    assert asked["device"] == "mps"


def test_progress_grows_to_its_total_and_tells_the_median_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Progress] = []
    monkeypatch.setattr(loop, "PAUSE", -1.0)
    monkeypatch.setattr(loop, "group_size", lambda *_: 3)
    bench = Workbench(tell=told.append)
    bench.fit("a", linear, line, mse_loss, seeds=5, training=Training(steps=2))
    assert [progress.done for progress in told] == [3, 6, 8, 10]
    assert {(each.task, each.total, each.seeds) for each in told} == {("a", 10, 5)}
    losses = bench.losses["a"]
    for progress, expected in ((told[0], losses[:3, 0]), (told[1], losses[:3, 1])):
        assert progress.loss and progress.loss() == pytest.approx(float(sorted(expected)[1]))


def test_items_are_counted_while_they_are_taken() -> None:
    told: list[Progress] = []
    bench = Workbench(tell=told.append)
    taken = []
    for item in bench.track("reading", "abc"):
        taken.append((item, told[-1].done))
    assert taken == [("a", 0), ("b", 1), ("c", 2)]
    assert told == [Progress("reading", done, 3) for done in (0, 1, 2, 3)]
    told.clear()
    assert list(bench.track("endless", iter("ab"))) == ["a", "b"]
    assert {progress.total for progress in told} == {0}


def test_work_beside_is_waited_for_and_its_error_is_raised() -> None:
    bench, done = Workbench(), []
    bench.beside(lambda: done.append(1))
    bench.beside(lambda: done.append(2))
    bench.wait()
    assert sorted(done) == [1, 2]
    bench.beside(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bench.wait()
    bench.wait()  # it is told once


@pytest.mark.parametrize(
    ("cuda", "mps", "best"),
    [(True, True, "cuda"), (True, False, "cuda"), (False, True, "cpu"), (False, False, "cpu")],
)
def test_auto_is_a_card_for_what_is_faster_there(
    cuda: bool, mps: bool, best: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: cuda)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: mps)
    assert choose_device("auto", on_a_card=True) == best
    assert choose_device("auto") == choose_device("cpu") == "cpu"
    for name, here in {"cuda": cuda, "mps": mps}.items():
        if here:
            assert choose_device(name) == name
        else:
            with pytest.raises(UsageError, match=f"no `{name}` device"):
                choose_device(name)
    with pytest.raises(UsageError, match="there are: auto, cuda, mps, cpu"):
        choose_device("tpu")


def precision() -> tuple[object, ...]:
    cudnn = torch.backends.cudnn
    of_products = torch.get_float32_matmul_precision()
    return cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32, of_products


def test_a_card_repeats_its_bits_and_rounds_nothing_to_tf32_meanwhile() -> None:
    before = precision()
    with pytest.raises(ZeroDivisionError), repeatable("cuda"):
        assert precision() == (True, False, False, "highest")
        1 / 0  # noqa: B018
    assert precision() == before
    with repeatable("cpu"):
        assert precision() == before


def test_what_a_training_notes_is_noted_by_its_name() -> None:
    bench, training = Workbench(), Training(steps=1)
    bench.fit("plain", linear, line, mse_loss, seeds=3, training=training)
    assert bench.notes == []
    noisy = lambda: nn.Sequential(linear(), nn.Dropout(0.1))  # noqa: E731
    bench.fit("noisy", noisy, line, mse_loss, seeds=4, training=training)
    (note,) = bench.notes
    assert note.startswith("noisy: the networks were trained one after another: they draw random")


def test_what_was_trained_is_told_in_its_order_under_the_names_of_the_losses() -> None:
    bench = Workbench()
    for name in ("a", "b", "a"):
        bench.fit(name, linear, line, mse_loss, seeds=2, training=Training(steps=1))
    assert [each.name for each in bench.trained] == ["a", "b", "a (2)"] == list(bench.losses)
    assert [each.trial for each in bench.trained] == [True, False, False]
