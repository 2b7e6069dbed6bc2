"""Tests of convlab.train.rules: what cannot be stacked is found, trained alone, and said."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor, nn
from torch.autograd import Function
from torch.nn.functional import mse_loss
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm
from torch.utils.checkpoint import checkpoint

from convlab.settings import Training
from convlab.streams import Data
from convlab.train import fit, steps
from tests.train import zoo
from tests.train.test_zoo import check

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated")  # but still in use
ROW = partial(zoo.task, zoo.ROW)
Build = Callable[[], nn.Module]


class Net(nn.Module):
    """Two layers, between which a subclass or a function does something unusual."""

    def __init__(
        self, between: Callable[[Any, Tensor], Tensor] | None = None, **kept: Any
    ) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 4), nn.Linear(4, 2)
        self.between = between
        for name, value in kept.items():
            setattr(self, name, value)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.first(x)
        answer: Tensor = self.last(self.between(self, inner) if self.between else inner.tanh())
        return answer


def between(function: Callable[[Any, Tensor], Tensor], **kept: Callable[[], Any]) -> Build:
    """Builds networks with that function between the layers, and what it keeps, made anew."""
    return lambda: Net(function, **{name: make() for name, make in kept.items()}).double()


def features() -> Tensor:
    return torch.randn(4, 4, dtype=torch.float64)


def closing_over() -> Callable[[Any, Tensor], Tensor]:
    scale = torch.rand((), dtype=torch.float64)
    return lambda network, x: (x * scale).tanh()


class Counting(nn.Module):
    """Fades with the number of calls, which its class keeps."""

    calls = 0

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        Counting.calls += self.training
        answer: Tensor = self.layer(x)
        return answer


CALLS: list[int] = []


def noticed(network: Any, x: Tensor) -> Tensor:
    CALLS.append(len(x))
    return x


class Cube(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        slope: Tensor = 3 * x**2 * gradient
        return slope


def cubed(network: Any, x: Tensor) -> Tensor:
    cube: Tensor = Cube.apply(x)  # type: ignore[no-untyped-call]
    return cube


def moving_mean(network: Any, x: Tensor) -> Tensor:
    if network.training:
        network.mean = 0.9 * network.mean + 0.1 * x.detach().mean(0)
    centred: Tensor = x - network.mean
    return centred


def fading(network: Any, x: Tensor) -> Tensor:
    network.scale *= 0.9
    faded: Tensor = x * network.scale
    return faded


def with_buffer() -> nn.Module:
    network = Net(moving_mean)
    network.register_buffer("mean", torch.zeros(4))
    return network.double()


def with_hook(hooked: Callable[[nn.Linear], object]) -> Build:
    def build() -> nn.Module:
        network = Net().double()
        hooked(network.first)
        return network

    return build


def gradient_inside(network: Any, x: Tensor) -> Tensor:
    with torch.enable_grad():
        point = x if x.requires_grad else x.detach().requires_grad_()
        (slope,) = torch.autograd.grad(point.pow(3).sum(), point, create_graph=True)
    return slope


def changed(change: Callable[[nn.Linear], object]) -> Build:
    def build() -> nn.Module:
        network = Net()
        change(network.first)
        return network.double()

    return build


def scripted() -> nn.Module:
    layers = nn.Sequential(nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    script: nn.Module = torch.jit.script(layers)
    return script


def of_a_width_of_its_own() -> nn.Module:
    width = int(torch.randint(2, 9, ()))
    return nn.Sequential(nn.Linear(8, width), nn.Tanh(), nn.Linear(width, 2)).double()


def tied() -> nn.Module:
    network = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8), nn.Linear(8, 2))
    network[2].weight = network[0].weight
    return network.double()


def frozen() -> nn.Module:
    network = Net().double()
    network.first.requires_grad_(False)
    return network


def partly_evaluated() -> nn.Module:
    norm = nn.BatchNorm1d(4)
    return nn.Sequential(
        nn.Linear(8, 4), norm.eval(), nn.Dropout(0.5).eval(), nn.Linear(4, 2)
    ).double()


def by_the_batch() -> nn.Module:
    norm = nn.BatchNorm1d(4, track_running_stats=False)
    return nn.Sequential(nn.Linear(8, 4), norm, nn.Linear(4, 2)).double()


def in_place() -> nn.Module:
    return nn.Sequential(nn.ReLU(inplace=True), nn.Linear(8, 2)).double()


UNUSUAL: dict[str, Build] = {
    "a tensor of its own": between(lambda n, x: x @ n.kept, kept=features),
    "a permutation": between(lambda n, x: x[:, n.kept], kept=lambda: torch.randperm(4)),
    "a number of its own": between(lambda n, x: x * n.kept, kept=lambda: torch.rand(()).item()),
    "a list of its own": between(lambda n, x: x * n.kept[0], kept=lambda: [torch.rand(()).item()]),
    "a closure of its own": lambda: Net(closing_over()).double(),
    "an array": between(
        lambda n, x: x * torch.as_tensor(n.kept),
        kept=lambda: np.random.rand(4),
    ),
    "a moving mean": with_buffer,
    "a state kept in Python": between(fading, scale=lambda: 1.0),
    "a hook on a gradient": with_hook(lambda layer: layer.weight.register_hook(lambda g: g * 0)),
    "a hook on a layer": with_hook(lambda f: f.register_forward_hook(lambda m, i, o: 2 * o)),
    "a hook before a layer": with_hook(
        lambda f: f.register_forward_pre_hook(lambda m, i: 2 * i[0])
    ),
    "a way that depends on a mean": between(lambda n, x: x if x.mean() > 0 else -2 * x),
    "an item": between(lambda n, x: x * x.detach().abs().max().item()),
    "a mask": between(lambda n, x: x * torch.ones_like(x).masked_scatter(x > 0, x[x > 0])),
    "a function of its own": between(cubed),
    "a checkpoint": between(lambda n, x: checkpoint(torch.tanh, x, use_reentrant=False)),
    "a gradient": between(gradient_inside),
    "a permuted batch": between(lambda n, x: x[torch.randperm(len(x))]),
    "numbers of numpy": between(lambda n, x: x * np.random.rand() if n.training else x),
    "numbers of Python": between(lambda n, x: x * random.random() if n.training else x),
    "spectral norm": changed(spectral_norm),
    "spectral norm, parametrised": changed(parametrizations.spectral_norm),
    "weight norm": changed(weight_norm),
    "weight norm, parametrised": changed(parametrizations.weight_norm),
    "pruned": changed(lambda layer: prune.l1_unstructured(layer, "weight", 0.5)),
    "an in-place change of x": in_place,
    "tied weights": tied,
    "frozen weights": frozen,
    "parts in evaluation": partly_evaluated,
    "norms of the batch": by_the_batch,
    "scripted": scripted,
    "a count of its class": lambda: Counting().double(),
    "a list beside it": between(noticed),
    "a width of its own": of_a_width_of_its_own,
}
STACKED = {"tied weights", "frozen weights", "parts in evaluation", "norms of the batch"}


def note_of(build: Build, seeds: int = 16) -> str:
    networks = fit(build, ROW, mse_loss, seeds=seeds, training=Training(steps=1))
    return " ".join(networks.notes)


@pytest.mark.long
@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_network_is_trained_as_by_a_plain_loop(name: str) -> None:
    check(UNUSUAL[name], ROW, mse_loss)


@pytest.mark.parametrize("name", UNUSUAL)
def test_a_note_says_what_was_trained_one_after_another(name: str) -> None:
    note = note_of(UNUSUAL[name])
    assert note.startswith("the networks were trained one after another: ") or name in STACKED


@pytest.mark.parametrize(
    "name, words",
    [
        ("a permutation", "`kept` differs between seeds"),
        ("a closure of its own", "`between` differs between seeds"),
        ("a moving mean", "stacked, mean of the first step is another"),
        ("a state kept in Python", "a step changes the attribute `scale`"),
        ("a hook on a gradient", "`first.weight` has a hook on its gradient"),
        ("a hook on a layer", "layer `first` has a hook"),
        ("a count of its class", "a step changes the attribute `Counting.calls`"),
        ("a list beside it", "a step changes the attribute `between`"),
        ("numbers of numpy", "they draw random numbers in training"),
        ("an in-place change of x", "they change their input"),
        ("a way that depends on a mean", "vmap"),
    ],
)
def test_a_note_names_what_hinders(name: str, words: str) -> None:
    assert words in note_of(UNUSUAL[name])


def test_usual_networks_are_trained_together_without_a_note() -> None:
    for build in (lambda: Net().double(), *(UNUSUAL[name] for name in STACKED)):
        networks = fit(build, ROW, mse_loss, seeds=16, training=Training(steps=1))
        assert networks.notes == () and networks.alone == ()


def test_one_seed_needs_no_note() -> None:
    assert all(note_of(build, seeds=1) == "" for build in UNUSUAL.values())


def test_a_padding_row_that_the_first_batch_lacks_stays_as_it_is() -> None:
    def sentences(generator: Generator) -> Data:
        x = torch.randint(1, 10, (8, 5), generator=generator)
        return Data(x, torch.randn(8, 2, generator=generator, dtype=torch.float64))

    note = " ".join(
        fit(
            partial(zoo.of_words, partial(nn.Embedding, 10, 3, padding_idx=0)),
            sentences,
            mse_loss,
            seeds=16,
            training=Training(steps=1),
        ).notes
    )
    assert "treats some rows in a way of their own" in note


class Growing(nn.Module):
    """A loss that weighs each call more than the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, out: Tensor, y: Tensor) -> Tensor:
        self.calls += 1
        return self.calls * mse_loss(out, y)


