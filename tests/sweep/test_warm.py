"""Tests of convlab.sweep.warm: what takes long to import is there before a run forks."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import convlab.sweep.warm
lacking = {"torch", "scipy.stats", "matplotlib.figure", "convlab.workbench"} - set(sys.modules)
assert not lacking, lacking
"""


@pytest.mark.long
def test_no_run_imports_what_takes_seconds() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
