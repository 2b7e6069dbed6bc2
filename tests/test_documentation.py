"""Every example in a docstring, and every command and example of README and docs, is true."""

import doctest
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest
import torch

import convlab
from convlab import lab
from convlab.config import Override
from convlab.lab.asked import Asked
from convlab.measure import Claim, Measurements, at, below, exactly
from convlab.record import Record
from convlab.record.comparison import Comparison
from convlab.sweep import documents
from convlab.sweep.documents import Shown
from convlab.sweep.rows import Row
from convlab.sweep.stored import Sweep
from tests import documentation
from tests.documentation import DOCUMENTS, LISTS, ROOT, Command, mismatch
from tests.refresh_documentation import refreshed

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(convlab.__path__, "convlab.")
    if module.name != "convlab.__main__"  # it runs the command
)
NEEDS = {"convlab.layers.local.kernels_triton": "triton"}  # which comes with torch for CUDA alone
INSTALLATION = {"python3", "pip", "uv", "make"}  # first words of lines that no test runs
README = ROOT / "README.md"
LINES = range(150, 201)  # of the README
SCREEN = 45  # lines of an output

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name: str) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    tested = doctest.testmod(import_module(name), extraglobs={"torch": torch})
    assert tested.failed == 0


@every_document
def test_the_python_examples_of_a_document(document: Path) -> None:
    """A block is an example, or a file that `documentation.prepare` writes for the commands."""
    found = [b for b in documentation.blocks(document) if b.language == "python" and not b.name]
    text = "\n".join(block.text for block in found)
    assert all(">>> " in block.text for block in found)
    example = doctest.DocTestParser().get_doctest(text, {}, document.name, str(document), 0)
    assert doctest.DocTestRunner().run(example).failed == 0


@pytest.mark.long
@every_document
def test_the_commands_of_a_document(document: Path, tmp_path: Path) -> None:
    documentation.prepare(document, tmp_path)
    wrong = [_wrong(command, tmp_path) for command in _commands(document)]
    assert not any(wrong), "\n".join(filter(None, wrong))


@pytest.mark.slow
@every_document
def test_the_outputs_of_a_document(document: Path, tmp_path: Path) -> None:
    documentation.prepare(document, tmp_path)
    wrong = [_wrong(command, tmp_path, quick=False) for command in _commands(document)]
    assert not any(wrong), "\n".join(filter(None, wrong))


def _commands(document: Path) -> list[Command]:
    found = list(documentation.commands(document))
    assert {command.words[0] for command in found} <= INSTALLATION | {"convlab"}
    return [command for command in found if command.words[0] == "convlab"]


def _wrong(command: Command, folder: Path, *, quick: bool = True) -> str:
    """What is wrong with the command; of one that is made quick, only that it names the claims."""
    result = documentation.run(command, folder, quick=quick)
    lines = documentation.printed(result)
    refused = any(line.startswith("convlab: ") for line in command.shown)
    if result.exit_code != (2 if refused else 0):
        return f"{command.line}: exit code {result.exit_code}: {lines} {result.exception!r}"
    if quick and command.is_long:
        claims = set(re.findall(r"^│ (C\d\w*) ", "\n".join(command.shown), re.MULTILINE))
        missing = {claim for claim in claims if claim not in result.stdout}
        return f"{command.line}: claims that it does not judge: {missing}" if missing else ""
    found = mismatch(command.shown, lines) if command.shows else ""
    return f"{command.line}: {found}" if found else ""


@pytest.mark.long
def test_the_examples_of_an_experiment_find_what_they_say(tmp_path: Path) -> None:
    documentation.prepare(ROOT / "docs/python.md", tmp_path)
    expected = {"mine": {"M1": "holds"}, "fit": {"M2": "holds", "M3": "refuted"}}
    for name, outcomes in expected.items():
        record = lab.run(lab.plan(str(tmp_path / f"{name}.yaml")), root=tmp_path / "runs")
        assert {verdict.id: verdict.outcome for verdict in record.verdicts} == outcomes
        assert not record.unexpected
    assert record.answer.startswith("No: of the new digits") and record.figures == ("gap.png",)


def test_there_is_something_to_test() -> None:
    """An empty parametrisation would pass in silence."""
    lines = [command.line for path in DOCUMENTS for command in documentation.commands(path)]
    assert "convlab run configs/hadamard.yaml" in lines
    assert "convlab compare cnn mlp" in lines
    assert "convlab edge image.png" in lines
    assert {path.name for path in DOCUMENTS} >= {"README.md", "python.md", "json.md"}


@every_document
def test_a_document_names_no_command_that_is_not_there(document: Path) -> None:
    from convlab.cli import app

    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    assert set(re.findall(r"`convlab ([a-z]+)", document.read_text(encoding="utf-8"))) <= known


@every_document
def test_a_document_links_to_what_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for path, _, heading in re.findall(r"\]\(([^)#]*)(#([^)]*))?\)", text):
        target = document.parent / path if path else document
        assert target.exists(), path
        assert not heading or heading in _anchors(target), heading


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_document
def test_an_output_fits_on_a_screen(document: Path) -> None:
    for command in documentation.commands(document):
        assert len(command.shown) <= SCREEN, command.line
        assert max(map(len, command.shown), default=0) <= documentation.COLUMNS, command.line


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) in LINES


