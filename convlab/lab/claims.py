"""Every claim of the ledger with what judges it, and what the newest run of today says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import UsageError, nearest
from ..measure import Claim, Control, Outcome, Verdict
from ..measure.claim import region
from ..record import Record
from ..report.standing import OURS, Standing, State
from . import catalogue, ledger, newest, sources
from .ledger import Entry
from .planning import Plan, plan

NOT_MEASURED = "that run did not measure it"


def plans(*, quick: bool = False, words: Sequence[str] = ()) -> dict[str, Plan]:
    """How each shipped experiment would run, by its name. No torch is imported.

    With the config that bears its name. One of another name is a longer version, and stands in
    the place of that where a word names it.
    """
    own = {name: plan(name, quick=quick) for name in catalogue.experiments()}
    return own | {each.name: each for each in _longer(words, quick)}


def _longer(words: Sequence[str], quick: bool) -> Iterator[Plan]:
    for word in words:
        if word in catalogue.configs() and word not in catalogue.experiments():
            yield plan(word, quick=quick)


def standings(planned: Mapping[str, Plan], root: Path, first_seed: int = 0) -> list[Standing]:
    """Each claim of the ledger, its variants and ours behind it, and last a user's own.

    Of the runs in `root` that were completed, the newest of each experiment that is one of its
    plan; if there is none, the newest other, as stale.
    """
    kept = newest.completed(root)
    judged = [
        standing
        for each in planned.values()
        for standing in _of_experiment(each, *newest.of_plan(each, kept, first_seed))
    ]
    of_posts = [s for entry in ledger.entries().values() for s in _of_entry(entry, judged)]
    return of_posts + [standing for record in newest.own(kept) for standing in _of_own(record)]


def select(known: Sequence[Standing], words: Sequence[str]) -> list[Standing]:
    """Those that any of the words fits: an id, a post, an experiment, or what a sentence says.

    The name of a longer config stands for its experiment.

    UsageError for a word that fits none, with the nearest name; a state is a word also where none
    is in it.
    """
    if not words:
        return list(known)
    longer = {each.document.path.stem: each.name for each in _longer(words, quick=False)}
    names = [longer.get(word, word) for word in words]
    chosen = [id(standing) for name in names for standing in _fitting(known, name)]
    return [standing for standing in known if id(standing) in chosen]


def _fitting(known: Sequence[Standing], word: str) -> list[Standing]:
    name = word.casefold()
    named = [s for s in known if name in map(str.casefold, _names(s))]
    said = named or [s for s in known if name in s.sentence.casefold()]
    if not said and name not in {*State, *Outcome}:
        close = nearest(word, dict.fromkeys(each for s in known for each in _names(s)))
        hint = f"did you mean `{close}`?" if close else "`convlab claims` shows them all"
        raise UsageError(f"no claim has or says `{word}`; {hint}")
    return said


def _names(standing: Standing) -> Iterator[str]:
    """What a claim can be asked for by."""
    yield from (standing.id, standing.ledger, standing.post, standing.source)
    yield from (standing.experiment, standing.kind, standing.outcome, standing.state)


def _of_experiment(planned: Plan, record: Record | None, stale: str) -> Iterator[Standing]:
    verdicts = {(v.id, v.sentence): v for v in record.verdicts} if record and not stale else {}
    run = record.run or "" if record else ""
    for claim in planned.claims:
        standing = replace(_of_claim(claim, planned), run=run, stale=stale)
        if verdict := verdicts.get((claim.id, claim.sentence)):
            standing = replace(standing, **_judged(verdict))
        elif run and not stale:
            standing = replace(standing, outcome=Outcome.UNDECIDED, why=NOT_MEASURED)
        yield standing


def _of_claim(claim: Claim, planned: Plan) -> Standing:
    predicted, base = claim.region(planned.settings), ledger.base(claim.id)
    entry = ledger.entries().get(base)
    return Standing(
        id=claim.id,
        sentence=claim.sentence,
        source=claim.source,
        ledger=base,
        post=entry.post.id if entry else "",
        kind=entry.kind if entry else "",
        experiment=planned.name,
        expected=claim.expected or "",
        predicted=str(predicted),
        predicted_low=predicted.low,
        predicted_high=predicted.high,
        controls=tuple(_control(control, planned) for control in claim.controls),
        blind=claim.blind,
        identity=claim.identity,
        surprise=claim.surprise,
    )


def _control(control: Control, planned: Plan) -> str:
    predicted = region(f"control {control.sentence!r}", control.predicted, planned.settings)
    return f"{control.sentence}: {predicted}"


def _judged(verdict: Verdict) -> dict[str, Any]:
    """What a verdict adds to the standing of its claim."""
    names = ("outcome", "why", "quantity", "unit", "measured", "center", "low", "high")
    return {name: getattr(verdict, name) for name in names}


def _of_entry(entry: Entry, judged: Iterable[Standing]) -> list[Standing]:
    """The post's sentence first, if need be without an experiment, then variants, then ours."""
    its = [standing for standing in judged if standing.ledger == entry.id]
    if not any(standing.is_literal for standing in its):
        its.append(
            Standing(
                id=entry.id,
                sentence=entry.sentence,
                source=entry.post.id,
                ledger=entry.id,
                post=entry.post.id,
                kind=entry.kind,
                untestable=entry.untestable,
            )
        )
    return sorted(its, key=lambda s: (not s.is_literal, s.source == OURS, len(s.id), s.id))


def _of_own(record: Record) -> Iterator[Standing]:
    stale = sources.changed(newest.kept(record))
    for verdict in record.verdicts:
        yield Standing(
            id=verdict.id,
            sentence=verdict.sentence,
            source=verdict.source,
            experiment=record.experiment,
            expected=verdict.expected or "",
            predicted=verdict.predicted,
            predicted_low=verdict.predicted_low,
            predicted_high=verdict.predicted_high,
            blind=verdict.blind,
            identity=verdict.identity,
            surprise=verdict.surprise,
            run=record.run or "",
            stale=stale,
            **({} if stale else _judged(verdict)),
        )
