"""Tests of convlab.lab.neighbours: every form of import finds its file, or says where it fails."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from convlab import lab
from convlab.lab import copying
from convlab.lab.neighbours import neighbours
from convlab.lab.outline import OutlineError, outline


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "mine.py"


@pytest.mark.parametrize(
    "files",
    [
        {"_h.py": "x = 1", "mine.py": "from ._h import x"},
        {"h.py": "x = y = 1", "mine.py": "from .h import x, y"},
        {"h.py": "", "mine.py": "from . import h"},
        {"h.py": "x = 1", "mine.py": "def late():\n    from .h import x"},
        {
            "a.py": "from .b import x",
            "b.py": "from .c import x",
            "c.py": "x = 1",
            "mine.py": "from . import a",
        },
        {"a.py": "y = 1\nfrom .b import x", "b.py": "x = 1", "mine.py": "from .a import x, y"},
        {"a.py": "from .mine import x", "mine.py": "from .a import x"},
        {"pkg/mod.py": "y = 1", "mine.py": "from .pkg.mod import y"},
        {"pkg/mod.py": "", "mine.py": "from .pkg import mod"},
        {"pkg/__init__.py": "", "pkg/mod.py": "y = 1", "mine.py": "from .pkg.mod import y"},
        {"pkg/__init__.py": "N = 1", "mine.py": "from .pkg import N"},
        {"pkg/__init__.py": "N = 1", "mine.py": "from . import pkg"},
        {
            "pkg/__init__.py": "V = 1",
            "pkg/mod.py": "from . import V",
            "mine.py": "from .pkg import mod",
        },
        {
            "top.py": "x = 1",
            "pkg/mod.py": "from ..top import x",
            "mine.py": "from .pkg.mod import x",
        },
        {"mine.py": "try:\n    from ._fast import x\nexcept ImportError:\n    x = 1"},
        {"mine.py": "import os.path, json\nfrom math import pi"},
        {"mine.py": "from convlab import run, layers\nfrom convlab.settings import *"},
        {"mine.py": "import convlab.probes.receptive as field\nfrom convlab.data import sources"},
        {"mine.py": "try:\n    from convlab.measure import abve\nexcept ImportError:\n    pass"},
        {"mine.py": "if TYPE_CHECKING:\n    from .none import x\n    from nowhere import y"},
        {"mine.py": "try:\n    import nowhere\nexcept ImportError:\n    pass"},
        {"mine.py": "def plot():\n    import nowhere"},
        {"mine.py": "import sys\nsys.path.append('lib')\nimport nowhere"},
        {"h.py": "from math import *", "mine.py": "from .h import floor"},
        {"h.py": "globals()['x'] = 1", "mine.py": "from .h import x"},
        {"h.py": "def __getattr__(name): ...", "mine.py": "from .h import x"},
        {"h.py": "if 1:\n    x = 1", "mine.py": "from .h import x"},
        {"h.py": "x = 1", "mine.py": "from .h import *"},
    ],
    ids=lambda files: files["mine.py"].replace("\n", " "),
)
def test_all_that_is_imported_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    mine = written(tmp_path, files | {"other.py": "not imported, nor Python"})
    found = neighbours(mine)
    assert {str(path.relative_to(tmp_path)) for path in found} == files.keys() - {"mine.py"}
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"mine.py": "\n\nfrom .h import x"}, r"mine\.py:3: imports .*h\.py, which is not there"),
        ({"mine.py": "from . import h"}, r"mine\.py:1: imports .*h\.py, which is not there"),
        (
            {"h.py": "\nfrom .g import x", "mine.py": "from .h import x"},
            r"h\.py:2: imports .*g\.py",
        ),
        ({"h.py": "\nx = (", "mine.py": "from .h import x"}, r"h\.py:2: .*never closed"),
        ({"mine.py": "from ..h import x"}, r"mine\.py:1: imports from above "),
        (
            {"h.py": "y = 1", "mine.py": "from .h import x"},
            r"mine\.py:1: imports `x` from .*h\.py",
        ),
        (
            {"p/__init__.py": "y = 1", "mine.py": "from .p import x"},
            r"mine\.py:1: imports `x` from .*__init__\.py, which does not define it",
        ),
        ({"mine.py": "import nowhere.deep"}, r"py:1: imports `nowhere`, which is not installed"),
        (
            {"h.py": "from nowhere import x", "mine.py": "from . import h"},
            r"h\.py:1: imports `nowhere`, which is not installed",
        ),
        (
            {"mine.py": "def measure(c, w):\n    import os, nowhere"},
            r"mine\.py:2: imports `nowhere`, which is not installed",
        ),
        (
            {"mine.py": "from convlab.measure import abve"},
            r"py:1: imports `abve` from convlab\.measure, which has none; did you mean `above`\?",
        ),
        (
            {"mine.py": "from convlab.setings import Seeds"},
            r"py:1: imports `convlab\.setings`, which is not there; did you mean `settings`\?",
        ),
        ({"mine.py": "import convlab.nosuch.deep"}, r"imports `convlab\.nosuch`, which is not"),
        (
            {"mine.py": "def measure(c, w):\n    from convlab.data import nosuch"},
            r"py:2: .*`nosuch`",
        ),
        (
            {"h.py": "K = 1", "mine.py": "from h import K"},
            r"mine\.py:1: imports `h` as a library; .* write `from \.h import K`",
        ),
        (
            {"h.py": "K = 1", "mine.py": "import os, h as k"},
            r"mine\.py:1: imports `h` as a library; .* write `from \. import h`",
        ),
    ],
)
def test_what_is_not_there_is_named_with_its_line(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    with pytest.raises(OutlineError, match=message):
        neighbours(written(tmp_path, files))


EXPERIMENT = '''"""Is it one?"""
from pydantic import BaseModel
from convlab.measure import Measurements
class Config(BaseModel): pass
def measure(config, workbench): return Measurements()
CLAIMS = ()
'''


@pytest.mark.parametrize(
    "text",
    [
        "experiment: {}\n",
        "# experiment: not this\nexperiment:   {}  # the own one\nquick: {{}}\n",
        '"experiment": {}\n',
        "'experiment': {}\n",
        "{{experiment: {}, quick: {{}}}}\n",
        "? experiment\n: {}\n",
        "experiment: >-\n  {}\nquick: {{}}\n",
        "experiment: !!str {}\n",
        "\ufeffexperiment: {}\n",
    ],
)
@pytest.mark.parametrize("name", ["mine.py", "a.b-c d.py"])
def test_the_copy_of_a_config_names_the_copy(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / name).write_text(EXPERIMENT)
    place = f"./deep/{name}" if ">-" in text else f'"./deep/{name}"'
    config = tmp_path / "mine.yaml"
    config.write_text(text.format(place), encoding="utf-8")
    copied, experiment = copying.copy(str(config), tmp_path / "copy")
    assert lab.plan(str(copied)).file == experiment.resolve()
    assert copied.read_text(encoding="utf-8").count("quick") == text.count("quick")


def test_a_neighbour_is_copied_byte_by_byte(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(EXPERIMENT + "from .h import x\n")
    latin = "# -*- coding: latin-1 -*-\nx = 'ü'\r\n".encode("latin-1")
    (tmp_path / "h.py").write_bytes(latin)
    (tmp_path / "mine.yaml").write_text("experiment: ./mine.py\n")
    *_, helper = copying.copy(str(tmp_path / "mine.yaml"), tmp_path / "copy")
    assert helper.read_bytes() == latin


def test_a_file_beside_it_is_no_library_wherever_one_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = written(tmp_path, {"h.py": "K = 1", "random.py": "", "mine.py": "from h import K"})
    monkeypatch.syspath_prepend(tmp_path)  # as `python -m` does in that folder
    with pytest.raises(OutlineError, match=r"write `from \.h import K`"):
        neighbours(mine)
    mine.write_text("import random")
    assert neighbours(mine) == []
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")  # h is installed, it seems
    mine.write_text("from h import K")
    assert neighbours(mine) == []


def test_a_neighbour_that_has_just_been_written_is_found(tmp_path: Path) -> None:
    mine = written(
        tmp_path, {"early.py": "ONE = 1", "mine.py": "from .early import ONE as CLAIMS"}
    )
    assert outline(mine, "CLAIMS") == {"CLAIMS": 1}  # the folder has been looked through
    stamp = tmp_path.stat()
    written(tmp_path, {"late.py": "TWO = 2", "mine.py": "from .late import TWO\nCLAIMS = TWO"})
    os.utime(tmp_path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # in the same moment
    assert outline(mine, "CLAIMS") == {"CLAIMS": 2}