def test_a_loss_that_a_step_changes_is_called_for_each_network() -> None:
    loss = Growing()
    one = fit(lambda: Net().double(), ROW, Growing(), seeds=1, training=Training(steps=3))
    five = fit(lambda: Net().double(), ROW, loss, seeds=5, training=Training(steps=3))
    assert five.notes[0].endswith("a step changes the loss") and loss.calls == 15
    assert torch.equal(five.losses[:1], one.losses)


def test_a_failure_in_a_later_step_ends_in_plain_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    def lasting(program: Any, batch: Any) -> Tensor:
        calls.append(len(program.alone))
        if len(calls) == 3 and not program.alone:
            raise RuntimeError("vmap has nothing for this step")
        return plain(program, batch)

    calls: list[int] = []
    ask = partial(fit, lambda: Net().double(), ROW, mse_loss, training=Training(steps=4))
    one, plain = ask(seeds=1), steps.gradients_and_losses
    monkeypatch.setattr(steps, "gradients_and_losses", lasting)
    six = ask(seeds=6)
    assert six.notes[0].endswith("vmap has nothing for this step")
    assert calls == [0] * 3 + [1] * 24 and torch.equal(six.losses[:1], one.losses)


class Frozen(nn.Module):
    """Keeps its norm in evaluation, as `train` is often written to do."""

    def __init__(self) -> None:
        super().__init__()
        self.layer, self.norm = nn.Linear(8, 2), nn.BatchNorm1d(2)

    def train(self, mode: bool = True) -> "Frozen":
        super().train(mode)
        self.norm.eval()
        return self

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.norm(self.layer(x))
        return answer


