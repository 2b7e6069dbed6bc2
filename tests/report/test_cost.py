"""Tests of convlab.report.cost: the numbers are those of the cost."""

from dataclasses import replace
from io import StringIO

from rich.console import Console
from torch import nn, ones

from convlab import report
from convlab.cost import Cost, cost

SPENT = cost(nn.Linear(3, 4), ones(2, 3), peak=True)


def lines(spent: Cost, *notes: str) -> list[str]:
    console = Console(file=(file := StringIO()), width=160)
    console.print(report.costs("a title", spent, [], notes))
    return [" ".join(line.split()) for line in file.getvalue().splitlines()]


def test_bytes_are_those_of_the_cost() -> None:
    told = lines(SPENT)
    assert "weights 64 bytes" in told
    assert f"kept for backward {SPENT.saved_bytes} bytes per batch, in training" in told
    peak = f"peak of both passes {SPENT.peak_bytes} bytes per batch, beside weights and input"
    assert peak in told
    assert not any("peak" in line for line in lines(replace(SPENT, peak_bytes=None)))


def test_a_layer_has_its_class_output_and_counts() -> None:
    told = lines(SPENT)
    assert "(itself) Linear 2×4 16 12" in told and "total 16 12" in told
    (layer,) = SPENT.layers
    twice = replace(layer, name="[a]", calls=2, effective_multiply_adds=11)
    told = lines(replace(SPENT, layers=(twice,)))
    assert "[a] × 2 Linear 2×4 16 12 11" in told


def test_what_has_no_formula_is_told_and_then_the_notes() -> None:
    (layer,) = SPENT.layers
    lost = replace(layer, uncounted=("aten.x",))
    told = lines(replace(SPENT, layers=(lost,)), "a note")
    assert told[-2:] == [
        "note: ? may multiply and add, but has no formula: Linear: aten.x",
        "note: a note",
    ]
    assert any("12 + ?" in line for line in told)
