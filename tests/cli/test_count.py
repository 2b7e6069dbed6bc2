"""Tests of `convlab count`: what is printed, what it says where it cannot count, exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner, Result

from convlab import cli
from convlab.cost import cost
from convlab.cost.network import multiply_adds_run
from convlab.models import MODELS
from convlab.numbers import GROUP, number

FILE = """\
import torch
from torch import nn
from beside import channels

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, channels, 3), nn.BatchNorm2d(channels), nn.Flatten())

class Item(nn.Linear):
    def forward(self, x):  # the meta device has no numbers
        return super().forward(x) * x.sum().item()

def build():
    return Net()

def words():
    return nn.Sequential(nn.Embedding(10, 4), nn.LSTM(4, 4))

def huge():
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 1024 * 1024, 1_000_000))

def item():
    return Item(3, 3)

def wide(width):
    return Net()

def broken():
    raise RuntimeError("no weights today")

def wrong():
    return 3

instance, number = Net(), 3
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("net.py").write_text(FILE)
    Path("beside.py").write_text("channels = 8\n")


def count(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["count", *words])


def document(*words: str) -> dict[str, Any]:
    result = count(*words, "--json")
    assert result.exit_code == 0, result.stderr
    counted: dict[str, Any] = json.loads(result.stdout)
    return counted


# What torch's counter does not see: lengths of 24 capsules of 4 numbers and of 5 of 8, which are
# squashed at the start and after 2 rounds, and are the answer.
SQUARES = {"capsule": 24 * 4 + (1 + 2) * 5 * 8 + 5 * 8}


@pytest.mark.parametrize("model", MODELS)
def test_a_named_model_is_counted_as_it_is_from_python(model: str) -> None:
    found = document(model, "--input", "2,9,8", "--width", "4", "--classes", "5", "--batch", "3")
    network, x = MODELS[model]((2, 9, 8), 5, 4), torch.zeros(3, 2, 9, 8)
    spent = cost(network, x, peak=True)
    for name in ("parameters", "multiply_adds", "executed_multiply_adds", "saved_bytes"):
        assert found[name] == getattr(spent, name)
    assert found["peak_bytes"] == spent.peak_bytes
    seen = multiply_adds_run(lambda: network(x))
    assert 3 * (spent.multiply_adds - SQUARES.get(model, 0)) == seen
    assert (found["device"], found["shape"], found["batch"]) == ("meta", [2, 9, 8], 3)


@pytest.mark.parametrize("name", ["build", "Net", "instance"])
def test_a_network_of_the_users_own(name: str) -> None:
    result = count(f"net.py:{name}", "--input", "3,10,12")
    assert result.exit_code == 0, result.stderr
    assert all(number(n) in result.stdout for n in (17280, 8 * 10 * 8 * 3 * 9))
    assert "BatchNorm2d: aten." in result.stdout
    assert ("nothing was allocated" in result.stdout) == (name != "instance")


def test_what_does_not_fit_in_memory_is_counted_and_not_run() -> None:
    counted = document("net.py:huge", "--input", "3,1024,1024")
    assert counted["multiply_adds"] == 3 * 1024**2 * 10**6
    result = count("net.py:huge", "--input", "3,1024,1024", "--time")
    assert result.exit_code == 2 and "of memory" in result.stderr


def test_what_needs_numbers_is_computed() -> None:
    counted = document("net.py:item", "--input", "3")
    assert (counted["device"], counted["multiply_adds"]) == ("cpu", 9)


def test_whole_numbers_as_input() -> None:
    counted = document("net.py:words", "--input", "7", "--dtype", "int64")
    assert counted["multiply_adds"] == 7 * 4 * 4 * (4 + 4)


def test_bytes_follow_the_type_and_times_state_their_threads() -> None:
    single, double = (
        document("net.py:build", "--input", "3,9,9", "--dtype", dtype)
        for dtype in ("float32", "float64")
    )
    assert double["saved_bytes"] == 2 * single["saved_bytes"]
    result = count("net.py:build", "--input", "3,9,9", "--time")
    assert "ms per batch" in result.stdout and "threads: 1" in result.stdout


def _cells(line: str) -> list[str]:
    """The words of a line, thousands not apart."""
    return line.replace(GROUP, "").split()


def test_against_peers() -> None:
    pytest.importorskip("torchinfo")
    pytest.importorskip("fvcore")
    result = count("local", "--against")
    assert result.exit_code == 0, result.stderr
    lines = [" ".join(_cells(line)) for line in result.stdout.splitlines()]
    biases = "torchinfo counts biases as products"
    assert "layer convlab torchinfo fvcore because" in lines
    assert f"6.1 10240 10250 10240 {biases}" in lines
    assert "more than ours 12298 4" in lines
    first = f"0 221184 229376 221200 {biases}; fvcore rounds"
    assert any(line.startswith(first) for line in lines)
    torchinfo, fvcore = document("local", "--against")["peers"]
    assert (torchinfo["peer"], torchinfo["failure"]) == ("torchinfo", "")
    assert (fvcore["peer"], fvcore["multiply_adds"], fvcore["failure"]) == ("fvcore", 526340, "")
    assert torchinfo["layers"][-1] == {
        "layer": "6.1",
        "multiply_adds": 10250,
        "difference": 10,
        "reason": "counts biases as products",
    }


