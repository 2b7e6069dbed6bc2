"""Numbers as a reader sees them: thousands in thin groups, few digits, an interval around each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from math import isfinite, isnan

GROUP = "\u202f"  # narrow no-break space: a comma could be read as the next of a list
DIGITS = 4  # more mean nothing of what was drawn
LARGE, SMALL = 100_000, Decimal("0.0001")  # from and below here powers of ten are written
APART = 1000  # of numbers that are so many times each other, each has digits of its own
FINENESS = 30  # an interval is written in steps of at most a thirtieth of its width

_ROUNDINGS = ROUND_HALF_EVEN, ROUND_FLOOR, ROUND_CEILING  # of center, low and high


def number(value: float) -> str:
    """Whole numbers in full, others to four digits; thousands apart by a narrow space.

    >>> number(0.66044), number(3.87e-9), number(1234567) == "1\u202f234\u202f567"
    ('0.6604', '3.87e-9', True)
    """
    if isinstance(value, int) or (abs(value) < 2**53 and value == int(value)):
        return f"{int(value):,}".replace(",", GROUP)
    if not isfinite(value):
        return "NaN" if isnan(value) else f"{'-' if value < 0 else ''}∞"
    if 1000 <= abs(value) < LARGE:
        return f"{value:,.0f}".replace(",", GROUP)
    mantissa, _, exponent = f"{value:,.{DIGITS}g}".replace(",", GROUP).partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def with_bounds(center: float, low: float, high: float) -> tuple[str, str]:
    """The center and `[low–high]`, as coarse as the interval is wide, four digits at most.

    All three have the same decimals, or as many digits each where one is many times another. The
    bounds are rounded outward, so that what lies within them also does so as printed.
    """
    exact = [Decimal(repr(float(value))) for value in (center, low, high)]
    middle, least, most = _same_decimals(exact) if _are_alike(exact) else _same_digits(exact)
    dash = " – " if "-" in (least[0], most[0]) else "–"
    return middle, f"[{least}{dash}{most}]"


def _are_alike(exact: Sequence[Decimal]) -> bool:
    """Whether the numbers are of one order, so that they can have the same decimals."""
    sizes = _sizes(exact)
    if not sizes:
        return True
    ordinary = SMALL <= max(sizes) < LARGE
    return ordinary and (_straddles(exact) or max(sizes) <= APART * min(sizes))


def _same_decimals(exact: Sequence[Decimal]) -> list[str]:
    place = min(_place(exact), 0)
    rounded = _at_place(exact, place)
    while place < 0 and _at_place(rounded, place + 1) == rounded:  # zeros at the end of all
        place += 1
    return [_text(value) for value in _at_place(rounded, place)]


def _same_digits(exact: Sequence[Decimal]) -> list[str]:
    digits = _exponent(max(_sizes(exact))) - _place(exact) + 1
    rounded = _to_digits(exact, digits)
    while digits > 1 and _to_digits(rounded, digits - 1) == rounded:
        digits -= 1
    return [_text(value, digits) for value in _to_digits(rounded, digits)]


def _place(exact: Sequence[Decimal]) -> int:
    """The power of ten to which center and bounds are rounded."""
    sizes, (_, low, high) = _sizes(exact), exact
    if not sizes:
        return 0
    finest = _exponent(max(sizes)) - DIGITS + 1
    if not (high - low).is_finite() or high == low:
        return finest
    place = _exponent((high - low) / FINENESS)
    if not _straddles(exact) and _are_alike(exact):  # a bound above 0 is not written as 0
        place = min(place, _exponent(min(sizes)))
    return max(place, finest)


def _sizes(exact: Sequence[Decimal]) -> list[Decimal]:
    return [abs(value) for value in exact if value.is_finite() and value]


def _straddles(exact: Sequence[Decimal]) -> bool:
    return exact[1] < 0 < exact[2]


def _exponent(value: Decimal) -> int:
    return value.adjusted()


def _at_place(values: Sequence[Decimal], place: int) -> list[Decimal]:
    return [_round(value, place, how) for value, how in zip(values, _ROUNDINGS, strict=True)]


def _to_digits(values: Sequence[Decimal], digits: int) -> list[Decimal]:
    return [
        _round(value, _exponent(value) - digits + 1, how) if value else value
        for value, how in zip(values, _ROUNDINGS, strict=True)
    ]


def _round(value: Decimal, place: int, how: str) -> Decimal:
    if not value.is_finite():
        return value
    return value.quantize(Decimal(1).scaleb(place), how) + 0  # no minus before a zero


def _text(value: Decimal, digits: int | None = None) -> str:
    """As a number, with these digits where they were chosen for each number of its own."""
    if not value.is_finite() or (digits and not value):
        return number(float(value))
    if digits and not SMALL <= abs(value) < LARGE:
        return f"{value:.{digits - 1}e}".replace("e+", "e")
    return f"{value:,f}".replace(",", GROUP)
