"""The verdicts of a run, and mistakes of an author's claims, told with the lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from reprlib import repr as brief
from typing import Any

from ..measure import Claim, Measurements, NoSuchName, NotMeasured, Verdict
from .outline import OutlineError, parse
from .statements import names_bound


def judge(
    claims: tuple[Claim, ...],
    measurements: Measurements,
    settings: Any = None,
    *,
    quick: bool = False,
    other_settings: str = "",
) -> tuple[Verdict, ...]:
    """The verdicts on those claims whose rows were measured, under these settings.

    `Claim.check` says what is decided in a quick run, or under other settings than those that a
    prediction was made for. Raises NoSuchName for a claim on a quantity, or on a factor of one,
    that is in no row.
    """
    given = {"settings": settings, "quick": quick, "other_settings": other_settings}
    return tuple(verdicts(claims, measurements, **given))


def verdicts(
    claims: tuple[Claim, ...],
    measurements: Measurements,
    *,
    file: Path | None = None,
    shipped: bool = False,
    **given: Any,
) -> Iterator[Verdict]:
    """As `judge`; a claim that cannot be judged is an error once the others have been.

    One whose row was not measured speaks of an arm that was not asked for. Under the `shipped`
    settings, and where an arm is nearly so called, it is an error, too. Errors are noted with the
    claim's line in `file`.
    """
    failed = None
    for claim in claims:
        try:
            yield claim.check(measurements, **given)
        except Exception as error:
            if isinstance(error, NotMeasured) and not (shipped and error.meant):
                continue
            failed = failed or _told(error, claim, file)
    if failed:
        raise failed


def _told(error: Exception, claim: Claim, file: Path | None) -> Exception:
    if isinstance(error, NotMeasured):
        error = NoSuchName(f"claim {claim.id}: {error}; {error.meant}")
    if file and (line := line_of(claim.id, file)):
        error.add_note(f"the claim stands in {file.name}:{line}")
    return error


def check_claims(file: Path, claims: Any) -> None:
    """Raise OutlineError, with the line, unless these are a tuple or a list of Claim."""
    place = f"{file}:{_line_of_claims(file)}: `CLAIMS`"
    if isinstance(claims, Claim):
        hint = "put a comma behind the claim"
        raise OutlineError(f"{place} is one Claim, and should be a tuple of them: {hint}")
    if not isinstance(claims, tuple | list):
        raise OutlineError(f"{place} should be a tuple of Claim, not {brief(claims)}")
    for number, claim in enumerate(claims, 1):
        if not isinstance(claim, Claim):
            raise OutlineError(
                f"{place} should be a tuple of Claim; number {number} is {brief(claim)}"
            )
        if any(claim.id == other.id for other in claims[: number - 1]):
            raise OutlineError(
                f"{place} has two claims {claim.id}; give number {number} an id of its own"
            )


def _line_of_claims(file: Path) -> int:
    binding = (statement for statement in parse(file).body if "CLAIMS" in names_bound(statement))
    return next((statement.lineno for statement in binding), 1)


def line_of(claim: str, file: Path) -> int:
    """The line of the claim of that id in the experiment's file, 0 if it is not written there."""
    calls = (node for node in ast.walk(parse(file)) if isinstance(node, ast.Call))
    named = (call for call in calls if _id(call) == claim)
    return next((call.lineno for call in named), 0)


def _id(call: ast.Call) -> object:
    given = [keyword.value for keyword in call.keywords if keyword.arg == "id"] or call.args
    return given[0].value if given and isinstance(given[0], ast.Constant) else None
