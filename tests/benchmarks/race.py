"""One task done by several contenders, timed in turn: ratios, their spread, and the goals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scipy.stats import gmean

from convlab import timing
from convlab.measure import Measurements, Sample, exactly
from convlab.streams import Stream, generator

OURS = "convlab"
REPEATS, WARMUP, LEAST_OF = 11, 2, 3
RATIOS = "; each peer's time over ours"  # ends the title of a table


@dataclass(frozen=True)
class Race:
    """One task, and how each contender does it: a peer's name, or `OURS`, to a function.

    `goals` says, for each peer, how many times our time its own should be at least; `limit` is
    the least time in seconds that this machine could take, by its operations and bytes.
    """

    task: Mapping[str, Any]
    contenders: Mapping[str, Callable[[], object]]
    goals: Mapping[str, float] = field(default_factory=dict)
    limit: float | None = None

    def run(
        self,
        bench: Measurements,
        table: str,
        *,
        repeats: int = REPEATS,
        warmup: int = WARMUP,
        least_of: int = LEAST_OF,
    ) -> dict[str, Sample]:
        """Time all in turn and add a row to the table; the peers' times over ours, by round."""
        times = timing.seconds(
            self.contenders,
            repeats=repeats,
            warmup=warmup,
            least_of=least_of,
            generator=generator(0, Stream.ORDER),
        )
        ratios = {
            peer: Sample(tuple((times[peer] / times[OURS]).tolist()))
            for peer in times
            if peer != OURS
        }
        limit = {} if self.limit is None else {"limit (ms)": exactly(1e3 * self.limit)}
        ours = {"ours (ms)": timing.milliseconds(times[OURS])}
        factors = {**self.task, "goals": verdict(ratios, self.goals)}
        bench.add(table + RATIOS, factors, ours | limit | ratios)
        return ratios


def verdict(ratios: Mapping[str, Sample], goals: Mapping[str, float]) -> str:
    """`met`, or each ratio that is below its goal; empty where no peer with a goal took part."""
    judged = {peer: goal for peer, goal in goals.items() if peer in ratios}
    missed = [
        f"{peer} {ratios[peer].center:.2f} < {goal:g}"
        for peer, goal in judged.items()
        if ratios[peer].center < goal
    ]
    return ", ".join(missed) or ("met" if judged else "")


def summary(
    bench: Measurements,
    table: str,
    task: Mapping[str, Any],
    races: Sequence[Mapping[str, Sample]],
    goals: Mapping[str, float],
) -> None:
    """Add a row with each peer's geometric mean, by round, over the races in which it ran."""
    peers = dict.fromkeys(peer for ratios in races for peer in ratios)
    means = {
        peer: Sample(tuple(gmean([ratios[peer].values for ratios in races if peer in ratios])))
        for peer in peers
    }
    bench.add(table + RATIOS, {**task, "goals": verdict(means, goals)}, means)
