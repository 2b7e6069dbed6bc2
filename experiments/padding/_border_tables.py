"""What is measured of stacks of layers, of strides, of added zeros and of Keras' rule."""

from __future__ import annotations

from itertools import product

from convlab.measure import Measurements, exactly
from convlab.streams import Stream
from convlab.workbench import Workbench

from ._border_names import (
    BOTH_SIDES,
    CHANGED,
    DIFFERING,
    EVERY,
    FRAMED_WITH,
    KEPT_BY_KERAS,
    KEPT_BY_PADDING,
    KERAS,
    LAYERS,
    MODES,
    ODD,
    OFF_KERAS,
    OFF_RULE,
    OFF_STRIDE,
    PADDED,
    SEEING,
    STRIDES,
    WITHOUT,
)
from ._frames import (
    by_hand,
    by_torch,
    differing,
    keeping,
    same_frame,
    share_with_pixels,
    size_behind,
    sizes,
    whole,
)


def add_stacks(into: Measurements, sides: range) -> None:
    """Maps behind one to so many layers at stride 1, of images of all sides."""
    for arm in (PADDED, WITHOUT):
        changed = off_rule = 0
        for side, k in product(sides, ODD):
            padding = k // 2 if arm == PADDED else 0
            found = sizes(side, k, 1, padding, LAYERS)
            lost = 0 if arm == PADDED else k - 1
            rule = [max(side - layer * lost, 0) for layer in range(LAYERS + 1)]
            changed += sum(each != side for each in found[1:])
            off_rule += sum(each != told for each, told in zip(found, rule, strict=True))
            fitting = sum(each > 0 for each in found[1:])
            off_rule += arm == WITHOUT and fitting != min((side - 1) // (k - 1), LAYERS)
        quantities = {CHANGED: exactly(changed), OFF_RULE: exactly(off_rule)}
        title = f"Maps behind 1 to {LAYERS} layers, kernels of 3, 5 and 7 pixels"
        into.add(title, {"arm": arm}, quantities)


def add_strides(into: Measurements, sides: range) -> None:
    """Sizes at every stride, and what zeros that keep the size would leave to see."""
    for stride in STRIDES:
        found = [(n, size_behind(n, k, stride, k // 2)) for n, k in product(sides, ODD)]
        kept = sum(n == size for n, size in found) / len(found)
        off_rule = sum(size != -(-n // stride) for n, size in found)
        wide = [keeping(n, 3, stride) for n in sides[6:]]
        seeing = max(
            share_with_pixels(n, 3, stride, p) for n, p in zip(sides[6:], wide, strict=True)
        )
        into.add(
            "One layer, padded by (k - 1) / 2; and by so much that the stride keeps the size",
            {"stride": stride},
            {
                KEPT_BY_PADDING: exactly(kept),
                OFF_STRIDE: exactly(off_rule),
                SEEING: exactly(seeing),
            },
        )


def add_zeros(into: Measurements, side: int, workbench: Workbench) -> None:
    """Layers of torch beside kernels that slide over an image framed by hand."""
    numbers = workbench.generator(Stream.DATA)
    for mode in MODES:
        count = 0
        for k in ODD:
            image, kernel = whole((1, 1, side, side), numbers), whole((1, 1, k, k), numbers)
            hand, padding = by_hand((k // 2, k // 2)), k // 2
            count += differing(by_torch(mode, padding), hand, image, kernel)
        title = "Padded maps beside rows and columns of zeros that are added first"
        into.add(title, {FRAMED_WITH: mode}, {DIFFERING: exactly(count)})


def add_keras(into: Measurements, sides: range, workbench: Workbench) -> None:
    """Sizes by Keras' rule, and its layer beside others that have the same size."""
    for stride in STRIDES:
        cases = [
            (n, size_behind(n, k, stride, same_frame(n, k, stride)))
            for n, k in product(sides, EVERY)
        ]
        off_rule = sum(size != -(-n // stride) for n, size in cases)
        kept = sum(size == n for n, size in cases) / len(cases)
        quantities = {KEPT_BY_KERAS: exactly(kept), OFF_KERAS: exactly(off_rule)}
        into.add("Keras' padding='same', by its rule", {"stride": stride}, quantities)
    numbers, even = workbench.generator(Stream.HELD_OUT), sides[-1] // 2 * 2
    image, kernel = whole((1, 1, even, even), numbers), whole((1, 1, 3, 3), numbers)
    keras = by_hand(same_frame(even, 3, 2), stride=2)
    for arm, widths in {KERAS: (0, 1), BOTH_SIDES: (1, 1)}.items():
        count = differing(keras, by_hand(widths, stride=2), image, kernel)
        title = "3 x 3 at stride 2 on an even side, beside Keras' padding='same'"
        into.add(title, {"frame": arm}, {DIFFERING: exactly(count)})