WRONG = {
    ("cmn",): "no model `cmn`; did you mean `cnn`?",
    ("xyz",): "FILE.py:FUNCTION",
    ("cnn", "--input", "3,x"): "--input 3,x should be the numbers",
    ("cnn", "--input", "3,0,2"): "--input 3,0,2 should be the numbers",
    ("cnn", "--input", "3,32"): "channels, height, width; not 2 numbers",
    ("cnn", "--dtype", "float31"): "no type `float31`; there are: float32",
    ("cnn", "--device", "abacus"): "unknown device `abacus`",
    ("nowhere.py:build",): "no file nowhere.py",
    ("net.py",): "as in net.py:NAME; there are: Net, Item, build",
    ("net.py:biuld",): "net.py has no `biuld`; did you mean `build`?",
    ("beside.py:net",): "beside.py has no `net`; there are: no functions and no networks",
    ("net.py:wide",): "should take no arguments (missing a required argument: 'width')",
    ("net.py:wrong",): "returned a value of type int",
    ("net.py:number",): "is of type int",
    ("net.py:build", "--input", "4,9,9"): "expected input[1, 4, 9, 9] to have 3 channels",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_is_asked_wrongly_is_told_in_a_line(words: tuple[str, ...]) -> None:
    result = count(*words)
    assert result.exit_code == 2
    assert WRONG[words] in result.stderr and result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "file, text, said",
    [
        ("net.py:broken", FILE, "RuntimeError: no weights today; raised by net.py:broken"),
        ("own.py:f", "import absent_here", "No module named 'absent_here'; raised while own.py"),
        ("own.py:f", "def f(:", "SyntaxError"),
        ("own.py:f", "import sys; sys.exit()", "ends the program with sys.exit; what a script"),
        ("own.py:f", "def f(): exit(0)", "ends the program with sys.exit; what a script"),
    ],
)
def test_what_fails_in_the_users_own_code_is_no_usage(file: str, text: str, said: str) -> None:
    Path(file.partition(":")[0]).write_text(text)
    result = count(file)
    assert result.exit_code == 1 and said in result.stderr and result.stderr.count("\n") == 1


def test_the_same_numbers_stand_in_one_column() -> None:
    together = count("linear", "--input", "1,4,4").stdout
    assert "nominal,\n" in "\n".join(line.strip() + "\n" for line in together.splitlines())
    apart = next(line for line in count("cnn").stdout.splitlines() if "total" in line)
    assert _cells(apart) == ["total", "11642", "526336", "493152"]


def test_products_outside_of_layers_are_shown_with_their_operations() -> None:
    Path("own.py").write_text(
        "import torch\nclass Squared(torch.nn.Module):\n"
        "    def forward(self, x): return (x @ x.mT) * x.sum(-1, True)\n"
    )
    shown = count("own.py:Squared", "--input", "4,5").stdout
    assert "(itself)" in shown and "Squared (aten.bmm)" in shown and "80 + ?" in shown


def test_device_and_threads_are_those_that_were_asked_for() -> None:
    assert document("linear", "--input", "1,4,4", "--device", "cpu")["device"] == "cpu"
    timed = count("linear", "--input", "1,4,4", "--time", "--threads", "2")
    assert "threads: 2" in timed.stdout and "ms per batch" in timed.stdout
    assert document("linear", "--input", "1,4,4")["times"] is None


ODD = """\
import sys
import torch
from torch import nn

print("at import")

class Noisy(nn.Linear):
    def forward(self, x):
        print("forward")
        sys.stdout.write("and back\\n")
        return super().forward(x)

class Two(nn.Module):
    def forward(self, a, b=None, *, c): return a

class Keyed(nn.Module):
    def forward(self, x): return x["pixels"]

class Pooled(nn.Sequential):
    def __init__(self): super().__init__(nn.Linear(3, 4), nn.BatchNorm1d(4))

class Choosing(nn.Linear):
    def forward(self, x): return super().forward(x) if x.sum() < 1 else x

class Heads(nn.Linear):
    def forward(self, x): return super().forward(x) @ torch.ones(4, 5) if self.training else x

class makes:
    noisy = staticmethod(lambda: Noisy(3, 4))

class Ending(nn.Linear):
    def forward(self, x): raise SystemExit(0)

def ending(): return Ending(3, 4)
def lazy_words(): return nn.Sequential(nn.Embedding(10, 3), nn.LazyLinear(2))
def scripted(): return nn.Sequential(torch.jit.script(nn.Linear(3, 4)))
def compiled(): return torch.compile(nn.Linear(3, 4))
def parallel(): return nn.DataParallel(nn.Linear(3, 4))
def lazy(): return nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d())
def words(): return nn.Sequential(nn.Embedding(10, 3), nn.Linear(3, 2))
"""