@pytest.mark.parametrize("seeds", [1, 5])
def test_a_network_may_say_itself_what_training_is(seeds: int) -> None:
    networks = fit(
        lambda: Frozen().double(), ROW, mse_loss, seeds=seeds, training=Training(steps=2)
    )
    assert (networks.state["norm.running_mean"] == 0).all()


def drawn_by_its_class() -> nn.Module:
    class_of_all = Scaled
    class_of_all.scale = torch.rand((), dtype=torch.float64).item()
    return class_of_all().double()


class Scaled(nn.Module):
    """Uses a number that its class keeps, and that every network draws anew."""

    scale = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.layer(x) * Scaled.scale
        return answer


def counting_beside() -> nn.Module:
    calls = [0]

    def grown(network: Any, x: Tensor) -> Tensor:
        calls[0] += network.training
        return x * calls[0]

    return Net(grown).double()


def drawing_beside() -> nn.Module:
    source = torch.Generator().manual_seed(1)

    def noisy(network: Any, x: Tensor) -> Tensor:
        noise = torch.randn(x.shape, generator=source, dtype=x.dtype)
        return x + noise if network.training else x

    return Net(noisy).double()


def unfreezing(network: Any, x: Tensor) -> Tensor:
    network.calls += network.training
    network.first.requires_grad_(network.calls > 1)
    return x


