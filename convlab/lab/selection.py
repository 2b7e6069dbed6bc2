"""Which of the stored runs are asked for: of an experiment, as they ended, since a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..errors import UsageError, did_you_mean, nearest
from ..record import Head, Status

SWEPT = "sweep of "  # before the experiment in the head of a sweep
HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}  # of a unit of time
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([mhdw])")


@dataclass(frozen=True)
class Selection:
    """What a run must be to be asked for; what is empty is not asked."""

    experiments: Sequence[str] = ()
    statuses: Sequence[Status] = ()
    since: datetime | None = None

    @classmethod
    def of(
        cls, experiments: Iterable[str], statuses: Iterable[str], since: str | None
    ) -> Selection:
        """From what a user writes; UsageError for a status or a time that is none."""
        began = None if since is None else _time(since, datetime.now(UTC))
        return cls(tuple(experiments), tuple(map(_status, statuses)), began)

    def __bool__(self) -> bool:
        return bool(self.experiments or self.statuses or self.since)

    def of_heads(self, heads: Iterable[Head]) -> list[Head]:
        """Those that are asked for, a sweep with the experiment that it runs."""
        return [head for head in heads if self._has(head)]

    def nothing(self, heads: Sequence[Head]) -> str:
        """What to say where none of the heads is asked for."""
        known = {_experiment(head) for head in heads}
        lacking = [name for name in self.experiments if name not in known]
        hints = [f"did you mean {near}?" for name in lacking if (near := nearest(name, known))]
        return "; ".join([f"of {len(heads)} runs none is such a one", *hints])

    def _has(self, head: Head) -> bool:
        return (
            (not self.experiments or _experiment(head) in self.experiments)
            and (not self.statuses or head.status in self.statuses)
            and (self.since is None or _is_since(head.started, self.since))
        )


def _experiment(head: Head) -> str:
    return head.experiment.removeprefix(SWEPT)


def _is_since(started: str, since: datetime) -> bool:
    """Whether that is a time, and no earlier."""
    try:
        return _with_zone(datetime.fromisoformat(started)) >= since
    except ValueError:  # anybody may have written it
        return False


def _status(word: str) -> Status:
    if word not in list(Status):
        raise UsageError(f"no run has the status `{word}`{did_you_mean(word, Status)}")
    return Status(word)


def _time(text: str, now: datetime) -> datetime:
    """The time that a date, a date and time (UTC, if it names no zone) or a span before now is."""
    try:
        if span := _SPAN.fullmatch(text):
            return now - timedelta(hours=float(span[1]) * HOURS[span[2]])
        return _with_zone(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since {text}: neither a date, such as 2026-11-20 or 2026-11-20T15:30 (UTC), "
            "nor a span before now, such as 30m, 2h, 3d or 1w"
        ) from None


def _with_zone(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
