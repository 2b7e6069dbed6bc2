"""From YAML and overrides to an experiment's Config, strictly, with every problem at once."""

from .building import build
from .overrides import Override, Overrides, assignment
from .problem import ConfigError, Problem
from .reading import Document, read, with_experiment

__all__ = [
    "ConfigError",
    "Document",
    "Override",
    "Overrides",
    "Problem",
    "assignment",
    "build",
    "read",
    "with_experiment",
]
