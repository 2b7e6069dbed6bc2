"""Tests of convlab.lab.exports: all that a package lists can be imported, and nothing else."""

import ast

import pytest

from convlab.lab.exports import missing
from tests.documentation import PACKAGES


def imported(text: str) -> str:
    (statement,) = ast.parse(text).body
    return missing(statement)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_a_package_offers_is_there(package: str) -> None:
    from importlib import import_module

    names = import_module(f"convlab.{package}").__all__
    assert imported(f"from convlab.{package} import {', '.join(names)}") == ""


def test_a_name_that_a_module_only_imports_is_there_too() -> None:
    assert imported("from convlab.workbench import Workbench, Training") == ""


def test_what_is_not_ours_is_not_looked_at() -> None:
    assert imported("from nowhere import x") == imported("from .here import x") == ""
