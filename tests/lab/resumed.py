"""A user's experiment of several trainings, and processes that carry it out and are killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from convlab import lab
from convlab.config import Override
from convlab.lab import store
from convlab.lab.running import asked_for, prepare
from convlab.record import Record, Status

MINE = '''"""Does it go on?"""
import torch
from pydantic import BaseModel
from torch import nn
from torch.nn.functional import mse_loss
from convlab.measure import Claim, Measurements, at, below
from convlab.settings import Training
from convlab.streams import Data
from ._network import wide

class Config(BaseModel):
    seeds: int = 3
    arms: int = 3
    training: Training = Training(steps=600, batch=8)

def draw(generator):
    x = torch.randn(40, 4, generator=generator)
    return Data(x, x.sum(1, keepdim=True))

def build():
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))

def dropping():
    return nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 1))

def measure(config, workbench):
    m = Measurements()
    for place in range(config.arms):
        made = (build, dropping, wide)[place % 3]
        networks = workbench.fit(
            "arm", made, draw, mse_loss, seeds=config.seeds, training=config.training
        )
        m.add("errors", {"arm": place}, {"error": networks.score(mse_loss, draw)})
    return m

CLAIMS = (Claim("M1", "me", "it is small", at("error", arm=0), below(5)),)
'''
NETWORK = '''"""A network beside it."""
from torch import nn

def wide():
    return nn.Sequential(nn.Linear(4, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 1))
'''
CARRY_OUT = """
import sys
import time
from pathlib import Path
from convlab.cli import main
from convlab.lab import checkpoints
from convlab.train.steps import PlainSteps

def slowly(self, batch, step=PlainSteps.__call__):
    time.sleep(0.004)  # so that a run lasts longer than what kills it takes to look
    return step(self, batch)


checkpoints.PAUSE = checkpoints.MOST = 0.05
PlainSteps.__call__ = slowly
sys.argv = ["convlab", "resume", sys.argv[1], "--quiet"]
main()
"""
TIMES = {"seconds", "started", "run", "argv", "commit", "dirty"}


def write(folder: Path) -> Path:
    """The experiment and its YAML, in a folder; the path of that."""
    (folder / "mine.py").write_text(MINE)
    (folder / "_network.py").write_text(NETWORK)
    (folder / "mine.yaml").write_text("experiment: ./mine.py\n")
    return folder / "mine.yaml"


def asked_to(folder: Path, root: Path, **settings: Any) -> Path:
    """The folder of a run of it that nobody has begun."""
    overrides = [Override(key, value) for key, value in settings.items()]
    planned = lab.plan(str(folder / "mine.yaml"), overrides)
    return prepare(asked_for(planned, device="cpu", threads=1, first_seed=0), root, "mine")


def started(run: Path) -> subprocess.Popen[str]:
    """A process that goes on with the run."""
    command = [sys.executable, "-c", CARRY_OUT, str(run)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed(run: Path, random: Random, number: int = signal.SIGKILL) -> bool:
    """Let a process make progress, and end it at any moment after that; false if it was done."""
    with started(run) as process:
        while process.poll() is None and not _progressed(run, process.pid):
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.2))
        process.send_signal(number)
        process.communicate()
        return process.returncode != 0


def _progressed(run: Path, process: int) -> bool:
    if not (run / store.HEAD).exists() or not _is_at_work(run, process):
        return False
    return store.head(run).kept > 0 or store.head(run).status is not Status.RUNNING


def _is_at_work(run: Path, process: int) -> bool:
    lock = run / "lock"
    return lock.exists() and lock.read_text().split()[-1:] == [str(process)]


def without_times(record: Record) -> Any:
    """The document of a record, less what no two runs have in common."""
    return _less_times(record.document())


def _less_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _less_times(item) for key, item in value.items() if key not in TIMES}
    return [_less_times(item) for item in value] if isinstance(value, list) else value


def pid_of(run: Path) -> int:
    """The process at work on the run."""
    return int((run / "lock").read_text().split()[-1]) or os.getpid()