@pytest.mark.filterwarnings("ignore")  # of torch, as it compiles
@pytest.mark.parametrize("name", ["makes.noisy", "compiled", "parallel", "lazy", "Pooled"])
def test_whatever_makes_a_network_is_counted_in_one_document(name: str) -> None:
    Path("odd.py").write_text(ODD)
    result = count(f"odd.py:{name}", "--input", "3", "--json")
    assert result.exit_code == 0, result.stderr
    counted = json.loads(result.stdout)
    assert (counted["multiply_adds"], counted["mode"]) == (12, "eval")
    assert "at import" in result.stderr and ("forward" in result.stderr) == (name[0] == "m")


@pytest.mark.filterwarnings("ignore")  # torch.jit is deprecated
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Two", "takes other inputs (a, c) than the one of --input: name a Module that"),
        ("Keyed", "where it takes anything but one such tensor, name a Module that makes that"),
        ("scripted", "name the network as it was before torch.jit"),
        ("words", "of whole numbers, such as those of words, give --dtype int64"),
        ("lazy_words", "of whole numbers, such as those of words, give --dtype int64"),
        ("ending", "fails on an input (1, 3) of float32, which is a batch of --input: SystemExit"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_a_way_out(name: str, said: str) -> None:
    Path("odd.py").write_text(ODD)
    result = count(f"odd.py:{name}", "--input", "3")
    assert result.exit_code == 2 and said in result.stderr
    assert count("odd.py:words", "--input", "3", "--dtype", "int64").exit_code == 0


def test_modes_and_what_is_not_known_are_said() -> None:
    Path("odd.py").write_text(ODD)
    Path("heads.py").write_text("from odd import Heads\ndef build(): return Heads(3, 4)\n")
    assert document("heads.py:build", "--input", "3")["multiply_adds"] == 0
    assert document("heads.py:build", "--input", "3", "--train")["multiply_adds"] == 12 + 20
    assert "in train mode" in count("heads.py:build", "--input", "3", "--train").stdout
    pooled = " ".join(count("odd.py:Pooled", "--input", "3").stdout.split())
    assert "in eval mode" in pooled and "a pass in train mode fails" in pooled
    trained = count("odd.py:Pooled", "--input", "3", "--train")
    assert trained.exit_code == 2 and "give a larger --batch" in trained.stderr
    Path("way.py").write_text("from odd import Choosing\ndef build(): return Choosing(3, 4)\n")
    assert "takes numbers or sizes out of its data" in count("way.py:build", "--input", "3").stdout


FILES = {
    "parts/__init__.py": "width = 4",
    "parts/blocks.py": "from torch import nn\ndef block(n): return nn.Linear(3, n)",
    "parts/models/__init__.py": "",
    "parts/models/net.py": "from ..blocks import block\nfrom .. import width\n"
    "def net(): return block(width)",
    "loose/blocks.py": "from torch import nn\ndef block(n): return nn.Linear(3, n)",
    "loose/models/net.py": "from ..blocks import block\ndef net(): return block(4)",
}


@pytest.mark.parametrize(
    "model", ["parts/models/net.py:net", "parts.models.net:net", "loose/models/net.py:net"]
)
def test_files_in_packages_and_modules_by_name(model: str) -> None:
    for name, text in FILES.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    assert document(model, "--input", "3")["multiply_adds"] == 12
    assert count("torch.nn:Flatten").exit_code == 0
    absent = count("parts.modles.net:net")
    assert absent.exit_code == 2 and "no module `parts.modles`" in absent.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["local", "--width", "64", "--input", "3,9999,9999", "--device", "cpu"],
            "GB of memory",
        ),
        (["cnn", "--batch", "1" + "0" * 30], "more than a tensor can hold"),
        (["cnn", "--input", "3,99999999999,99999999999"], "more than a tensor can hold"),
        (["mlp", "--classes", "1" + "0" * 30], "more than a tensor can hold"),
        (["mlp", "--classes", "1" + "0" * 12, "--device", "cpu"], "GB of memory"),
        (["cnn", "--input", "9" * 5000], "should be the numbers of one sample's shape"),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_tried(words: list[str], message: str) -> None:
    result = CliRunner().invoke(cli.app, ["count", *words])
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1), result.stderr
    assert message in result.stderr
