"""A network's counts with all that one must know to read them, and the way to them."""

from __future__ import annotations

import inspect
import warnings
from dataclasses import asdict, dataclass
from itertools import chain
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from .. import memory
from ..cost import Cost, cost
from ..cost.modes import in_mode, set_mode
from ..cost.peers import PeerCount, peer_counts
from ..errors import UsageError
from ..foreign import printable
from ..numbers import number
from ..settings import Timing
from ..workbench import choose_device
from .networks import Build, builder

MOST = 2**60  # numbers in a tensor, whose bytes torch counts in 63 bits
META = "meta"  # torch's device where nothing is allocated and nothing computed


@dataclass(frozen=True)
class Question:
    """Which network is counted, and on what; `shape` is that of one sample."""

    model: str
    shape: tuple[int, ...]
    batch: int = 1
    dtype: str = "float32"  # of the input, and of the weights unless it is a whole number
    classes: int = 10
    width: int = 8
    threads: int | None = None  # of a CPU, if times are to be measured
    against: bool = False
    train: bool = False  # count multiply-adds as it trains, not as it predicts


@dataclass(frozen=True)
class Answer:
    """What the network costs, and the device on which that was found."""

    question: Question
    device: str
    cost: Cost
    peers: tuple[PeerCount, ...] = ()

    @property
    def title(self) -> str:
        question = self.question
        return (
            f"{printable(question.model)} on a batch {(question.batch, *question.shape)} of "
            f"{question.dtype}"
        )

    @property
    def notes(self) -> list[str]:
        """What one must know to read the numbers."""
        if self.device == META:
            return [
                "nothing was allocated or computed; a device's own kernels may keep other bytes"
            ]
        return [self.cost.times.note] if self.cost.times else []

    def document(self) -> dict[str, Any]:
        """As plain data for JSON: the question's keys, those of `Cost`, and the peers."""
        costs = self.cost
        totals = {
            "multiply_adds": costs.multiply_adds,
            "effective_multiply_adds": costs.effective_multiply_adds,
            "executed_multiply_adds": costs.executed_multiply_adds,
            "uncounted": costs.uncounted,
            "data_dependent": costs.data_dependent,
        }
        question = {"device": self.device} | asdict(self.question)
        peers = {"peers": [asdict(peer) for peer in self.peers]}
        return question | totals | asdict(costs) | peers


def count(question: Question, device: str = "auto") -> Answer:
    """Count on the meta device where that will do, else for real: for times and for peers.

    Raises UsageError where the network or its input cannot be had; what the user's own code
    raises while it builds a network goes on, with a note.
    """
    build = builder(question.model, question.shape, question.classes, question.width)
    _check_sizes(question)
    place = device if device == "auto" else choose_device(device)
    if place not in ("auto", "cpu"):
        with memory.guard():
            return _answer(question, build(), place)
    expected = _on_meta(question, build)
    if isinstance(expected, Answer) and place == "auto" and not _for_real(question):
        return expected
    memory.require(_bytes_needed(expected), f"running {question.model}")
    with memory.guard(bounded=True):
        return _answer(question, build(), "cpu")


def _for_real(question: Question) -> bool:
    """Whether it asks for what only a real device can say."""
    return bool(question.threads) or question.against


def _check_sizes(question: Question) -> None:
    """Raise UsageError for what no tensor can have, wherever it is."""
    numbers = question.batch * prod(question.shape)
    if max(numbers, question.classes) > MOST:
        raise UsageError(
            f"{number(question.batch)} samples of --input {','.join(map(str, question.shape))} "
            f"and {number(question.classes)} classes are more than a tensor can hold, "
            f"{number(MOST)} numbers: ask for less"
        )


def _on_meta(question: Question, build: Build) -> Answer | nn.Module | None:
    """The answer; or the network, if it cannot be run there; or None, if not even built."""
    network = None
    try:
        with warnings.catch_warnings(action="ignore"), torch.device(META):
            network = build()
            answer = _answer(question, network, META)
            needs_numbers = META in answer.cost.training_failure.lower()
            return network if needs_numbers else answer
    except Exception:  # what is wrong, if anything is, shows on a real device
        return network


def _bytes_needed(expected: Answer | nn.Module | None) -> int:
    if isinstance(expected, Answer):
        return expected.cost.weight_bytes + (expected.cost.peak_bytes or 0)
    return sum(p.nbytes for p in expected.parameters()) if expected else 0


def _answer(question: Question, network: nn.Module, device: str) -> Answer:
    dtype: torch.dtype = getattr(torch, question.dtype)
    if device != META:
        network = network.to(device)
    if dtype.is_floating_point:
        network = network.to(dtype)
    network = _check(question.model, _unwrapped(network))
    x = torch.zeros(question.batch, *question.shape, dtype=dtype, device=device)
    meta = device == META
    timing = Timing(threads=question.threads) if question.threads and not meta else None
    costs = _cost(question, network, x, timing)
    set_mode(network, question.train)
    peers = peer_counts(network, x, costs) if question.against and not meta else ()
    return Answer(question, device, costs, peers)


def _cost(question: Question, network: nn.Module, x: Tensor, timing: Timing | None) -> Cost:
    try:
        with memory.guard():
            _make_lazy_layers(network, x)
            return cost(network, x, train=question.train, peak=True, timing=timing)
    except UsageError:
        raise
    except (Exception, SystemExit) as error:
        message = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        raise UsageError(
            f"{question.model} fails on an input {tuple(x.shape)} of {question.dtype}, which is a "
            f"batch of --input: {printable(message)}; {_way_out(question, message)}"
        ) from error


def _way_out(question: Question, message: str) -> str:
    if "more than 1 value per channel" in message:
        return "give a larger --batch, or count without --train"
    if question.dtype != "int64" and ("'indices'" in message or "Long" in message):
        return "of whole numbers, such as those of words, give --dtype int64"
    return "where it takes anything but one such tensor, name a Module that makes that from one"


def _unwrapped(network: nn.Module) -> nn.Module:
    """The network itself, without what compiles it or spreads it over devices."""
    if isinstance(network, nn.DataParallel | nn.parallel.DistributedDataParallel):
        return _unwrapped(network.module)
    original = getattr(network, "_orig_mod", None)
    return _unwrapped(original) if isinstance(original, nn.Module) else network


def _make_lazy_layers(network: nn.Module, x: Tensor) -> None:
    """Their weights, which have no size before a first pass."""
    if any(map(is_lazy, chain(network.parameters(), network.buffers()))):
        with in_mode(network, train=False), torch.no_grad():
            network(x)


def _check(model: str, network: nn.Module) -> nn.Module:
    """The network, if it can be watched and takes one input."""
    if any(isinstance(layer, torch.jit.ScriptModule) for layer in network.modules()):
        raise UsageError(
            f"{model} is scripted or traced, so that its layers cannot be watched: name the "
            "network as it was before torch.jit"
        )
    try:
        inspect.signature(network.forward).bind(None)
    except TypeError:
        parameters = inspect.signature(network.forward).parameters.values()
        inputs = ", ".join(each.name for each in parameters if each.default is each.empty)
        raise UsageError(
            f"the forward of {model} takes other inputs ({inputs}) than the one of --input: name "
            "a Module that takes one and makes the others from it"
        ) from None
    return network
