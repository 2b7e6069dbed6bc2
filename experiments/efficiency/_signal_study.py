"""The tables of `signal`: how many examples it takes, and the same without what should help."""

from __future__ import annotations

from convlab.measure import Measurements, exactly

from ._signal_networks import Patches, Trials, build, oracle
from ._signal_settings import (
    ACCURACY,
    ARMS,
    DENSE,
    DRAWN,
    FIXED,
    FROM_FEW,
    HALF,
    KNOWN,
    LOCAL,
    MANY,
    MIDDLE,
    MOST,
    NEEDED,
    SHARED,
    SIZE,
    WEIGHTS,
    examples_needed,
)


def add(
    into: Measurements, patches: Patches, trials: Trials, examples: tuple[int, ...], target: float
) -> None:
    """The examples needed by each arm, and the accuracies from which they follow."""
    where = {"patches": patches.number, "size": patches.size}
    for arm in ARMS if patches.size == SIZE else (SHARED, LOCAL):
        reached = trials.accuracies(arm, patches, examples)
        weights, _ = build(arm, patches).parameters()
        quantities = {
            NEEDED: examples_needed(reached, target),
            WEIGHTS: exactly(weights.numel()),
        }
        title = f"Examples that it takes to be right in {target:g} % of new ones"
        into.add(title, where | {"arm": arm}, quantities)
        for count, accuracy in reached.items():
            row = where | {"arm": arm, "examples": count}
            into.add("Accuracy on new examples", row, {ACCURACY: accuracy})
    known = oracle(patches, trials.workbench, trials.seeds)
    into.add("A filter that knows the signal", where, {KNOWN: known})


def add_controls(
    into: Measurements, noise: float, trials: Trials, examples: tuple[int, ...], target: float
) -> None:
    """The signal in one fixed patch, and half the steps."""
    shorter = trials.in_half_the_steps()
    for number, arms in ((MIDDLE, ARMS), (MOST, (SHARED, LOCAL))):
        fixed = Patches(number, SIZE, noise, fixed=True)
        for arm in arms:
            reached = trials.accuracies(arm, fixed, examples, ", fixed")
            quantities = {NEEDED: examples_needed(reached, target), FROM_FEW: reached[examples[0]]}
            title = f"Signal always in the first patch ({examples[0]} examples are few)"
            into.add(title, {"where": FIXED, "arm": arm, "patches": number}, quantities)
    for arm in (LOCAL, DENSE):
        of_half = shorter.accuracies(arm, Patches(MANY, SIZE, noise), examples, ", half the steps")
        into.add(f"{MANY} patches", {"arm": arm}, {HALF: examples_needed(of_half, target)})


def add_drawn(into: Measurements, noise: float, trials: Trials) -> None:
    """What is learned from labels that say nothing, by as many examples as there are."""
    drawn = Patches(MIDDLE, SIZE, noise, shuffled=True)
    for arm in ARMS:
        guessed = trials.accuracies(arm, drawn, (trials.most,), ", drawn labels")[trials.most]
        into.add(f"Drawn labels, {MIDDLE} patches", {"arm": arm}, {DRAWN: guessed})
