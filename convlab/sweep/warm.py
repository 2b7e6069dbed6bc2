"""What is imported, and looked up, once for all runs: each forks from a process that has this."""

import torch  # noqa: F401

from .. import workbench  # noqa: F401
from ..lab import catalogue, conditions, drawing, environment, networks, resuming, sources  # noqa: F401

environment.versions()
environment.source()
sources.rooms()