@every_document
def test_nobody_is_told_to_install_other_software(document: Path) -> None:
    assert not re.search(r"install\b.*\sconvlab\b", document.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_what_the_code_says(name: str) -> None:
    found = [
        block.lines
        for document in DOCUMENTS
        for block in documentation.blocks(document)
        if (block.language, block.name) == ("text", name)
    ]
    assert found == [LISTS[name]()]


def test_the_tree_names_every_room() -> None:
    (tree,) = (
        block.text
        for block in documentation.blocks(ROOT / "docs/architecture.md")
        if block.name == "tree"
    )
    rooms = [path for path in (ROOT / "convlab").iterdir() if path.name.isidentifier()]
    rooms = [path for path in rooms if list(path.glob("*.py"))]
    files = list((ROOT / "convlab").glob("[!_]*.py"))
    assert rooms and files
    assert all(re.search(rf"^    {room.name}/ ", tree, re.MULTILINE) for room in rooms)
    assert all(re.search(rf"\b{file.stem}\b", tree) for file in files)
    assert len(tree.splitlines()) <= 40


def _documented(heading: str) -> set[str]:
    """The first column of the table below that heading of docs/json.md."""
    text = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    table = text.partition(f"{heading}\n")[2].partition("\n#")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(.+?)`", cell)}


def test_every_field_of_a_run_is_documented(tmp_path: Path) -> None:
    plan = lab.plan("gradient", quick=True)
    document = lab.run(plan, root=tmp_path).document()
    assert _documented("## A run") == set(document)
    assert _documented("### A row") == set(document["rows"][0])
    quantities = document["rows"][0]["quantities"]
    assert _documented("### A quantity") == set(next(iter(quantities.values())))
    assert _documented("### A verdict") == set(document["verdicts"][0])


def test_every_field_of_a_count_is_documented() -> None:
    from convlab.lab.counting import Question, count

    document = count(Question("cnn", (1, 8, 8), threads=1, against=True), "cpu").document()
    assert _documented("## A count") == set(document)
    assert _documented("### A layer") == set(document["layers"][0])
    assert _documented("### A peer") == set(document["peers"][0])


def test_every_field_of_a_comparison_is_documented() -> None:
    measurements = Measurements()
    measurements.add("t", {"arm": "a"}, {"x": exactly(1)})
    document = Comparison(*[Record("e", "?", {}, measurements=measurements)] * 2).document()
    assert _documented("## A comparison") == set(document)
    assert _documented("### A compared quantity") == set(document["quantities"][0])


def test_every_field_of_a_sweep_is_documented() -> None:
    measurements = Measurements()
    measurements.add("t", {"arm": "a"}, {"x": exactly(1)})
    claim = Claim("M1", "me", "it is small", at("x"), below(2))
    record = Record("e", "?", {}, measurements=measurements, verdicts=(claim.check(measurements),))
    sweep = Sweep("e", Asked("e.yaml"), ((Override("a", 1),),))
    row = Row(0, sweep.points[0], Path("00000"), "completed", record=record)
    document = documents.document(Shown(sweep, Path(), [row], []))
    (run,) = document["runs"]
    assert _documented("## A sweep") == set(document)
    assert _documented("### A run of a sweep") == set(run)
    assert set(run["verdicts"][0]) <= _documented("### A verdict") | {"as_expected"}


@pytest.mark.parametrize(
    ("shown", "lines", "wrong"),
    [
        (["a", "b"], ["a", "b"], ""),
        (["a"], ["a", "b"], "b"),
        (["a", "b"], ["a"], "b"),
        (["a", "b"], ["a", "x", "b"], "b"),
        (["a", "…", "b"], ["a", "x", "y", "b"], ""),
        (["a", "…", "b"], ["a", "x", "b", "y"], "y"),
        (["…", "b", "a"], ["a", "b"], "a"),
        (["a", "…"], ["a", "x"], ""),
        (["│ 0.6605 │"], ["│   0.661 │"], ""),
        (["│ 0.6605 │"], ["│   0.691 │"], "0.6605"),
        (["1,898 weights"], ["1,899 weights"], "1,898"),
        (["C213"], ["C214"], "C213"),
        (["(~40 s)"], ["(39.2 s)"], ""),
        (["(40.0 s)"], ["(39.2 s)"], "40.0"),
        (["holds"], ["refuted"], "holds"),
    ],
)
def test_a_shown_output_is_compared(shown: list[str], lines: list[str], wrong: str) -> None:
    found = mismatch(shown, lines)
    assert wrong in found and bool(wrong) == bool(found)


def test_an_output_is_refreshed_in_the_parts_that_were_shown() -> None:
    claims = ["claims", "C1 (S2)  holds", "  error: 0.5", "C2 (S2)  holds", "  error: 0.7"]
    lines = ["Why?", "because", "", *claims, "", "run: runs/a-001 (12.3 s)"]
    run = "run: runs/a-001 (~12 s)"
    assert refreshed([], lines) == [*lines[:-1], run]
    assert refreshed(["Why?", "…", *claims, "…", "run: runs/a-001 (~9 s)"], lines) == [
        *("Why?", "…", *claims, "…", run)
    ]
    shown = ["…", "claims", "…", "C2 (S2)  holds", "  error: 0.1", "…"]
    assert refreshed(shown, lines) == ["…", "claims", "…", *claims[3:], "…"]
    assert refreshed(["…", "C1 (S2)  holds", "  error: 0.7", "…"], lines) == [
        "…",
        *claims[1:3],
        "…",
    ]
    with pytest.raises(SystemExit, match="no longer printed, or not in this order: C3"):
        refreshed(["…", "C3 (S2)  holds", "…"], lines)
