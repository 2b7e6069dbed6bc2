"""Tests of convlab.lab.drawing: a figure says its settings, and whether its run was quick."""

from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.figure import Figure

from convlab.lab import drawing
from convlab.record import Record

SETTINGS: dict[str, Any] = {"seeds": 20, "side": 32, "training": {"lr": 0.1}, "to": None}


def drawn(record: Record) -> list[str]:
    experiment: Any = SimpleNamespace(draw=lambda record: {"one": Figure()}, __file__="mine.py")
    (figure,) = drawing.figures(experiment, record).values()
    return [text.get_text() for text in figure.texts]


@pytest.mark.parametrize("quick", [False, True])
def test_a_figure_states_its_settings_and_whether_the_run_was_quick(quick: bool) -> None:
    said = drawn(Record("mine", "?", SETTINGS, quick=quick, first_seed=1000))
    assert said[0].replace("\n", " ") == "mine: seeds 1000 to 1019, side=32, training.lr=0.1"
    assert said[1:] == ["quick run"] * quick


def test_one_seed_is_named_and_long_settings_are_left_out() -> None:
    record = Record("mine", "?", {"seeds": 1, "long": "x" * 99})
    assert drawing.settings(record) == "mine: seed 0"
