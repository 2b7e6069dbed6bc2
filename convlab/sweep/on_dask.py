"""The engine of a cluster: Dask hands folders to workers, and each starts a process for a run.

What is true stands in the folders, and Dask only says who carries out which. Where a worker does
not see a folder, its run is packed, sent, and comes back through the client.
"""

from __future__ import annotations

import logging
import platform
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from ..errors import UsageError
from ..lab import environment
from ..lab.asked import ASKED
from . import packing
from .attempt import Ended, Policy, until_done
from .processes import FAILED

SETTINGS = Path(__file__).with_name("dask.yaml")
IN_HAND = 2  # runs for each worker that are handed to the scheduler
RETRIES = (
    10  # of a run whose worker is lost: convlab counts, and gives up where none makes progress
)
TIMEOUT = 30  # seconds, for a scheduler to answer
PATIENCE = 60.0  # seconds, for a lost worker's process to end
Tell = Callable[[str], object]


@dataclass(frozen=True)
class Task:
    """What a worker is to do. A folder that it does not see is sent."""

    folder: str
    asked: str  # the hash of what is asked for there
    policy: Policy
    afresh: bool
    versions: dict[str, str]
    packed: bytes = b""


@dataclass(frozen=True)
class Result:
    """What a worker did, or why it could not."""

    ended: Ended | None = None  # none where it does not see the folder
    packed: bytes = b""
    refused: str = ""


def dask(
    folders: Iterable[Path],
    policy: Policy,
    *,
    jobs: int = 1,
    address: str | None = None,
    afresh: bool = False,
    tell: Tell = lambda text: None,
) -> Iterator[Ended]:
    """Carry out the runs of the folders on a cluster, and give each as it ends.

    With an address, that of its scheduler; without, a cluster of `jobs` workers is started on this
    machine. `tell` is told where the cluster's settings are not those of `dask.yaml`. Raises
    UsageError where Dask is not installed, no scheduler answers, its versions are not ours, or it
    is lost.
    """
    distributed = _distributed()
    with _client(distributed, address, jobs) as client:
        for warning in _warnings(client):
            tell(warning)
        yield from _as_they_end(distributed, client, iter(folders), policy, afresh)


def _as_they_end(
    distributed: Any, client: Any, folders: Iterator[Path], policy: Policy, afresh: bool
) -> Iterator[Ended]:
    known = _versions()
    here = {}  # the folder of each task that is handed over, by its key
    ending = distributed.as_completed(with_results=True, raise_errors=False)

    def hand_over(folder: Path, packed: bytes = b"") -> None:
        asked = _hash(folder)
        task = Task(str(folder.absolute()), asked, policy, afresh, known, packed)
        key = f"{folder.name}-{asked[:16]}-{'sent' if packed else 'seen'}"
        future = client.submit(_carry_out, task, key=key, pure=False, retries=RETRIES)
        here[key] = folder
        ending.add(future)

    room = max(1, len(client.scheduler_info(n_workers=-1)["workers"])) * IN_HAND
    for folder in islice(folders, room):
        hand_over(folder)
    for future, result in ending:
        folder = here.pop(future.key)
        if future.status in ("cancelled", "lost"):
            raise UsageError("the scheduler is lost; what is missing can be resumed")
        future.release()
        if isinstance(result, Result) and not result.ended and not result.refused:
            hand_over(folder, packing.pack(folder))
            continue
        yield _told(result, folder)
        for another in islice(folders, 1):
            hand_over(another)


def _told(result: Any, folder: Path) -> Ended:
    """How the run of this folder ended."""
    if not isinstance(result, Result):  # an exception: its type, itself and its traceback
        error = result[1] if isinstance(result, tuple) else result
        return Ended(folder, FAILED, " ".join(f"{type(error).__name__}: {error}".split()))
    if result.refused:
        raise UsageError(result.refused)
    assert result.ended
    if result.packed:
        packing.unpack_result(result.packed, folder)
    return replace(result.ended, folder=folder)


