"""Tests of convlab.report.cost: the table of a network's counts beside those of peers."""

from io import StringIO

import pytest
from rich.console import Console
from torch import nn, zeros

from convlab import report
from convlab.cost import cost
from convlab.cost.peers import OTHER, PeerCount, PeerLayer


def printed(peers: list[PeerCount], width: int) -> str:
    console = Console(file=(text := StringIO()), width=width)
    counted = cost(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), zeros(2, 3))
    console.print(report.costs("a network", counted, peers, notes=[]))
    return text.getvalue()


@pytest.mark.parametrize("width", [80, 140])
def test_every_peer_has_a_column_and_every_layer_a_row(width: int) -> None:
    ours, alone = PeerLayer("0", 12.0, 0.0, ""), PeerLayer("[own]", 2.5, 2.5, "counts too much")
    first = PeerCount("first", 14.5, (ours, alone))
    second = PeerCount("second", 5.0, (PeerLayer("0", 5.0, -7.0, OTHER),))
    lines = [" ".join(line.split()) for line in printed([first, second], width).splitlines()]
    for line in (
        "layer convlab first second because",
        "0 12 12 5 second other",
        "1 0 0 0",
        "[own] 0 2.5 0 first counts too much",
        "total 12 14.5 5",
        "more than ours 2.5 -7",
    ):
        assert line in lines


def test_a_peer_that_failed_has_no_column_but_its_message() -> None:
    text = printed([PeerCount("first", 12.0), PeerCount("second", failure="[odd] error")], 80)
    assert "note: second failed: [odd] error" in text
    assert "layer            convlab   first   because" in text
    assert "convlab" not in printed([PeerCount("second", failure="[odd] error")], 80)
