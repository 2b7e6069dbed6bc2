"""Tests of convlab.memory: what just fits is let through, what does not is told in GB."""

import resource
import sys
from math import inf
from pathlib import Path

import numpy as np
import pytest
import torch

from convlab import memory
from convlab.memory import NotEnoughMemory, guard, require


def test_what_just_fits_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "physical", lambda: 1_500_000_000)
    require(1_500_000_000, "a run")
    message = (
        "a run would take 2\u202f500 GB of memory, this machine has 1.5 GB: "
        "ask for less, or use a larger machine"
    )
    with pytest.raises(NotEnoughMemory) as caught:
        require(2_500_000_000_000, "a run")
    assert str(caught.value) == message
    with pytest.raises(NotEnoughMemory):
        require(1_500_000_001, "a run")


def test_the_memory_is_that_of_the_system_or_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}
    monkeypatch.setattr("os.sysconf", sizes.__getitem__)
    assert memory.physical() == 4_096_000

    def unknown(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr("os.sysconf", unknown)
    assert memory.physical() == inf


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RuntimeError("DefaultCPUAllocator: tried to allocate 80 bytes."), "would take 80 bytes"),
        (
            RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total"),
            "one array would take 20.00 GiB of memory",
        ),
        (
            RuntimeError("MPS backend out of memory. Tried to allocate 1.00 GB on private pool."),
            "one array would take 1.00 GB of memory",
        ),
        (MemoryError(), "an array asks for more of memory that is not free"),
        (MemoryError("Unable to allocate 7.5 PiB"), "Unable to allocate 7.5 PiB of memory"),
        (RuntimeError("shapes differ"), None),
        (ValueError("tried to allocate 3 bytes"), None),
    ],
)
def test_only_what_an_allocator_refuses_is_a_lack_of_memory(
    error: Exception, message: str | None
) -> None:
    with pytest.raises(NotEnoughMemory if message else type(error)) as caught, guard():
        raise error
    assert (message or str(error)) in str(caught.value)
    assert (caught.value is error) == (message is None)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others promise and take back")
def test_what_a_bounded_allocator_is_asked_for_is_refused_and_not_promised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "physical", lambda: 300_000_000.0)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with guard(bounded=True):
        bytearray(100_000_000)
    for ask in (lambda: torch.zeros(10**8), lambda: np.zeros(10**8), growing):
        with pytest.raises(NotEnoughMemory), guard(bounded=True):
            ask()
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    torch.zeros(10**8)


def growing() -> None:
    """Much, a little at a time."""
    kept = [bytearray(10**6) for _ in range(1000)]
    assert kept


@pytest.mark.parametrize(
    ("said", "most"),
    [("1000\n", 1000), ("max\n", 8000), ("9223372036854771712", 8000), (None, 8000)],
)
def test_a_container_has_what_it_may_use(
    said: str | None, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = {"SC_PAGE_SIZE": 8, "SC_PHYS_PAGES": 1000}
    monkeypatch.setattr("os.sysconf", sizes.__getitem__)
    monkeypatch.setattr(memory, "LIMITS", (tmp_path / "memory.max", tmp_path / "no"))
    if said is not None:
        (tmp_path / "memory.max").write_text(said)
    assert memory.physical() == most
