"""What a network costs, as tables: layer by layer, in all, and beside what peers count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ..measure import number

if TYPE_CHECKING:  # they import torch
    from ..cost import Cost, LayerCost
    from ..cost.comparison import Comparison

UNKNOWN = "?"
KINDS = {"nominal": "", "effective": "effective_", "executed": "executed_"}
NAMED = 3  # layers that a reason names before it counts the rest


def costs(title: str, spent: Cost, peers: Iterable[Comparison], notes: Iterable[str]) -> Group:
    """The layers and their sum, the bytes and times, the peers, and what is not counted."""
    parts: list[RenderableType] = [Text(title, style="bold"), _layers(spent), _facts(spent)]
    beside = list(peers)
    if beside:
        parts.append(_peers(spent, beside))
    told = [*([_uncounted(spent)] if spent.uncounted else []), *notes]
    return Group(*parts, *(Text(f"note: {note}", style="dim") for note in told))


def _layers(spent: Cost) -> Table:
    """A row for each layer; numbers that are the same in all rows stand in one column."""
    table = _table("multiply-adds per sample, without biases")
    for heading in ("layer", "class", "output"):
        table.add_column(heading, overflow="fold")
    columns: dict[tuple[str, ...], str] = {}
    for heading, cells in _numbers(spent).items():
        columns[cells] = f"{columns[cells]},\n{heading}" if cells in columns else heading
    for heading in columns.values():
        table.add_column(heading, justify="right", no_wrap=True)
    *rows, total = zip(*columns, strict=True)
    for layer, numbers in zip(spent.layers, rows, strict=True):
        table.add_row(*map(escape, _described(layer)), *numbers)
    table.add_section()
    table.add_row("total", "", "", *total, style="bold")
    return table


def _described(layer: LayerCost) -> tuple[str, str, str]:
    name = layer.name or "(itself)"
    by = "" if layer.ruled or not layer.operations else f" ({', '.join(layer.operations)})"
    calls = f" × {layer.calls}" if layer.calls > 1 else ""
    return name + calls, layer.kind + by, "" if layer.shape is None else _size(layer.shape)


def _numbers(spent: Cost) -> dict[str, tuple[str, ...]]:
    """Each column's cells, for all layers and in all."""
    return {"parameters": _column("parameters", [*spent.layers, spent])} | {
        heading: _column(f"{attribute}multiply_adds", [*spent.layers, spent])
        for heading, attribute in KINDS.items()
    }


def _column(attribute: str, rows: Iterable[LayerCost | Cost]) -> tuple[str, ...]:
    return tuple(_number(row, attribute) for row in rows)


def _number(row: LayerCost | Cost, attribute: str) -> str:
    """What is counted, and that there is more where there is."""
    count: int | None = getattr(row, attribute)
    if attribute == "parameters" or not row.uncounted:
        return _written(count)
    return f"{_written(count)} + {UNKNOWN}" if count else UNKNOWN


def _facts(spent: Cost) -> Table:
    """Bytes, and times if they were measured."""
    table = Table.grid(padding=(0, 2))
    table.add_row("weights", _written(spent.weight_bytes), "bytes")
    table.add_row("kept for backward", _written(spent.saved_bytes), "bytes per batch")
    if spent.peak_bytes is not None:
        peak = _written(spent.peak_bytes)
        table.add_row("peak of both passes", peak, "bytes per batch, beside weights and input")
    if spent.times:
        table.add_row("forward", str(spent.times.forward), "ms per batch")
        both = str(spent.times.forward_and_backward)
        table.add_row("forward and backward", both, "ms per batch")
    table.columns[1].justify = "right"
    return table


def _peers(spent: Cost, peers: Iterable[Comparison]) -> Table:
    table = _table("beside other counters, per sample")
    table.add_column("counted by")
    table.add_column("multiply-adds", justify="right", no_wrap=True)
    table.add_column("more than ours", justify="right", no_wrap=True)
    table.add_column("because it", overflow="fold")
    table.add_row("convlab", _written(spent.multiply_adds))
    for peer in peers:
        if peer.multiply_adds is None:
            table.add_row(peer.peer, "failed", "", escape(peer.failure))
            continue
        more = number(peer.multiply_adds - spent.multiply_adds)
        table.add_row(peer.peer, number(peer.multiply_adds), more)
        for each in peer.differences:
            where = f"{each.reason}: {_some(each.layers)}"
            table.add_row("", "", number(each.multiply_adds), escape(where))
    return table


def _some(layers: tuple[str, ...]) -> str:
    names = [name or "(itself)" for name in layers]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _uncounted(spent: Cost) -> str:
    return f"{UNKNOWN} may multiply and add, but has no formula: {'; '.join(spent.uncounted)}"


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="italic", box=SIMPLE_HEAD)


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "number"


def _written(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"