def thawing() -> nn.Module:
    network = Net(unfreezing, calls=0).double()
    network.first.requires_grad_(False)
    return network


def shadowed() -> nn.Module:
    network = Net(lambda n, x: x + n.shadow.sum()).double()
    network.register_buffer("shadow", network.first.weight.detach())
    return network


class Doubled(nn.Parameter):
    """A weight of a class of its own."""

    @classmethod
    def __torch_function__(
        cls, function: Any, types: Any, arguments: Any = (), keywords: Any = None
    ) -> Any:
        answer = super().__torch_function__(  # type: ignore[no-untyped-call]
            function, types, arguments, keywords or {}
        )
        return answer * 2 if function is nn.functional.linear else answer


def of_a_class_of_its_own() -> nn.Module:
    network = nn.Sequential(nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 2)).double()
    network[0].weight = Doubled(torch.rand(4, 8, dtype=torch.float64))
    return network


def with_a_gradient_of_a_buffer() -> nn.Module:
    network = Net(lambda n, x: x + n.offset).double()
    network.register_buffer("offset", torch.zeros(4, dtype=torch.float64, requires_grad=True))
    return network


def when_it_answers(function: Callable[[Any, Tensor], Tensor]) -> Build:
    return between(lambda n, x: x if n.training else function(n, x))


SHARED: dict[str, tuple[Build, str]] = {
    "a number that its class draws": (drawn_by_its_class, "build one changes what another sees"),
    "a count beside it": (counting_beside, "`between` differs between seeds"),
    "a source of noise beside it": (drawing_beside, "`between` differs between seeds"),
    "weights that are freed later": (thawing, "a step changes the attribute `calls`"),
    "a buffer in a weight's memory": (shadowed, "`shadow` shares the memory of `first.weight`"),
    "a weight of a class of its own": (of_a_class_of_its_own, "a kind of its own, Doubled"),
    "a buffer with a gradient": (with_a_gradient_of_a_buffer, ""),
    "an in-place change at last": (when_it_answers(lambda n, x: x.sub_(3)), ""),
    "numbers of numpy at last": (
        when_it_answers(lambda n, x: x * np.random.rand()),
        "they draw random numbers when they answer",
    ),
    "dropout at last": (
        when_it_answers(lambda n, x: nn.functional.dropout(x, 0.5, True)),
        "they draw random numbers when they answer",
    ),
}


def test_a_gradient_may_be_taken_in_an_answer() -> None:
    check(between(gradient_inside), ROW, mse_loss)


@pytest.mark.parametrize("name", SHARED)
def test_what_is_kept_elsewhere_is_as_in_a_plain_loop(name: str) -> None:
    build, words = SHARED[name]
    assert words in note_of(build)
    check(build, ROW, mse_loss)


def test_an_answer_may_change_its_input() -> None:
    class Shift(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x if self.training else x.sub_(3)

    build = lambda: nn.Sequential(Shift(), nn.Linear(8, 2)).double()  # noqa: E731
    assert "they change their input when they answer" in note_of(build)
    check(build, ROW, mse_loss)


COUNT = {"calls": 0}


def counted(x: Tensor) -> Tensor:
    COUNT["calls"] += 1
    return x * COUNT["calls"]


@pytest.mark.parametrize("seeds", [1, 5])
def test_what_a_function_of_the_same_file_keeps_is_seen(seeds: int) -> None:
    COUNT["calls"] = 0
    build = between(lambda n, x: counted(x) if n.training else x)
    networks = fit(build, ROW, mse_loss, seeds=seeds, training=Training(steps=3))
    assert seeds == 1 or "a step changes the attribute `between`" in networks.notes[0]
    assert seeds > 1 or COUNT["calls"] == 3
