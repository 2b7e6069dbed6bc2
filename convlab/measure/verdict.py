"""The outcome of a claim in one run, with the numbers that decided it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan

from .prediction import Outcome

ACROSS = "the interval lies across a bound"  # so begins the one reason that can be expected


@dataclass(frozen=True)
class Verdict:
    """What came out, what was expected, and why nothing was decided if that is so.

    `expected` is None where either outcome is as expected. `low` to `high` is the interval that
    decided, `predicted_low` to `predicted_high` the region. `other_settings` says how the settings
    differ from those that the prediction was made for, where it does not count for these.
    """

    id: str
    source: str
    sentence: str
    outcome: Outcome
    expected: Outcome | None
    predicted: str
    measured: str
    quantity: str = ""  # what was measured, if the claim names it
    unit: str = ""
    over: str = ""  # what the interval is of: so many seeds, and what they vary
    why: str = ""  # the outcome is undecided or invalid
    center: float = nan
    low: float = nan
    high: float = nan
    predicted_low: float = -inf
    predicted_high: float = inf
    other_settings: str = ""
    general: bool = False  # counts for all settings
    blind: bool = True  # no trial had shown what would come out
    identity: bool = False  # true by construction
    surprise: str = ""  # why it comes out otherwise than predicted, where that is known

    @property
    def decided(self) -> bool:
        return self.outcome in (Outcome.HOLDS, Outcome.REFUTED)

    @property
    def as_expected(self) -> bool:
        """Whether it came out so, or nothing was predicted for these settings."""
        return bool(self.other_settings) or self.settled

    @property
    def settled(self) -> bool:
        """Whether it was predicted for these settings, and came out so.

        To be undecided can be expected of an interval, but not of too few seeds or a quick run.
        """
        if self.other_settings:
            return False
        if self.outcome is Outcome.UNDECIDED:
            return self.expected is Outcome.UNDECIDED and self.why.startswith(ACROSS)
        return self.decided if self.expected is None else self.outcome is self.expected

    @property
    def explained(self) -> bool:
        """Whether it came out otherwise than predicted, and it is known why."""
        return bool(self.surprise) and self.decided and not self.as_expected

    @property
    def evidence(self) -> str:
        reason = f"; {self.why}" if self.why else ""
        return f"{self.measured}; predicted {self.predicted}{reason}"
