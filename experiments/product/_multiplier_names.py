"""The levels, scales and quantities of `approximation`, by which its claims name them."""

from __future__ import annotations

from convlab.measure import Measurements, Quantity, Sample, at, exactly

LEVELS = tuple(range(1, 11))  # layers of ReLU that are set by hand
HERE, YAROTSKY = "here", "Yarotsky 2017"
PRODUCT, SQUARED = "largest error of the product", "largest error of a square"
BY_MEAN, BY_DIFFERENCE = "2f((x+y)/2) − f(x)/2 − f(y)/2", "f((x+y)/2) − f(|x−y|/2)"
BY_HALVES = "2(f((x+y)/2) − f(x/2) − f(y/2))"
OTHERWISE = "error / 2^(−2m−1)"

SMOOTH_SCALE, SCALES = 2.0**-4, tuple(2.0**-i for i in range(1, 12))
GATE, GATE_LAW = "error of the gate", "its law"
SQUARE, ABSOLUTE = "two squares", "two absolute values"
MISSED = "products of whole numbers that are missed"

SIZES, NEAR = "weights that are not 0", 1e-3  # the error up to which they are counted
BY_HAND, TRAINED, HALF = "by hand", "trained", "trained, half the steps"
WIDTHS, LAYERS, DEEP = (12, 32), (1, 2, 4, 6), 6  # of ReLU networks that are trained
RMS, FAR, TIMES = "root mean square error", "error on larger numbers (share)", 100


def by_hand(quantity: str, level: int, of: str = HERE) -> Quantity:
    return at(quantity, **{"layers by hand": level, "from": of})


def relu_at(layers: int, arm: str, width: int = 12) -> Quantity:
    return at(RMS, layers=layers, width=width, arm=arm)


def _from_law(measurements: Measurements) -> Sample:
    errors = {level: by_hand(PRODUCT, level)(measurements).center for level in LEVELS}
    return exactly(max(abs(error - 2.0 ** (-2 * level - 1)) for level, error in errors.items()))


def _gates_from_law(measurements: Measurements) -> Sample:
    rows = (row.quantities for row in measurements.rows if GATE_LAW in row.quantities)
    return exactly(max(abs(row[GATE].center / row[GATE_LAW].center - 1) for row in rows))


def _nearest(measurements: Measurements) -> Sample:
    return exactly(min(_in_float32(measurements).values()))


def _scale_of_nearest(measurements: Measurements) -> Sample:
    errors = _in_float32(measurements)
    return exactly(min(errors, key=lambda scale: errors[scale]))


def _in_float32(measurements: Measurements) -> dict[float, float]:
    rounded = {"precision": "float32"}
    return {λ: measurements.get(GATE, scale=λ, **rounded).center for λ in SCALES}


FROM_LAW = Quantity("farthest from 2^(−2m−1)", _from_law)
GATES_FROM_LAW = Quantity("farthest from the law of the gates", _gates_from_law, "share")
NEAREST = Quantity("least error of the gate in float32", _nearest)
SCALE_OF_NEAREST = Quantity("scale λ of that", _scale_of_nearest)
