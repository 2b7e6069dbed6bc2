"""What the command `count` does: find a network, build it where nothing is allocated, count it."""

from .counted import Counted, Question, count

__all__ = ["Counted", "Question", "count"]
