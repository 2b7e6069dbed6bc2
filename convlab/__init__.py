"""convlab checks what convolution buys you: `convlab.run("hadamard", seeds=8)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from os import PathLike

    from .record import Record

__all__ = ["load", "resume", "run", "runs"]
__version__ = "0.1.0"


def run(
    config: str,
    *,
    quick: bool = False,
    device: str = "auto",
    threads: int = 1,
    first_seed: int = 0,
    out: str | PathLike[str] = "runs",
    **settings: Any,
) -> Record:
    """Run a config, shipped or a path, with these settings, and keep the run in the folder `out`.

    Raises ConfigError or UsageError as the command line does. A setting with a dot is given as
    `**{"training.lr": 0.02}`. The record shows itself in a notebook; `Record.document()` is plain
    data, and `Record.to_frame()` a frame of pandas.
    """
    from . import lab
    from .settings import place

    return lab.run(
        lab.plan(config, settings, quick=quick),
        device=device,
        threads=threads,
        first_seed=first_seed,
        root=place(out),
    )


def resume(run: str | PathLike[str], *, out: str | PathLike[str] = "runs") -> Record:
    """Go on with the stored run of that name in the folder `out`, or of that path.

    What is trained is not trained again, and the numbers are those of a run that nothing stopped.
    One that is completed is loaded. Raises UsageError where what it is made from has changed, or a
    process is at work on it. It runs the code that the run's folder names: it is for your own.
    """
    from .lab import run_in, store
    from .settings import place

    return run_in(store.find(str(place(run)), place(out)), afresh=True)


def load(run: str | PathLike[str], *, out: str | PathLike[str] = "runs") -> Record:
    """The stored run of that name in the folder `out`, or of that path, with its arrays.

    Raises UsageError where there is none, or none that can be read.
    """
    from .lab import store
    from .settings import place

    return store.load(store.find(str(place(run)), place(out)))


def runs(out: str | PathLike[str] = "runs") -> list[Record]:
    """The stored runs in that folder, the oldest first and without their arrays.

    One that cannot be read has the status `unreadable`, and says why in `error`; so does one that
    was stopped before it kept a record, whose status is `dead`. Sweeps are not among them.
    """
    from .lab import listing
    from .settings import place

    return listing.runs(place(out))
