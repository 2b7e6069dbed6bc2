"""What an experiment found, in two or three plain sentences with the numbers of the run."""

from __future__ import annotations

from reprlib import repr as brief
from string import Formatter

from ..errors import did_you_mean
from ..numbers import number
from .measurements import Measurements, NotMeasured
from .quantity import Measured


class Answer:
    """Sentences whose `{names}` are filled in from the measurements.

    A name stands for the center of its quantity: `{error}` as tables show it, `{error:.0%}` or
    `{error:.2f}` as Python formats it. Raises ValueError for a name without a quantity, or a
    quantity without a name.

    >>> from convlab.measure import Measurements, at, exactly
    >>> measured = Measurements()
    >>> measured.add("errors", {"arm": "plain"}, {"error": exactly(0.66)})
    >>> Answer("A layer misses {miss:.0%}.", miss=at("error", arm="plain")).told(measured)
    'A layer misses 66%.'
    """

    def __init__(self, text: str, **quantities: Measured) -> None:
        self.text, self.quantities = text, quantities
        if "" in (named := _named(text)):
            raise ValueError("the braces of an answer need a name, such as `{error}`")
        for name in sorted(named ^ quantities.keys(), key=lambda name: name not in named):
            where, known = (
                ("no quantity", quantities.keys() - named)
                if name in named
                else ("nothing in the answer", named - quantities.keys())
            )
            close = did_you_mean(name, sorted(known)) if known else ""
            raise ValueError(f"{where} is called `{name}`{close}")
        for name, of in quantities.items():
            if not callable(of):
                message = f"the answer's `{name}` should be a quantity such as at(NAME, …)"
                raise TypeError(f"{message}, not {brief(of)}")
        _filled(text, dict.fromkeys(quantities, 0.0))

    def told(self, measurements: Measurements) -> str:
        """The sentences with their numbers; nothing where one of these was not measured."""
        try:
            centers = {name: of(measurements).center for name, of in self.quantities.items()}
        except NotMeasured:
            return ""
        return _filled(self.text, centers)


class _Number(float):
    """A number that is written as in the tables unless a format says how."""

    def __format__(self, form: str) -> str:
        return super().__format__(form) if form else number(float(self))


def _named(text: str) -> set[str]:
    """The names in braces; ValueError where a brace is not closed."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ValueError(f"the answer cannot be read: {error}; a brace itself is `{{{{`") from None


def _filled(text: str, centers: dict[str, float]) -> str:
    try:
        return text.format(**{name: _Number(value) for name, value in centers.items()})
    except ValueError as error:
        raise ValueError(f"the answer cannot be filled in: {error}") from None
