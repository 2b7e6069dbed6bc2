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
    """The signal in one fixed patch, half the steps, and labels that say nothing."""
    most, shorter = examples[-1], trials.in_half_the_steps()
    for arm in ARMS:
        fixed = Patches(MIDDLE, SIZE, noise, fixed=True)
        reached = trials.accuracies(arm, fixed, examples, ", fixed")
        quantities = {NEEDED: examples_needed(reached, target), FROM_FEW: reached[examples[0]]}
        title = f"Signal in the first of {MIDDLE} patches ({examples[0]} examples are few)"
        into.add(title, {"where": FIXED, "arm": arm}, quantities)
    for arm in (LOCAL, DENSE):
        of_half = shorter.accuracies(arm, Patches(MANY, SIZE, noise), examples, ", half the steps")
        into.add(f"{MANY} patches", {"arm": arm}, {HALF: examples_needed(of_half, target)})
    drawn = Patches(MIDDLE, SIZE, noise, shuffled=True)
    for arm in ARMS:
        guessed = trials.accuracies(arm, drawn, (most,), ", drawn labels")[most]
        into.add(f"Drawn labels, {MIDDLE} patches", {"arm": arm}, {DRAWN: guessed})
