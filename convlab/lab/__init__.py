"""What a command does: plan, run, judge and keep; where experiments lie, and what is stored."""

from .catalogue import load
from .judging import judge
from .planning import Plan, plan
from .resuming import run_in
from .running import asked_for, run
from .store import RUNS

__all__ = ["RUNS", "Plan", "asked_for", "judge", "load", "plan", "run", "run_in"]
