#!/bin/sh
# Builds the wheel, installs it in a new environment, and uses it in an empty folder as a stranger would.
set -eu
: "${PYTHON:=python3}"
clone=$(pwd)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

"$PYTHON" -m build --wheel --outdir "$room/dist" . > "$room/build.log" 2>&1 || { cat "$room/build.log"; exit 1; }
"$PYTHON" -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --constraint "$clone/constraints.txt" "$room"/dist/*.whl

mkdir "$room/empty"
cd "$room/empty"
PATH="$room/venv/bin:$PATH"

convlab list
convlab run hadamard --quick --quiet
convlab edge flower --quick --quiet --to edges.png
test -s edges.png
convlab cp doubling mine
convlab run mine/doubling.yaml --quick --quiet --json > mine.json
python -c 'import json; assert json.load(open("mine.json"))["experiment"] == "doubling"'
printf '"""Is one one?"""\nfrom pydantic import BaseModel\nfrom convlab.measure import *\nclass Config(BaseModel): pass\ndef measure(config, workbench):\n    m = Measurements()\n    m.add("ones", {}, {"one": exactly(1)})\n    return m\nCLAIMS = (Claim("M1", "me", "one is one", lambda m: m.get("one"), equal(1)),)\n' > own.py
echo 'experiment: ./own.py' > own.yaml
convlab run own.yaml --check
echo "the wheel is whole"
