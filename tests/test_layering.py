"""The architecture: each module imports only from below, and experiments only instruments."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = [  # from the bottom up: a module imports only from the lines above its own
    {"errors", "settings", "intervals"},
    {"measure", "memory", "config", "outline"},
    {"record", "layers", "data", "streams", "optimizers", "figures"},
    {"models", "probes", "environment"},
    {"stacked"},
    {"grouping"},
    {"train"},
    {"workbench"},
    {"store", "report", "catalogue"},
    {"lab"},
    {"shelf", "counting"},
    {"cli"},
]
FOR_EXPERIMENTS = {
    *("measure", "settings", "memory", "streams", "train", "probes", "models", "data", "layers"),
    *("figures", "workbench"),
}
FILES = [*ROOT.glob("convlab/*.py"), *ROOT.glob("convlab/*/*.py")]
EXPERIMENTS = sorted(ROOT.glob("experiments/*.py"))


def module(path: Path) -> str:
    """The module or package directly below `convlab` that the file is part of."""
    return path.relative_to(ROOT / "convlab").parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The modules directly below `convlab` that the file imports, wherever it does so."""
    depth = len(path.relative_to(ROOT).parts) - 1  # 1 for convlab/lab.py, 2 for convlab/data/x.py
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        names = (node.module or "").split(".") if node.module else []
        if node.level == 0 and names[:1] == ["convlab"]:
            names = names[1:]
        elif node.level != depth:
            continue  # another package, or the file's own
        found |= {names[0]} if names else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_from_below(path: Path) -> None:
    if path.name in ("__init__.py", "__main__.py") and path.parent.name == "convlab":
        return  # the doors of the package
    height = next(height for height, layer in enumerate(LAYERS) if module(path) in layer)
    allowed = set().union(*LAYERS[:height], {module(path)})
    if module(path) in ("layers", "data", "probes", "models"):
        allowed |= {"layers", "data", "probes", "models"} - {module(path)}
    assert imported(path) <= allowed


def test_every_module_has_one_layer() -> None:
    modules = {module(path) for path in FILES} - {"__init__", "__main__"}
    assert sorted(modules) == sorted(name for layer in LAYERS for name in layer)


def test_there_are_experiments() -> None:
    assert EXPERIMENTS  # an empty parametrisation would pass in silence


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_an_experiment_imports_only_instruments(path: Path) -> None:
    assert imported(path) <= FOR_EXPERIMENTS


@pytest.mark.parametrize("path", [*FILES, *EXPERIMENTS], ids=lambda path: path.stem)
def test_a_file_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert docstring.splitlines()[0].endswith("?" if path in EXPERIMENTS else (".", "`.", ":"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_command_line_prints(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        n.func.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    assert module(path) == "cli" or not called & {"print", "exit"}


HEAVY = ("torch", "sklearn", "matplotlib", "scipy")
LIGHT = [
    ["--help"],
    ["count", "--help"],
    ["list"],
    ["list", "configs"],
    ["list", "models"],
    ["cp", "hadamard", "copy"],
    *(["show", path.stem] for path in sorted(ROOT.glob("configs/*.yaml"))),
    *(["validate", path.stem] for path in sorted(ROOT.glob("configs/*.yaml"))),
]


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_a_command_that_runs_nothing_imports_nothing_heavy(
    words: list[str], tmp_path: Path
) -> None:
    program = (
        "import sys; sys.argv = ['convlab', *sys.argv[1:]]\n"
        "from convlab.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        f"print('HEAVY', [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.stdout.endswith("HEAVY []\n"), done.stdout[-500:] + done.stderr[-500:]
