"""The command `claims`: the ledger, and the runs that it lacks; and a claim for `show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from rich.console import Console, RenderableType
from typer import Argument, Exit, Option

from ..errors import UsageError
from ..lab import RUNS, Plan, identity, ledger
from ..lab import claims as standing_claims
from ..record import as_json
from ..report.about import About
from ..report.ledger import Ledger
from ..report.ledger_text import as_csv, as_markdown, document
from ..report.standing import Standing, State
from ..report.words import words
from ..sweep import engines
from ..sweep.engines import Engine
from . import output
from .exit_codes import one_line_errors
from .options import Address, Debug, EngineName, FirstSeed, Jobs, Out, Quick
from .output import show_all

Filter = Annotated[
    list[str] | None,
    Argument(
        metavar="S3 | C212 | hadamard | WORD",
        help="A post, a claim, an experiment or a longer config of it, or what a sentence says.",
    ),
]
Run = Annotated[bool, Option("--run", help="Run what is missing or stale first.")]
Json = Annotated[bool, Option("--json", help="Print one JSON document.")]
Csv = Annotated[bool, Option("--csv", help="Print one CSV line per claim.")]
Markdown = Annotated[bool, Option("--markdown", help="Print Markdown.")]
Quiet = Annotated[bool, Option("--quiet", "-q", help="No progress on stderr.")]


def claims(
    filter_: Filter = None,
    run: Run = False,
    quick: Quick = False,
    first_seed: FirstSeed = 0,
    jobs: Jobs = 1,
    engine: EngineName = "local",
    address: Address = None,
    out: Out = RUNS,
    json_: Json = False,
    csv_: Csv = False,
    markdown: Markdown = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Every claim of the posts, what was measured, and the verdict: `convlab claims S3`.

    Exit 1 where a verdict is not the expected one and nothing explains it, or a run failed.
    """
    with one_line_errors(debug):
        if json_ + csv_ + markdown > 1:
            raise UsageError(
                "--json, --csv and --markdown are three forms of one output; name one"
            )
        planned = standing_claims.plans(quick=quick, words=filter_ or ())
        known = standing_claims.standings(planned, out, first_seed)
        shown = standing_claims.select(known, filter_ or ())
        failed = False
        if run:
            carry_out = engines.engine(engine, jobs=jobs, address=address, tell=output.tell)
            failed = _run_missing(shown, planned, out, first_seed, carry_out, quiet)
            known = standing_claims.standings(planned, out, first_seed)
            asked = {
                (each.id, each.experiment) for each in shown
            }  # whatever state they are in now
            shown = [each for each in known if (each.id, each.experiment) in asked]
        _print(shown, planned, "json" * json_ + "csv" * csv_ + "markdown" * markdown)
        if failed or any(standing.is_failure for standing in shown):
            raise Exit(1)


def _run_missing(
    shown: Sequence[Standing],
    planned: Mapping[str, Plan],
    out: Path,
    first_seed: int,
    carry_out: Engine,
    quiet: bool,
) -> bool:
    """Run the experiments that lack a run of today; whether any of them failed."""
    missing = {s.experiment for s in shown if s.ledger and s.state in (State.STALE, State.NOT_RUN)}
    plans = [each for name, each in planned.items() if name in missing]
    console, errors = (Console(stderr=True, quiet=q, highlight=False) for q in (quiet, False))
    begun, ended, failed = [], 0, False

    def tell(name: str) -> None:
        begun.append(name)
        console.print(words(f"running {name} ({len(begun)} of {len(plans)})"), soft_wrap=True)

    try:
        for end in engines.run_all(plans, out, carry_out, first_seed=first_seed, tell=tell):
            ended += 1
            if end.code:
                failed = True
                errors.print(words(f"convlab: {end.name} failed: {end.error}"), soft_wrap=True)
            else:
                console.print(words(f"{end.name} done in {end.seconds:.1f} s"), soft_wrap=True)
    except KeyboardInterrupt as error:
        if ended:
            error.add_note(f"what had ended is kept in {out}")
        raise
    return failed


def _print(shown: Sequence[Standing], planned: Mapping[str, Plan], form: str) -> None:
    posts = {post.id: str(post) for post in ledger.posts().values()}
    if form == "json":
        hashes = {
            name: identity.predictions(each.claims, each.settings)
            for name, each in planned.items()
        }
        whole = document(shown, posts, hashes)
        output.print_document(as_json(whole, ascii_only=output.ascii_only()))
    elif form:
        text = as_csv(shown) if form == "csv" else as_markdown(shown, posts)
        output.print_document(text)
    else:
        show_all(Ledger(shown, posts))


def is_claim(name: str) -> bool:
    """Whether a claim of the ledger has that id, or a post, however it is written: `c212`."""
    return bool(ledger.base(_as_id(name))) or _as_id(name) in ledger.posts()


def _as_id(name: str) -> str:
    return name.capitalize()


def about(name: str, out: Path) -> RenderableType:
    """What there is to say of a claim of the ledger, or of a post."""
    base = ledger.base(name := _as_id(name))
    planned = standing_claims.plans()
    shown = standing_claims.select(standing_claims.standings(planned, out), [base or name])
    if not base:
        return Ledger(shown, {name: str(ledger.posts()[name])})
    entry = ledger.entries()[base]
    judges = dict.fromkeys(s.experiment for s in shown if s.experiment)
    protocols = {each: planned[each].docstring for each in judges}
    return About(entry.sentence, str(entry.post), entry.kind, entry.why, shown, protocols)
