"""What a network keeps beside its numbers, as plain data that can be compared.

Networks that are trained as one program share one object, and whatever that keeps as attributes:
they may be stacked only where these agree, and where a call leaves them as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from pickle import Pickler
from types import CodeType, FunctionType, ModuleType
from typing import Any
from weakref import ReferenceType

import torch
from torch import Tensor, nn

TENSORS = "_parameters", "_buffers"
OF_EVERY_MODULE = frozenset(vars(nn.Module()))  # most of it is hooks, and empty
Description = dict[str, object]  # by the dotted name of the attribute


def description(network: nn.Module) -> Description:
    """All that a network keeps, itself or by its classes, but the numbers of its tensors.

    Raises whatever an attribute raises that cannot be looked into.
    """
    classes = dict.fromkeys(type(module) for module in network.modules())
    of_classes = (pair for kind in classes for pair in _of_class(kind))
    return own_description(network) | {name: digest(kept) for name, kept in of_classes}


def own_description(network: nn.Module) -> Description:
    """Equal for networks that are alike in all but the numbers of parameters and buffers."""
    order: dict[int, int] = {}  # of tensors, so that what is shared is told from what is not
    return dict(_described(network, order))


def difference(one: Description, other: Description) -> str:
    """The name of the first attribute that the two do not have in common, or nothing."""
    names = one.keys() | other.keys()
    return next((name for name in sorted(names) if one.get(name) != other.get(name)), "")


def digest(value: Any, order: Mapping[int, int] | None = None) -> object:
    """What is equal for equal values; tensors that `order` names are told by their place."""
    if _is_plain(value) or (isinstance(value, dict) and not value):
        return value
    pickled = BytesIO()
    _Describer(pickled, order or {}).dump(value)
    return sha256(pickled.getvalue()).digest()


def _is_plain(value: object) -> bool:
    """Whether it may stand for itself, which takes less time than to be pickled."""
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return isinstance(value, bool | int | str | None)


def _described(network: nn.Module, order: dict[int, int]) -> Iterator[tuple[str, object]]:
    for path, module in network.named_modules(remove_duplicate=False):
        dot = f"{path}." if path else ""
        yield f"{dot}__class__", type(module)
        for name, kept in vars(module).items():
            if name == "_modules":
                continue
            if name in TENSORS:
                yield from ((dot + each, _form(tensor, order)) for each, tensor in kept.items())
            elif name not in OF_EVERY_MODULE or kept:
                yield dot + name, digest(kept, order)


def _of_class(kind: type[nn.Module]) -> Iterator[tuple[str, object]]:
    """What the user's classes keep for all their networks, and the functions that may use more."""
    of_users = kind.__mro__[: kind.__mro__.index(nn.Module)]
    for each in (each for each in of_users if not each.__module__.startswith("torch.")):
        for name, kept in vars(each).items():
            is_data = not (name.startswith("__") or _does(kept))
            if is_data or isinstance(kept, FunctionType):
                yield f"{each.__qualname__}.{name}", kept


def _form(tensor: Tensor | None, order: dict[int, int]) -> object:
    """All of a parameter or buffer but its numbers."""
    if tensor is None:
        return None
    place = order.setdefault(id(tensor), len(order))
    memory = order.setdefault(-tensor.untyped_storage().data_ptr(), len(order))
    kind = type(tensor), tensor.dtype, tensor.layout, tensor.requires_grad, has_hooks(tensor)
    return place, memory, tensor.shape, kind


def has_hooks(tensor: Tensor) -> bool:
    """Whether something else is done once its gradient is there."""
    return bool(tensor._backward_hooks or getattr(tensor, "_post_accumulate_grad_hooks", None))


class _Describer(Pickler):
    """Pickles what is to be compared and never read back, functions and classes among it."""

    def __init__(self, file: BytesIO, order: Mapping[int, int]) -> None:
        super().__init__(file, protocol=5)
        self.order, self.seen = order, dict[int, object]()

    def persistent_id(self, value: Any) -> object:
        form = next((form for kind, form in FORMS.items() if isinstance(value, kind)), None)
        if form is None:
            return None
        if id(value) in self.order:
            return "tensor", self.order[id(value)]
        if id(value) in self.seen:
            return "seen", list(self.seen).index(id(value))
        self.seen[id(value)] = value  # which keeps it, and its id, alive
        return type(value).__name__, form(value)


def _function(function: FunctionType) -> object:
    """By its code, and the data that it closes over or finds beside it."""
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    names = (name for name in function.__code__.co_names if name in function.__globals__)
    beside = {name: function.__globals__[name] for name in names}
    data = {n: kept for n, kept in beside.items() if not _does(kept) or _is_near(kept, function)}
    defaults = function.__defaults__, function.__kwdefaults__
    return function.__code__, defaults, cells, vars(function), data


def _is_near(kept: object, function: FunctionType) -> bool:
    """Whether this is a function of the same package, which may use data as well."""
    return isinstance(kept, FunctionType) and _package(kept) == _package(function)


def _package(function: FunctionType) -> str:
    return str(function.__module__).partition(".")[0]


def _does(kept: object) -> bool:
    """Whether this does something, rather than that it keeps something."""
    return callable(kept) or isinstance(kept, ModuleType | property | classmethod | staticmethod)


def _code(code: CodeType) -> object:
    return code.co_qualname, code.co_code, code.co_consts, code.co_names


def _class(kind: type) -> object:
    return kind.__module__, kind.__qualname__, id(kind)


def _tensor(tensor: Tensor) -> object:
    kind = str(tensor.dtype), str(tensor.layout), str(tensor.device), tensor.requires_grad
    return tuple(tensor.shape), kind, _numbers(tensor)


def _numbers(tensor: Tensor) -> bytes:
    """What stands for the numbers of a tensor of any kind."""
    if tensor.is_meta:
        return b""
    saved = BytesIO()
    torch.save(tensor.detach().clone(), saved)
    return sha256(saved.getvalue()).digest()


FORMS: dict[type, Callable[[Any], object]] = {
    Tensor: _tensor,
    FunctionType: _function,
    CodeType: _code,
    type: _class,
    ModuleType: lambda module: module.__name__,
    ReferenceType: lambda reference: reference(),
}
