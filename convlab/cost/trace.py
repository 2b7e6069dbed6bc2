"""Who computes what in a forward pass: every operation of torch, under the layer that ran it."""

from __future__ import annotations

import inspect
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import ParametrizationList
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from . import formulas
from .kinds import Kind, kind
from .multiply_adds import MultiplyAdds
from .rules import rule

READING = {torch.Tag.data_dependent_output, torch.Tag.dynamic_output_shape}
LEAVING = {Tensor.numpy, Tensor.__array__, Tensor.tolist, Tensor.__dlpack__}  # to where none sees


@dataclass
class Entry:
    """What one layer did in all its calls; what a layer inside of it did is not in it."""

    calls: int = 0
    shape: tuple[int, ...] | None = None  # of the last call's first output
    by_rule: MultiplyAdds | None = None  # if the layer has a rule
    by_operations: MultiplyAdds = field(default_factory=MultiplyAdds)
    by_name: Counter[str] = field(default_factory=Counter)  # the nominal ones by operation
    unknown: dict[str, None] = field(default_factory=dict)  # operations without a formula
    of_weights: dict[str, None] = field(
        default_factory=dict
    )  # what made those of a layer with rule
    reading: dict[str, None] = field(default_factory=dict)  # what took numbers or sizes from data


@contextmanager
def trace(network: nn.Module) -> Iterator[dict[nn.Module, Entry]]:
    """The trace: an entry for each layer that is called meanwhile, in the order of first calls.

    A layer with a rule is one whole: what its parts do is in its entry.
    """
    watch = _Watch(network)
    with watch, _Leaving(watch), ExitStack() as hooks:
        for layer in network.modules():
            before, after = layer.register_forward_pre_hook, layer.register_forward_hook
            hooks.callback(before(watch.enter, prepend=True).remove)
            hooks.callback(before(watch.begin).remove)  # behind hooks that make its weights
            ruled = rule(layer) is not None  # then what hooks do behind it is not in the rule
            hooks.callback(after(watch.leave, prepend=ruled, with_kwargs=True).remove)
        yield watch.entries


class _Watch(TorchDispatchMode):
    """Writes what it sees to the entry of the layer that is running."""

    supports_higher_order_operators = True

    def __init__(self, network: nn.Module) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: defaultdict[nn.Module, Entry] = defaultdict(Entry)
        self.running = [network]  # the innermost layer last, or the one around it with a rule
        self.preparing = [False]  # whether its weights are being made: by a hook, or parametrized

    def enter(self, layer: nn.Module, inputs: Any) -> None:
        around = self.running[-1]
        self.running.append(around if rule(around) else layer)
        self.preparing.append(True)
        self.entries[self.running[-1]].calls += self.running[-1] is layer

    def begin(self, layer: nn.Module, inputs: Any) -> None:
        part = self.running[-1] is self.running[-2] and self.preparing[-2]
        self.preparing[-1] = part or isinstance(layer, ParametrizationList)

    def leave(self, layer: nn.Module, inputs: Any, named: dict[str, Any], y: Any) -> None:
        self.preparing.pop()
        if self.running.pop() is not layer:
            return
        entry, count = self.entries[layer], rule(layer)
        first = next((leaf for leaf in tree_leaves(y) if isinstance(leaf, Tensor)), None)
        entry.shape = None if first is None else tuple(first.shape)
        if count:
            entry.by_rule = entry.by_rule or MultiplyAdds()
            entry.by_rule += count(layer, _inputs_in_order(layer, inputs, named), y)

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        what = kind(operation, args)
        if what is Kind.UNKNOWN:
            parts = self._run_parts(operation, args, kwargs)
            if parts is not NotImplemented:
                return parts
        output = operation(*args, **kwargs)
        counted = what is Kind.PRODUCT
        found = formulas.count(operation, args, kwargs, output) if counted else what
        self._write(operation, args, found)
        return output

    def _write(
        self, operation: Any, args: tuple[Any, ...], found: MultiplyAdds | Kind | None
    ) -> None:
        entry, name = self.entries[self.running[-1]], formulas.name(operation)
        if isinstance(found, MultiplyAdds):
            entry.by_operations += found
            entry.by_name[name] += found.nominal
        elif found is not Kind.PLAIN:
            entry.unknown[name] = None
        if found is not Kind.PLAIN and self.preparing[-1]:
            entry.of_weights[name] = None
        if _reads(operation, args):
            entry.reading[name] = None

    def _run_parts(self, operation: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        """What the operation returns if it is made of others, which are seen one by one."""
        if not hasattr(operation, "decompose"):
            return NotImplemented
        with self:
            return operation.decompose(*args, **kwargs)


class _Leaving(TorchFunctionMode):
    """Writes what gives numbers to numpy or Python, which is no operation of torch."""

    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self.watch = watch

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if function in LEAVING:
            entry = self.watch.entries[self.watch.running[-1]]
            entry.reading[f"Tensor.{function.__name__}"] = None
        return function(*args, **(kwargs or {}))


def _reads(operation: Any, args: Sequence[Any]) -> bool:
    """Whether it takes a number out of a tensor, or has as many outputs as these tell."""
    if READING.isdisjoint(getattr(operation, "tags", ())):
        return False
    leaves = tree_leaves(args[1:])
    masked = any(isinstance(leaf, Tensor) and leaf.dtype == torch.bool for leaf in leaves)
    return masked or formulas.name(operation) != "aten.index"


def _inputs_in_order(
    layer: nn.Module, inputs: Sequence[Any], named: dict[str, Any]
) -> Sequence[Any]:
    """The inputs in the order in which the layer's forward takes them."""
    if not named:
        return inputs
    return list(inspect.signature(layer.forward).bind(*inputs, **named).arguments.values())
