"""Tests of the benchmarks' own parts: the verdict on a race, and that peers do what we do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from convlab.measure import Measurements, exactly
from tests.benchmarks import gpu
from tests.benchmarks.layers import ours
from tests.benchmarks.local_peers import WAYS, Case
from tests.benchmarks.race import OURS, Race, summary, verdict

PEERS = [name for name in WAYS if name != "nn.Conv"]  # which shares its weights
CASES = (
    Case(2, 3, 4, (6, 5), 3),
    Case(3, 2, 3, (7, 8), 3, stride=2),
    Case(2, 2, 3, (9, 7), 3, dilation=2),
    Case(2, 3, 2, (11,), 5),
    Case(2, 1, 2, (4, 5, 3), 3),
)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_computes_what_our_layer_does(name: str, case: Case) -> None:
    layer, x = ours(case), torch.randn(case.examples, case.channels, *case.size)
    way = WAYS[name](case, layer)
    if way is None:
        pytest.skip("this way does not do that")
    weight, forward = way
    torch.testing.assert_close(forward(x, weight), layer(x))


def test_the_gradients_of_the_trial_are_ours() -> None:
    case = CASES[0]
    layer, x = ours(case), torch.randn(2, 3, 6, 5, requires_grad=True)
    trial = WAYS["trial"](case, layer)
    assert trial is not None
    weight, forward = trial
    theirs = torch.autograd.grad(forward(x, weight).square().sum(), x)
    torch.testing.assert_close(theirs, torch.autograd.grad(layer(x).square().sum(), x))


def test_a_goal_is_met_from_its_ratio_on_and_else_named() -> None:
    ratios = {"slow": exactly(3.0), "fast": exactly(0.8)}
    assert verdict(ratios, {"slow": 3, "absent": 9}) == "met"
    assert verdict(ratios, {"slow": 2, "fast": 1}) == "fast 0.80 < 1"
    assert verdict(ratios, {"absent": 9}) == ""


def test_a_race_adds_a_row_with_every_ratio_to_ours() -> None:
    bench = Measurements()
    race = Race({"task": "none"}, {OURS: int, "peer": int}, {"peer": 0.0}, limit=2e-3)
    ratios = race.run(bench, "table", repeats=6, warmup=0)
    (row,) = bench.rows
    assert row.factors == {"task": "none", "goals": "met"}
    assert list(row.quantities) == ["ours (ms)", "limit (ms)", "peer"]
    assert row.quantities["peer"] == ratios["peer"]
    assert row.quantities["limit (ms)"].center == 2


def test_a_summary_is_the_geometric_mean_where_a_peer_took_part() -> None:
    bench = Measurements()
    races = [{"a": exactly(2.0), "b": exactly(5.0)}, {"a": exactly(8.0)}]
    summary(bench, "table", {"task": "all"}, races, {"a": 4, "b": 6})
    (row,) = bench.rows
    assert {name: sample.center for name, sample in row.quantities.items()} == pytest.approx(
        {"a": 4, "b": 5}
    )
    assert row.factors["goals"] == "b 5.00 < 6"


@pytest.mark.long
def test_the_script_for_a_card_ends_on_a_processor_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gpu.main(["layers", "steps", "right", "--small", "--json", str(tmp_path / "found.json")])
    found = json.loads((tmp_path / "found.json").read_text())
    assert [*found] == ["machine", "layers", "steps", "right"]
    assert all(row["same bits"] for row in found["right"])
    assert "geometric mean" in capsys.readouterr().out