def _carry_out(task: Task) -> Result:
    """What a worker does, in a thread: the run is in a process of its own."""
    if other := _difference(task.versions):
        return Result(refused=f"a worker on {platform.node()} has {other}: let them be equal")
    folder = Path(task.folder)
    if task.packed:
        return _carry_out_packed(task)
    if not (folder / ASKED).is_file() or _hash(folder) != task.asked:
        return Result()
    return Result(_until_done(folder, task))


def _carry_out_packed(task: Task) -> Result:
    with tempfile.TemporaryDirectory(prefix="convlab-") as at:
        run = packing.unpack(task.packed, Path(at).resolve())
        ended = _until_done(run, task)
        return Result(ended, packing.pack_result(task.packed, Path(at).resolve(), run))


def _until_done(folder: Path, task: Task) -> Ended:
    return until_done(
        folder,
        task.policy,
        afresh=task.afresh,
        slot=_slot(),
        patience=PATIENCE,
        is_to_stop=_cancelled(),
    )


def _slot() -> int | None:
    """The place of this worker among those of a cluster of one machine."""
    from distributed import get_worker

    name = get_worker().name
    return name if isinstance(name, int) else None


def _cancelled() -> Callable[[], bool]:
    """Whether nobody waits for what this thread does any more."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def is_cancelled() -> bool:
        state = worker.state.tasks.get(key)
        return state is None or state.state in ("cancelled", "released", "forgotten")

    return is_cancelled


def _hash(folder: Path) -> str:
    return sha256((folder / ASKED).read_bytes()).hexdigest()


def _versions() -> dict[str, str]:
    return environment.versions() | {
        "python": platform.python_version(),
        "distributed": version("distributed"),
    }


def _difference(wanted: dict[str, str]) -> str:
    """Packages that are of another version here, such as `torch 2.11.0, not 2.13.0`."""
    here = _versions()
    other = [name for name in wanted if here.get(name) != wanted[name]]
    return ", ".join(f"{name} {here.get(name)}, not {wanted[name]}" for name in other)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "the engine `dask` needs its extra: pip install 'convolution-lab[dask]', or in this "
            "folder pip install -e '.[dask]'"
        ) from None
    return distributed


@contextmanager
def _client(distributed: Any, address: str | None, jobs: int) -> Iterator[Any]:
    import dask as library

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it loses, we tell
    with ExitStack() as stack:
        stack.enter_context(library.config.set(settings()))
        if address is None:
            cluster = distributed.LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                memory_limit=0,
                host="127.0.0.1",
                dashboard_address=None,
                silence_logs=50,
            )
            stack.enter_context(cluster)
        try:
            client = distributed.Client(cluster if address is None else address, timeout=TIMEOUT)
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(f"no scheduler answers at {address}: {error}") from error
        stack.enter_context(client)
        yield client


def settings() -> dict[str, Any]:
    """What the scheduler and the workers are to be told, from the file that ships."""
    shipped: dict[str, Any] = yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))
    return dict(_leaves(shipped))


def _leaves(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _warnings(client: Any) -> Iterator[str]:
    """A sentence for each setting of the scheduler or the workers that is not as it should be."""
    wanted = settings()
    with suppress(OSError):
        told = {"the scheduler": client.run_on_scheduler(_told_there, list(wanted))}
        told |= {f"worker {name}": v for name, v in client.run(_told_there, list(wanted)).items()}
        for who, found in told.items():
            part = ".scheduler." if who == "the scheduler" else ".worker."
            for key, value in wanted.items():
                if part in key and found[key] != value:
                    yield f"{who} has {key} {found[key]}, not {value}: see docs/cluster.md"


def _told_there(keys: list[str]) -> dict[str, Any]:
    import dask as library

    return {key: library.config.get(key, None) for key in keys}
