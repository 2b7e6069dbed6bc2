"""What is imported, and looked up, once for all runs: each forks from a process that has this."""

import gc
from pathlib import Path
from tempfile import TemporaryDirectory

import scipy.stats  # noqa: F401 - a second or two, for the first interval
import torch  # noqa: F401

from .. import figures, train, workbench  # noqa: F401
from ..lab import drawing, environment, networks, planning, resuming, sources, store  # noqa: F401
from ..lab.asked import Asked
from ..record import Head

environment.versions()
environment.source()
sources.rooms()
planning.plan("formulas")  # any: what it reads of convlab's own files is read
with TemporaryDirectory() as folder:
    Asked("").save(Path(folder))
    Asked.load(Path(folder))
    store.save_head(Head(""), Path(folder))
    store.head(Path(folder))
gc.collect()
gc.freeze()  # or each run's first collection would copy the memory that it shares with this
