"""The architecture: a room imports only from below, and an experiment only instruments."""

import ast
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = [  # from the bottom up: a room imports only from floors below its own
    {"errors", "settings", "foreign", "interrupts", "numbers"},
    {"files", "memory"},
    {"config", "measure", "streams"},
    {"layers", "timing", "record", "filters"},
    {"data", "models", "figures"},
    {"cost"},
    {"train", "report"},
    {"probes", "workbench"},
    {"lab"},
    {"sweep"},
    {"cli"},
]
DOORS = {"__init__", "__main__"}  # of the whole package: they lead anywhere
FOR_EXPERIMENTS = {
    *("errors", "settings", "memory", "measure", "streams", "layers", "timing", "record"),
    *("filters", "data", "models", "figures", "cost", "train", "probes", "workbench"),
}
DYNAMIC = ("import_module", "__import__")  # functions that import by a name
LONG = 200  # lines, beyond which an experiment may keep a part of its own in a file beside it

FILES = sorted(ROOT.glob("convlab/**/*.py"))
EXPERIMENTS = sorted(ROOT.glob("experiments/*/[!_]*.py"))
NEIGHBOURS = sorted(ROOT.glob("experiments/*/_*.py"))


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def modules(source: ast.Module, package: str) -> Iterator[str]:
    """The dotted name of everything that a file of the package imports, wherever it does so."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) + 1 - node.level]
            above = parts if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(DYNAMIC):
            yield from (ast.literal_eval(word) for word in node.args if is_text(word))


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def rooms(source: ast.Module, package: str) -> set[str]:
    """The rooms of convlab that it imports from; "" for the whole package."""
    found = (name.split(".") for name in modules(source, package))
    seen = {(*name, "")[1] for name in found if name[0] == "convlab"}
    return seen - {"__version__"}


def package_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parts[:-1])


def room(path: Path) -> str:
    return path.relative_to(ROOT / "convlab").parts[0].removesuffix(".py")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import convlab.lab", {"lab"}),
        ("import convlab.cost.rules as rules, torch", {"cost"}),
        ("def late():\n    if True:\n        import convlab.cli", {"cli"}),
        ("import convlab", {""}),
        ("from convlab import run, cost", {"run", "cost"}),
        ("from convlab.train.stacked import norm", {"train"}),
        ("from .. import lab", {"probes"}),
        ("from ... import lab, cost", {"lab", "cost"}),
        ("from ...cost.network import cost", {"cost"}),
        ("from .field import Position", {"probes"}),
        ("import importlib\nimportlib.import_module('convlab.lab')", {"lab"}),
        ("__import__('convlab.cli.count')", {"cli"}),
        ("import torch\nfrom numpy import array", set()),
    ],
)
def test_every_kind_of_import_is_seen(text: str, expected: set[str]) -> None:
    assert rooms(ast.parse(text), "convlab.probes.receptive") == expected


def test_every_room_is_on_one_floor() -> None:
    found = {room(path) for path in FILES} - DOORS
    assert sorted(found) == sorted(name for floor in FLOORS for name in floor)


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_a_room_imports_only_from_below(path: Path) -> None:
    if room(path) in DOORS:
        return
    height = next(height for height, floor in enumerate(FLOORS) if room(path) in floor)
    allowed = {room(path)}.union(*FLOORS[:height])
    assert rooms(tree(path), package_of(path)) <= allowed


def test_there_are_experiments() -> None:
    assert len(EXPERIMENTS) >= 20 and NEIGHBOURS  # an empty parametrisation would pass in silence


def test_every_file_of_the_experiments_lies_in_the_folder_of_its_subject() -> None:
    assert sorted(ROOT.glob("experiments/**/*.py")) == sorted([*EXPERIMENTS, *NEIGHBOURS])


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_the_package_imports_no_experiment(path: Path) -> None:
    names = modules(tree(path), package_of(path))
    assert not [name for name in names if name.split(".")[0] == "experiments"]


@pytest.mark.parametrize("path", [*EXPERIMENTS, *NEIGHBOURS], ids=relative)
def test_an_experiment_imports_only_instruments_and_what_lies_beside_it(path: Path) -> None:
    assert rooms(tree(path), package_of(path)) <= FOR_EXPERIMENTS
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.level:
            assert node.level == 1
            names = [node.module] if node.module else [alias.name for alias in node.names]
            assert all(name.startswith("_") for name in names)
            assert all((path.parent / f"{name}.py").is_file() for name in names)
    assert not [name for name in modules(tree(path), "") if name.startswith("experiments")]


@pytest.mark.parametrize("path", NEIGHBOURS, ids=relative)
def test_what_lies_beside_experiments_is_shared_or_makes_one_readable(path: Path) -> None:
    users = [other for other in path.parent.glob("*.py") if imports(other, path)]
    (*_, longest) = sorted(lines(user) for user in users)
    assert len(users) > 1 or longest + lines(path) > LONG


def imports(file: Path, other: Path) -> bool:
    return f"{package_of(other)}.{other.stem}" in imported(file)


@cache
def imported(file: Path) -> set[str]:
    """The dotted names of the files that it imports, of experiments and of those beside them."""
    return {".".join(n.split(".")[:3]) for n in modules(tree(file), package_of(file))}


@pytest.mark.parametrize("path", NEIGHBOURS, ids=relative)
def test_an_experiment_is_behind_every_file_beside_it(path: Path) -> None:
    reached = {other for other in EXPERIMENTS if other.parent == path.parent}
    beside = [other for other in NEIGHBOURS if other.parent == path.parent]
    while more := {f for f in beside if any(imports(r, f) for r in reached)} - reached:
        reached |= more
    assert path in reached


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_two_files_beside_experiments_have_one_name() -> None:
    """Copies of experiments of two subjects may lie in one folder."""
    names = Counter(path.name for path in [*EXPERIMENTS, *NEIGHBOURS])
    assert max(names.values()) == 1


@pytest.mark.parametrize("path", [*FILES, *EXPERIMENTS, *NEIGHBOURS], ids=relative)
def test_a_file_says_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(tree(path)) or ""
    assert docstring.splitlines()[0].endswith("?" if path in EXPERIMENTS else (".", "`.", ":"))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_only_the_command_line_prints(path: Path) -> None:
    calls = (node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    called = {function.id for function in calls if isinstance(function, ast.Name)}
    assert room(path) == "cli" or not called & {"print", "exit"}


@pytest.mark.parametrize("path", [p for p in FILES if p.name == "__init__.py"], ids=relative)
def test_no_export_hides_a_module_of_its_name(path: Path) -> None:
    exported = [
        node.value
        for node in tree(path).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    names = ast.literal_eval(exported[0]) if exported else []
    there = {other.stem for other in path.parent.glob("*.py")}
    there |= {other.parent.name for other in path.parent.glob("*/__init__.py")}
    assert not set(names) & there


HEAVY = ("torch", "sklearn", "matplotlib", "scipy")
CONFIGS = sorted(path.stem for path in ROOT.glob("configs/*.yaml"))
LIGHT = {  # the commands of one process
    "--help": [["--help"]],
    "--version": [["--version"]],
    "count --help": [["count", "--help"]],
    "list": [["list"], ["list", "configs"], ["list", "models"], ["list", "runs"]],
    "cp": [["cp", "hadamard", "copy"]],
    "show": [["show", name] for name in CONFIGS],
    "claims": [
        ["claims"],
        ["claims", "C410", "--run", "--json"],
        ["show", "C212"],
        ["show", "S4"],
    ],
    "sweep --dry-run": [["sweep", "hadamard", "--over", "second=3,6", "--dry-run"]],
    "validate": [["validate", name] for name in CONFIGS],
}
PROGRAM = f"""
import json, sys
from convlab.cli import main

for words in json.loads(sys.argv[1]):
    sys.argv = ["convlab", *words]
    try:
        main()
    except SystemExit as end:
        assert not end.code, words
    heavy = [name for name in {HEAVY} if name in sys.modules]
    assert not heavy, (words, heavy)
"""


@pytest.mark.parametrize("name", LIGHT)
def test_a_command_that_runs_nothing_imports_nothing_heavy(name: str, tmp_path: Path) -> None:
    assert LIGHT[name]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(LIGHT[name])],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
