# The environments, the demonstration and the tests. Nothing is downloaded but packages.

PYTHON ?= python3
VENV := .venv
LOWEST := .venv-lowest
BIN := $(VENV)/bin
# Two processes at once: each of them loads torch, and most of what they do is on one thread.
IN_PARALLEL := --numprocesses 2 --dist worksteal
RUNS := runs/claims
FAST := -m "not slow and not long"

.DEFAULT_GOAL := demo
.PHONY: demo check test lint wheel lowest claims bench

demo: $(VENV)/installed
	$(BIN)/convlab run configs/hadamard.yaml
	$(BIN)/convlab compare cnn mlp
	$(BIN)/convlab edge flower

# The loop while working.
check: lint
	$(BIN)/pytest $(IN_PARALLEL) $(FAST)

# All that must pass before a change is shared.
test: lint wheel
	$(BIN)/pytest $(IN_PARALLEL)

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# What a stranger gets: the wheel, in a new environment and an empty folder.
wheel: $(VENV)/installed
	PYTHON="$(abspath $(BIN)/python)" sh tests/wheel.sh

# The fast tests of the package with the lowest versions that pyproject.toml allows.
lowest: $(LOWEST)/installed
	$(LOWEST)/bin/pytest $(IN_PARALLEL) $(FAST) --ignore tests/experiments --ignore tests/test_layering.py

# Every claim at full size; a wrong verdict fails. What came out is kept in docs and README.
claims: $(VENV)/installed
	$(BIN)/pytest -m slow
	$(BIN)/convlab claims --run --out $(RUNS)
	$(BIN)/convlab claims --out $(RUNS) --json > docs/claims.json
	$(BIN)/convlab claims --out $(RUNS) --markdown > docs/claims.md
	$(BIN)/python -m tests.claims

# Ours beside its peers, on this machine; `pip install -c constraints.txt -e '.[bench]'` adds peers.
bench: $(VENV)/installed
	$(BIN)/python -m tests.benchmarks --json bench.json

$(VENV)/installed: constraints.txt
$(LOWEST)/installed: constraints-lowest.txt

%/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "convlab needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $*
	$*/bin/pip install --quiet --constraint $(filter constraints%,$^) --editable '.[dev]'
	touch $@
