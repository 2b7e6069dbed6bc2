"""The command line: every command names a config and some settings, and takes the same path."""

from __future__ import annotations

import atexit
import gc
import shlex
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import __version__, lab, report
from ..config import Override, assignment
from ..data import DATASETS
from ..foreign import printable
from ..interrupts import SIGNALS
from ..lab import copying, done, environment, store
from ..record import Record
from ..settings import MODEL_NAMES
from ..sweep import checking
from . import output
from .claims import claims
from .count import count
from .diff import diff
from .edge import Images, KernelOption, To, found, settings
from .exit_codes import Commands, one_line_errors, readers_may_leave
from .export import export
from .listing import list_
from .options import Debug, Options, Quick, Seeds, with_options, with_options_but
from .output import show_all
from .resume import finish, resume, running
from .rm import rm
from .show import show
from .sweep import sweep

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
OBJECTS = 10_000  # new ones after which garbage is looked for: imports make many, and no garbage
Config = Annotated[str, typer.Argument(help="A YAML file, or the name of a shipped config.")]
Settings = Annotated[
    list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Settings to change.")
]


def main() -> None:
    """The entry point of the command `convlab`; to be told to end is to be interrupted."""
    for number in SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    output.never_fail_to_encode()
    gc.set_threshold(OBJECTS)
    atexit.register(gc.freeze)  # or it would look once more, through all that there is
    with readers_may_leave():
        app(prog_name="convlab")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"convlab {__version__}")
        raise typer.Exit()


@app.callback()
def convlab(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """convlab checks what convolution buys you: small experiments with honest verdicts."""


@app.command()
@with_options
def run(config: Config, settings: Settings = None, *, options: Options) -> None:
    """Run the experiment that a YAML describes: `convlab run hadamard`."""
    with one_line_errors(options.debug):
        finish(_run(config, _assignments(settings), options), options)


app.command()(sweep)


@app.command()
@with_options
def compare(
    models: Annotated[
        list[str], typer.Argument(help=f"Of {', '.join(MODEL_NAMES)}, FILE.py:NAME.")
    ],
    data: Annotated[str | None, typer.Option(help=f"{DATASETS}.")] = None,
    *,
    options: Options,
) -> None:
    """Train models on the same data, seeds and budget: `convlab compare cnn mlp`."""
    with one_line_errors(options.debug):
        names = Override("models", [word for word in models if "=" not in word])
        settings = _assignments(word for word in models if "=" in word)
        overrides = [names, *_override("data", data), *settings]
        finish(_run("compare", overrides, options), options)


@app.command()
@with_options_but("seeds")
def edge(images: Images, kernel: KernelOption = None, to: To = None, *, options: Options) -> None:
    """Find the edges of images with the kernel [-1, 1]: `convlab edge image.png`."""
    with one_line_errors(options.debug):
        record = _run("edge", settings(images, kernel, to), options)
        finish(record, options, *found(record))


app.command()(count)
app.command()(claims)
app.command()(diff)
app.command()(export)


app.command("list")(list_)
app.command()(show)
app.command()(resume)
app.command()(rm)


@app.command()
def validate(
    config: Config,
    settings: Settings = None,
    seeds: Seeds = None,
    quick: Quick = False,
    debug: Debug = False,
) -> None:
    """Check a YAML and its settings exactly as `run` does, without running anything."""
    with one_line_errors(debug):
        overrides = [*_assignments(settings), *_seeds(seeds)]
        points = checking.of_file(config, overrides, quick=quick)
        plan = points[0] if points else lab.plan(config, overrides, quick=quick)
        at = f" at each of {len(points)} points of its sweep" if points else ""
        show_all(
            f"{plan.document.path} is valid{at}: {plan.question}", report.settings(plan.settings)
        )


@app.command()
def cp(
    name: Annotated[str, typer.Argument(help="A YAML file, or the name of a shipped config.")],
    place: Annotated[
        Path, typer.Argument(metavar="[DEST]", help="A folder, or a YAML to be written.")
    ] = Path(),
    debug: Debug = False,
) -> None:
    """Copy a config, its experiment and what that imports from beside it, to change them."""
    with one_line_errors(debug):
        copies = copying.copy(name, place)
        show_all(
            *(f"wrote {printable(path)}" for path in copies),
            f"now: convlab run {shlex.quote(printable(copies[0]))}",
        )


@app.command()
def env(
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")] = "auto",
    debug: Debug = False,
) -> None:
    """Versions, device and threads, for a bug report."""
    with one_line_errors(debug):
        show_all(
            report.names({key: str(value) for key, value in environment.facts(device).items()})
        )


def _run(config: str, overrides: Sequence[Override], options: Options) -> Record:
    """The record of a new run, or of one that is it already."""
    planned = lab.plan(config, [*overrides, *_seeds(options.seeds)], quick=options.quick)
    how = {name: getattr(options, name) for name in ("device", "threads", "first_seed")}
    if not options.again and (record := _done(planned, options, how)):
        return record
    with running(options) as tell:
        return lab.run(planned, root=options.out, tell=tell, **how)


def _done(planned: lab.Plan, options: Options, how: dict[str, Any]) -> Record | None:
    """The stored record of the same run; says so, or what a run of the same settings lacks."""
    asked = lab.asked_for(planned, **how)
    record = done.done(planned, asked, options.out)
    name = store.name_of(Path(record.run or "")) if record else ""
    told = f"{name} is this run already; --again makes a new one" if record else ""
    if told := told or done.alike(planned, asked, options.out):
        output.tell(told, quiet=options.quiet)
    return record


def _assignments(words: Iterable[str] | None) -> list[Override]:
    return [assignment(word) for word in words or ()]


def _seeds(number: int | None) -> list[Override]:
    return [] if number is None else [Override("seeds", number)]


def _override(key: str, text: str | None) -> list[Override]:
    return [] if text is None else [assignment(f"{key}={text}")]
