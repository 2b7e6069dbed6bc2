"""What a command does: plan, run, judge and keep; where experiments lie, and what is stored."""

from .catalogue import load
from .judging import judge
from .running import RUNS, Plan, plan, run

__all__ = ["RUNS", "Plan", "judge", "load", "plan", "run"]
