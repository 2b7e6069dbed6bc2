#!/bin/sh
# Builds the wheel, installs it in a new environment, and uses it in an empty folder as a stranger would.
set -eu
: "${PYTHON:=python3}"
clone=$(pwd)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

# The wheel is built from the sdist, so what the sdist lacks is missed here.
"$PYTHON" -m build --outdir "$room/dist" . > "$room/build.log" 2>&1 || { cat "$room/build.log"; exit 1; }
"$PYTHON" -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --constraint "$clone/constraints.txt" "$room"/dist/*.whl

mkdir "$room/empty"
cd "$room/empty"
PATH="$room/venv/bin:$PATH"

convlab --version | grep -qx "convlab $(python -c 'import convlab; print(convlab.__version__)')"
python - << 'END'
"""The licence and the type information travel along."""
from importlib.metadata import files, metadata

names = [str(file) for file in files("convolution-lab")]
assert metadata("convolution-lab")["License-Expression"] == "MIT"
assert "convlab/py.typed" in names
assert any(name.endswith("licenses/LICENSE") for name in names)
END

convlab list
convlab claims C410
convlab show C212 | grep -q "convlab run hadamard"
convlab run hadamard --quick --quiet
convlab edge flower --quick --quiet --to edges.png
test -s edges.png
convlab cp hadamard mine
test -s mine/_networks.py
test -s mine/_scenes.py
convlab run mine/hadamard.yaml --quick --quiet --json > mine.json
python -c 'import json; assert json.load(open("mine.json"))["experiment"] == "hadamard"'

# An experiment of one's own imports what lies beside it, whatever the file is called.
mkdir own
printf '"""A one."""\nONE = 1\n' > own/_helper.py
printf '"""Another one."""\nANOTHER = 1\n' > own/helper.py
cat > own/ones.py << 'END'
"""Is one one?"""

from pydantic import BaseModel

from convlab.measure import Claim, Measurements, equal, exactly

from ._helper import ONE
from .helper import ANOTHER


class Config(BaseModel):
    """Nothing to set."""


def measure(config, workbench):
    measurements = Measurements()
    measurements.add("ones", {}, {"one": exactly(ONE * ANOTHER)})
    return measurements


CLAIMS = (
    Claim(
        id="M1",
        source="me",
        sentence="one is one",
        of=lambda measurements: measurements.get("one"),
        predicted=equal(1),
    ),
)
END
echo 'experiment: ./ones.py' > own/ones.yaml
convlab validate own/ones.yaml
convlab show own/ones.yaml | grep -q "one is one"
convlab run own/ones.yaml --check --quiet
convlab cp own/ones.yaml copy
rm -r own
convlab run copy/ones.yaml --check --quiet
echo "the wheel is whole"
