"""What is imported, and looked up, once for all runs: each forks from a process that has this."""

import gc

import torch  # noqa: F401

from .. import workbench  # noqa: F401
from ..lab import drawing, environment, networks, planning, resuming, sources  # noqa: F401

environment.versions()
environment.source()
sources.rooms()
planning.plan("formulas")  # any: what it reads of convlab's own files is read
gc.collect()
gc.freeze()  # or each run's first collection would copy the memory that it shares with this
