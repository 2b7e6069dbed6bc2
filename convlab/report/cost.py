"""What a network costs, as tables: layer by layer, in all, and beside what peers count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..foreign import printable
from ..numbers import number
from .words import words

if TYPE_CHECKING:  # they import torch
    from ..cost import Cost, LayerCost
    from ..cost.peers import PeerCount

UNKNOWN = "?"
KINDS = {"nominal": "", "effective": "effective_", "executed": "executed_"}
ITSELF = "(itself)"  # the network, where it computes outside of its layers


def costs(title: str, cost: Cost, peers: Sequence[PeerCount], notes: Iterable[str]) -> Group:
    """The layers and their sum, the bytes and times, the peers, and what is not counted."""
    parts: list[RenderableType] = [Text(title, style="bold"), _layers(cost), _facts(cost)]
    if with_counts := [peer for peer in peers if not peer.failure]:
        parts.append(_peers(cost, with_counts))
    sentences = [f"{peer.peer} failed: {peer.failure}" for peer in peers if peer.failure]
    sentences += [*([_uncounted(cost)] if cost.uncounted else []), *_warnings(cost), *notes]
    return Group(*parts, *(Text(f"note: {each}", style="dim") for each in sentences))


def _layers(cost: Cost) -> Table:
    """A row for each layer; numbers that are the same in all rows stand in one column."""
    table = _table(f"multiply-adds per sample, without biases, in {cost.mode} mode")
    for heading in ("layer", "class", "output"):
        table.add_column(heading, overflow="fold")
    columns: dict[tuple[str, ...], str] = {}
    for heading, cells in _numbers(cost).items():
        columns[cells] = f"{columns[cells]},\n{heading}" if cells in columns else heading
    for heading in columns.values():
        table.add_column(heading, justify="right", no_wrap=True)
    *rows, total = zip(*columns, strict=True)
    for layer, numbers in zip(cost.layers, rows, strict=True):
        table.add_row(*map(words, _description(layer)), *numbers)
    table.add_section()
    table.add_row("total", "", "", *total, style="bold")
    return table


def _description(layer: LayerCost) -> tuple[str, str, str]:
    name = layer.name or ITSELF
    by = "" if layer.ruled or not layer.operations else f" ({', '.join(layer.operations)})"
    calls = f" × {layer.calls}" if layer.calls > 1 else ""
    return name + calls, layer.kind + by, "" if layer.shape is None else _size(layer.shape)


def _numbers(cost: Cost) -> dict[str, tuple[str, ...]]:
    """Each column's cells, for all layers and in all."""
    return {"parameters": _column("parameters", [*cost.layers, cost])} | {
        heading: _column(f"{attribute}multiply_adds", [*cost.layers, cost])
        for heading, attribute in KINDS.items()
    }


def _column(attribute: str, rows: Iterable[LayerCost | Cost]) -> tuple[str, ...]:
    return tuple(_cell(row, attribute) for row in rows)


def _cell(row: LayerCost | Cost, attribute: str) -> str:
    """What is counted, and that there is more where there is."""
    count: int | None = getattr(row, attribute)
    if attribute == "parameters" or not row.uncounted:
        return _digits(count)
    return f"{_digits(count)} + {UNKNOWN}" if count else UNKNOWN


def _facts(cost: Cost) -> Table:
    """Bytes, and times if they were measured."""
    table = Table.grid(padding=(0, 2))
    table.add_row("weights", _digits(cost.weight_bytes), "bytes")
    table.add_row("kept for backward", _digits(cost.saved_bytes), "bytes per batch, in training")
    if cost.peak_bytes is not None:
        peak = _digits(cost.peak_bytes)
        table.add_row("peak of both passes", peak, "bytes per batch, beside weights and input")
    if cost.times:
        table.add_row("forward", str(cost.times.forward), "ms per batch")
        both = str(cost.times.forward_and_backward or UNKNOWN)
        table.add_row("forward and backward", both, "ms per batch")
    table.columns[1].justify = "right"
    return table


def _peers(cost: Cost, peers: Sequence[PeerCount]) -> Table:
    """Beside our count of each layer that of every peer, and why it is another."""
    table = _table("beside other counters, multiply-adds per sample")
    table.add_column("layer", overflow="fold")
    for heading in ("convlab", *(peer.peer for peer in peers)):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("because", overflow="fold")
    ours = {layer.name: layer.multiply_adds for layer in cost.layers}
    for name in dict.fromkeys([*ours, *(layer.layer for peer in peers for layer in peer.layers)]):
        counts, reasons = _by_peers(name, peers)
        cells = map(number, (ours.get(name, 0), *counts))
        table.add_row(words(name or ITSELF), *cells, words(*reasons.splitlines()))
    totals = [peer.multiply_adds or 0 for peer in peers]
    table.add_section()
    table.add_row("total", *map(number, (cost.multiply_adds, *totals)), style="bold")
    more = [number(total - cost.multiply_adds) for total in totals]
    table.add_row("more than ours", "", *more)
    return table


def _by_peers(name: str, peers: Sequence[PeerCount]) -> tuple[list[float], str]:
    """The peers' counts of a layer, and who counts otherwise for which reason."""
    layers = {
        peer.peer: next((layer for layer in peer.layers if layer.layer == name), None)
        for peer in peers
    }
    counts = [layer.multiply_adds if layer else 0 for layer in layers.values()]
    differing = {peer: layer for peer, layer in layers.items() if layer and layer.reason}
    return counts, "; ".join(f"{peer} {layer.reason}" for peer, layer in differing.items())


def _uncounted(cost: Cost) -> str:
    return f"{UNKNOWN} may multiply and add, but has no formula: {'; '.join(cost.uncounted)}"


def _warnings(cost: Cost) -> Iterator[str]:
    if cost.training_failure:
        yield (
            f"what training keeps is not known, since a pass in train mode fails: "
            f"{printable(cost.training_failure)}; a larger batch may do"
        )
    if cost.data_dependent:
        yield (
            "the network takes numbers or sizes out of its data "
            f"({'; '.join(cost.data_dependent)}), which are of zeros here: on other data it may "
            "compute more or less"
        )


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="italic", box=SIMPLE_HEAD)


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "number"


def _digits(count: int | None) -> str:
    return UNKNOWN if count is None else number(count)
