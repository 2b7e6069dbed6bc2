# The environment, the demonstration and the tests. Nothing is downloaded but packages.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := demo
.PHONY: demo test wheel claims bench

demo: $(VENV)/installed
	$(BIN)/convlab run configs/hadamard.yaml
	$(BIN)/convlab compare cnn mlp
	$(BIN)/convlab edge flower

test: $(VENV)/installed wheel
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

# What a stranger gets: the wheel, in a new environment and an empty folder.
wheel: $(VENV)/installed
	PYTHON="$(abspath $(BIN)/python)" sh tests/wheel.sh

# Every claim at full size; a wrong verdict fails.
claims: $(VENV)/installed
	$(BIN)/pytest -m slow

# Ours beside its peers, on this machine; `pip install -c constraints.txt -e '.[bench]'` adds peers.
bench: $(VENV)/installed
	$(BIN)/python -m tests.benchmarks --json bench.json

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "convlab needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
